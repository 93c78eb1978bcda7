"""People and chats, as a test sees them: what people write, and what the bot has sent."""

import itertools
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from tests.telegram.markup import Entity, Keyboard, part, units

if TYPE_CHECKING:
    from tests.telegram.server import BotApi

Json = dict[str, Any]
T = TypeVar("T")

COMMAND = re.compile(r"(?<![\w/@<>])/[a-zA-Z0-9_]{1,64}(?:@[a-zA-Z0-9_]{3,32})?(?![\w/])")
MENTION = re.compile(r"(?<![\w/@])@[a-zA-Z0-9_]{4,32}(?!\w)")
SERVICE = {
    "new_chat_members",
    "left_chat_member",
    "new_chat_title",
    "group_chat_created",
    "supergroup_chat_created",
    "migrate_to_chat_id",
    "migrate_from_chat_id",
    "pinned_message",
    "forum_topic_created",
    "forum_topic_closed",
}


@dataclass(frozen=True)
class User:
    """A person with a Telegram account."""

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = "en"

    @property
    def json(self) -> Json:
        """As Telegram sends it: absent fields are left out."""
        return {"is_bot": False} | {name: value for name, value in vars(self).items() if value is not None}


@dataclass(frozen=True)
class Document:
    """A file that the bot, or a person, has sent."""

    name: str
    content: bytes = field(repr=False)
    type: str


@dataclass(frozen=True)
class Sent:
    """A message as it stood when the test asked for it; a later edit gives a new object."""

    raw: Json = field(repr=False)  # the Bot API's Message
    html: str = field(repr=False, default="")  # the text or caption as sent, before parsing
    parse_mode: str = field(repr=False, default="")
    document: Document | None = None
    photo: Document | None = None
    silent: bool = field(repr=False, default=False)
    preview: Json | None = field(repr=False, default=None)  # link_preview_options
    edits: int = 0
    deleted: bool = False
    reactions: tuple[str, ...] = ()  # the bot's
    at: float = field(repr=False, default_factory=time.monotonic)

    def __repr__(self) -> str:
        return f"<{self.id} by {self.sender}: {self.text!r}, buttons {self.buttons}, edits {self.edits}>"

    @property
    def id(self) -> int:
        """The message's id, unique in its chat only."""
        return self.raw["message_id"]

    @property
    def chat(self) -> int:
        """The chat's id."""
        return self.raw["chat"]["id"]

    @property
    def sender(self) -> int:
        """The id of the person or the bot who wrote it."""
        return self.raw["from"]["id"]

    @property
    def text(self) -> str:
        """The text or caption that people see."""
        return self.raw.get("text", self.raw.get("caption", ""))

    @property
    def entities(self) -> tuple[Entity, ...]:
        """The formatted parts, in order."""
        given = self.raw.get("entities", self.raw.get("caption_entities", ()))
        return tuple(
            Entity(**{name: entity[name] for name in entity if name in Entity.__dataclass_fields__})
            for entity in given
        )

    @property
    def keyboard(self) -> Keyboard:
        """The inline keyboard's rows as the bot gave them."""
        return self.raw.get("reply_markup", {}).get("inline_keyboard", [])

    @property
    def buttons(self) -> list[list[str]]:
        """The inline keyboard's labels, row by row."""
        return [[button["text"] for button in row] for row in self.keyboard]

    @property
    def reply_to(self) -> int | None:
        """The id of the message that this one answers."""
        target = self.raw.get("reply_to_message", {})
        return None if "forum_topic_created" in target else target.get("message_id")

    @property
    def thread(self) -> int | None:
        """The id of the forum topic."""
        return self.raw.get("message_thread_id") if self.raw.get("is_topic_message") else None

    def marked(self, kind: str) -> list[str]:
        """The texts of all entities of a type, such as ``bold`` or ``blockquote``."""
        return [part(self.text, entity) for entity in self.entities if entity.type == kind]


Target = Sent | Json | int | None


def message_id(target: Target) -> int | None:
    """The id of a message given as an object, as the Bot API's dict, or as the id itself."""
    if isinstance(target, Sent):
        return target.id
    return target["message_id"] if isinstance(target, dict) else target


class Chat:
    """A chat in which people write and the bot answers; every method may be called from any thread."""

    def __init__(self, api: "BotApi", info: Json, members: list[User] | None = None) -> None:
        self.info = info
        self.members = members or []
        self.topics: dict[int, Json] = {}  # the message that opened each
        self.refusal: str | None = None  # why the bot may not write here
        self.status = "member"  # the bot's; an administrator sees all that is written
        self.moved_to: int | None = None
        self.started = info["type"] != "private"  # a bot may not be the first to write to a person
        self._api = api
        self._ids = itertools.count(1)
        self._log: dict[int, Sent] = {}
        self._changed = threading.Condition(api.lock)

    def __repr__(self) -> str:
        return f"<chat {self.id} {self.info['type']}>"

    @property
    def id(self) -> int:
        """The chat's id."""
        return self.info["id"]

    @property
    def private(self) -> bool:
        """Whether this is a chat of the bot with one person."""
        return self.info["type"] == "private"

    @property
    def messages(self) -> list[Sent]:
        """Everybody's messages in order as they stand now, deleted ones left out."""
        with self._changed:
            return [sent for sent in self._log.values() if not sent.deleted]

    def get(self, target: Target) -> Sent | None:
        """A message as it stands now, even a deleted one."""
        with self._changed:
            return self._log.get(message_id(target) or 0)

    # What people do.

    def send(
        self, text: str, by: User | None = None, reply_to: Target = None, thread: int | None = None
    ) -> Json:
        """Writes a message and queues the update, if the bot gets to see it; gives the Message."""
        return self.send_raw({"text": text}, by, reply_to, thread)

    def send_raw(
        self, fields: Json, by: User | None = None, reply_to: Target = None, thread: int | None = None
    ) -> Json:
        """Sends a message of any kind: the fields are merged into it, over what is there by default."""
        with self._changed:
            replied = self.get(reply_to)
            if thread is None and replied:
                thread = replied.thread
            raw = self._message(self._person(by).json, reply_to, thread) | _detected(fields) | fields
            self.started = True
            self.store(Sent(raw, raw.get("text", raw.get("caption", ""))))
            if self._api.sees(self, raw):
                self._api.queue("message", raw)
            return raw

    def send_file(
        self, name: str, content: bytes, by: User | None = None, reply_to: Target = None, **fields: Any
    ) -> Json:
        """Sends a file; the fields, such as ``caption`` and ``media_group_id``, are of the message."""
        return self.send_raw({"document": self._api.upload(name, content), **fields}, by, reply_to)

    def edit(self, target: Target, text: str) -> Json:
        """Gives a person's message a new text and queues ``edited_message``."""
        with self._changed:
            old = self._log[message_id(target) or 0]
            raw = {key: value for key, value in old.raw.items() if key != "entities"}
            raw |= {"text": text, "edit_date": int(time.time())} | _detected({"text": text})
            self.change(old.id, raw=raw, html=text, edits=old.edits + 1)
            if self._api.sees(self, raw):
                self._api.queue("edited_message", raw)
            return raw

    def topic(self, name: str, by: User | None = None) -> int:
        """Opens a forum topic and gives its ``message_thread_id``."""
        with self._changed:
            raw = self.send_raw(
                {"forum_topic_created": {"name": name, "icon_color": 7322096}}, by or self.members[0]
            )
            self.topics[raw["message_id"]] = raw
            return raw["message_id"]

    def _person(self, by: User | None) -> User:
        if by is None and not self.private:
            raise ValueError("say who writes in a group: by=…")
        return by or self.members[0]

    # What both do.

    def post(
        self, sender: Json, content: Json, target: Target = None, thread: int | None = None, **more: Any
    ) -> Sent:
        """Stores a message of the bot's."""
        with self._changed:
            return self.store(Sent(self._message(sender, target, thread) | content, **more))

    def store(self, sent: Sent) -> Sent:
        """Appends a message to the chat."""
        with self._changed:
            self._log[sent.id] = sent
            self._changed.notify_all()
            return sent

    def change(self, number: int, **changes: Any) -> Sent:
        """Replaces fields of a message."""
        with self._changed:
            sent = self._log[number] = replace(self._log[number], **changes)
            self._changed.notify_all()
            return sent

    def _message(self, sender: Json, target: Target, thread: int | None) -> Json:
        raw = {"message_id": next(self._ids), "date": int(time.time()), "chat": self.info, "from": sender}
        replied = self._log.get(message_id(target) or 0)
        if thread is not None:
            # Telegram lets every message of a topic that replies to nothing reply to the topic's first one.
            opening = raw | {
                "message_id": thread,
                "forum_topic_created": {"name": "?", "icon_color": 7322096},
            }
            raw |= {"message_thread_id": thread, "is_topic_message": True}
            raw["reply_to_message"] = self.topics.setdefault(thread, opening)
        if replied:
            inner = {key: value for key, value in replied.raw.items() if key != "reply_to_message"}
            raw["reply_to_message"] = inner
            if thread is None and self.info["type"] == "supergroup":
                # Replies in plain supergroups carry a thread id too, which is no topic to write to.
                raw["message_thread_id"] = inner.get("message_thread_id", inner["message_id"])
        return raw

    # What the bot has done.

    def wait(self, count: int = 1, timeout: float = 10, after: Target = None) -> list[Sent]:
        """The bot's messages after that one, or after the last of a person, once there are so many."""

        def enough(messages: list[Sent]) -> list[Sent]:
            people = [sent.id for sent in messages if sent.sender != self._api.me["id"]]
            last = max(people, default=0) if after is None else message_id(after) or 0
            found = [sent for sent in messages if sent.sender == self._api.me["id"] and sent.id > last]
            return found if len(found) >= count else []

        return self.wait_until(enough, timeout)

    def wait_edit(self, message: Sent, timeout: float = 10) -> Sent:
        """The message, once the bot has changed it since it looked as given."""

        def edited(_: list[Sent]) -> Sent | None:
            now = self._log[message.id]
            return now if now.edits > message.edits and not now.deleted else None

        return self.wait_until(edited, timeout)

    def wait_until(self, predicate: Callable[[list[Sent]], T], timeout: float = 10) -> T:
        """What the predicate makes of the chat's messages, as soon as that is true.

        Raises:
            AssertionError: It did not become true in time.
        """
        with self._changed:
            made = self._changed.wait_for(lambda: predicate(self.messages), timeout)
            if not made:
                raise AssertionError(f"not within {timeout} s; {self} has {self.messages}")
            return made


def _detected(fields: Json) -> Json:
    """The entities that Telegram finds by itself in what people write."""
    for text_name, name in (("text", "entities"), ("caption", "caption_entities")):
        if text := fields.get(text_name):
            found = sorted(_found(text), key=lambda entity: entity["offset"])
            return {name: found} if found else {}
    return {}


def _found(text: str) -> Iterator[Json]:
    for kind, pattern in (("bot_command", COMMAND), ("mention", MENTION)):
        for match in pattern.finditer(text):
            yield Entity(kind, units(text[: match.start()]), units(match[0])).json
