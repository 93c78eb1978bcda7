"""A strict double of the Telegram Bot API on the loopback interface, with its people and chats."""

import itertools
import re
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Self

import httpx

from tests.telegram.chats import SERVICE, Chat, Document, Sent, User
from tests.telegram.endpoint import Call, Endpoint
from tests.telegram.faults import Fault, Faults
from tests.telegram.markup import Entity, bad, part
from tests.telegram.updates import Updates

Json = dict[str, Any]

TOKEN = "123456:TEST-token_0123456789012345678901"
WRITES = (
    "sendMessage", "sendDocument", "sendPhoto", "editMessageText", "editMessageMedia",
    "editMessageReplyMarkup", "deleteMessage",
)  # fmt: skip


@dataclass(frozen=True)
class Query:
    """A click or an inline query that waits for its answer."""

    kind: str
    chat: int | None
    expires: float
    answer: "Future[Any]" = field(default_factory=Future)


class BotApi:
    """The server with its people, chats and faults; a context manager, for use from any thread."""

    def __init__(self, token: str = TOKEN, username: str = "docent_test_bot", port: int = 0) -> None:
        self.token = token
        self.me: Json = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Docent",
            "username": username,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": True,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }
        self.lock = threading.RLock()
        self.users: dict[int, User] = {}
        self.chats: dict[int, Chat] = {}
        self.calls: list[Call] = []
        self.files: dict[str, Document] = {}  # what the bot or people have sent, by file_id
        self.downloads: dict[str, Document] = {}  # what getFile has told of, by path
        self.commands: dict[str, dict[str, str]] = {}  # scope and language as JSON -> name -> description
        self.descriptions: dict[tuple[str, str], str] = {}  # kind and language -> text
        self.callback_lifetime = 15.0  # seconds in which a click may be answered
        self.numbers = itertools.count(1)
        self.faults = Faults()
        self.called = threading.Condition(self.lock)  # told of every answered call
        self._queries: dict[str, Query] = {}
        self._endpoint = Endpoint(self, port)

    # Running.

    def __enter__(self) -> Self:
        self._endpoint.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._endpoint.stop()
        if self._endpoint.bugs and kind is None:
            raise self._endpoint.bugs[0]

    @property
    def url(self) -> str:
        """What the bot takes as its ``base_url``."""
        return f"http://127.0.0.1:{self._endpoint.port}/bot"

    @property
    def updates(self) -> Updates:
        """The queue of updates; its ``history`` has all that there were."""
        return self._endpoint.updates

    # People and chats.

    def user(
        self,
        name: str,
        *,
        id: int | None = None,  # noqa: A002 - as Telegram calls it
        first_name: str | None = None,
        last_name: str | None = None,
        username: str | None = None,
        language_code: str | None = "en",
    ) -> User:
        """A new person; without a username, as many have none."""
        with self.lock:
            number = id or next(free for free in itertools.count(1001) if free not in self.users)
            user = User(number, first_name or name, last_name, username, language_code)
            self.users[user.id] = user
            return user

    def private(self, user: User) -> Chat:
        """The chat of a person with the bot; the bot may write there once the person has."""
        with self.lock:
            if user.id not in self.chats:
                info = {"id": user.id, "type": "private", "first_name": user.first_name}
                info |= {"last_name": user.last_name} if user.last_name else {}
                info |= {"username": user.username} if user.username else {}
                self.chats[user.id] = Chat(self, info, [user])
            return self.chats[user.id]

    def group(
        self,
        title: str,
        members: Iterable[User] = (),
        *,
        topics: bool = False,
        basic: bool = False,
        added_by: User | None = None,
    ) -> Chat:
        """A group with the bot in it: a supergroup, or a forum, or a basic group.

        ``added_by`` announces the bot's arrival to the bot.
        """
        with self.lock:
            number = -4_000_000_000 - len(self.chats) if basic else -1_001_000_000_000 - len(self.chats)
            info = {"id": number, "type": "group" if basic else "supergroup", "title": title}
            info |= {"is_forum": True} if topics else {}
            chat = self.chats[number] = Chat(self, info, [*members])
            if added_by:
                self._membership(chat, added_by, "left", "member")
                chat.send_raw({"new_chat_members": [self.me_user]}, added_by)
            return chat

    def upload(self, name: str, content: bytes, kind: str = "application/octet-stream") -> Json:
        """A person's file on Telegram's servers: the Bot API's Document."""
        with self.lock:
            number = f"theirs{next(self.numbers)}"
            self.files[number] = Document(name, content, kind)
            size = len(content)
            return {"file_id": number, "file_unique_id": f"u{number}", "file_name": name, "mime_type": kind,
                    "file_size": size}  # fmt: skip

    def block(self, user: User) -> None:
        """The person blocks the bot."""
        self.private(user).refusal = "bot was blocked by the user"
        self._membership(self.private(user), user, "member", "kicked")

    def unblock(self, user: User) -> None:
        """The person lets the bot write again."""
        self.private(user).refusal = None
        self._membership(self.private(user), user, "kicked", "member")

    def kick(self, chat: Chat, by: User) -> None:
        """A member removes the bot from a group."""
        chat.refusal = f"bot was kicked from the {chat.info['type']} chat"
        self._membership(chat, by, "member", "kicked")

    def migrate(self, chat: Chat) -> Chat:
        """Turns a group into a supergroup of another id, with the two service messages."""
        with self.lock:
            new = self.group(chat.info["title"], chat.members)
            chat.moved_to = new.id
            by = chat.members[0] if chat.members else self.user("Admin")
            chat.send_raw({"migrate_to_chat_id": new.id}, by)
            new.send_raw({"migrate_from_chat_id": chat.id}, by)
            return new

    def _membership(self, chat: Chat, by: User, old: str, new: str) -> None:
        states = {"left": {}, "member": {}, "kicked": {"until_date": 0}}
        change: Json = {"chat": chat.info, "from": by.json, "date": int(time.time())}
        for name, status in (("old_chat_member", old), ("new_chat_member", new)):
            change[name] = {"user": self.me_user, "status": status} | states[status]
        self.queue("my_chat_member", change)

    @property
    def me_user(self) -> Json:
        """The bot as it appears in messages: without what only ``getMe`` tells."""
        return {key: self.me[key] for key in ("id", "is_bot", "first_name", "username")}

    def sees(self, chat: Chat, raw: Json) -> bool:
        """Whether a person's message reaches the bot: privacy mode hides most of what is said in groups."""
        if chat.refusal and not chat.private:
            return False
        if chat.private or self.me["can_read_all_group_messages"] or SERVICE & raw.keys():
            return True
        if chat.status == "administrator":
            return True
        if raw.get("reply_to_message", {}).get("from", {}).get("id") == self.me["id"]:
            return True
        if raw.get("via_bot", {}).get("id") == self.me["id"]:
            return True
        text, name = raw.get("text", raw.get("caption", "")), self.me["username"].lower()
        for given in raw.get("entities", raw.get("caption_entities", ())):
            said = part(text, Entity(given["type"], given["offset"], given["length"])).lower()
            command, _, addressee = said.partition("@")
            if given["type"] == "bot_command" and addressee in {"", name}:
                return True
            if given["type"] == "mention" and addressee == name and not command:
                return True
        return False

    # Updates and queries.

    def queue(self, kind: str, content: Json) -> Json | None:
        """Queues an update of any kind; None when the bot did not ask for that kind."""
        return self.updates.put(kind, content)

    def redeliver(self, update_id: int | None = None) -> None:
        """Delivers an update again, by default the last, even when it was acknowledged."""
        with self.lock:
            known = {update["update_id"]: update for update in self.updates.history}
            self.updates.repeat(known[update_id] if update_id else self.updates.history[-1])

    @property
    def webhook(self) -> Json | None:
        """What ``setWebhook`` was given; None when there is no webhook."""
        return self.updates.webhook

    def push(self, update: Json, secret: str | None = None) -> int:
        """Posts one update to the webhook, with its secret token or another, and gives the status."""
        webhook = self.webhook or {}
        token = webhook.get("secret_token", "") if secret is None else secret
        headers = {"X-Telegram-Bot-Api-Secret-Token": token} if token else {}
        return httpx.post(webhook["url"], json=update, headers=headers, trust_env=False).status_code

    def click(
        self,
        message: Sent,
        label: str = "",
        by: User | None = None,
        timeout: float = 10,
        *,
        wait: bool = True,
        data: str | None = None,
        inaccessible: bool = False,
    ) -> str:
        """Presses the button of that label and gives the text the bot answers with.

        Args:
            message: where the button is; its keyboard is looked up as it stands now.
            label: the button's exact text.
            by: who clicks; the person themself in a private chat.
            timeout: seconds to wait for the answer.
            wait: False returns at once, with an empty text.
            data: clicks with this callback data, whatever the buttons are.
            inaccessible: the update tells only the ids of the message, as it does for old ones.
        """
        chat = self.chats[message.chat]
        if data is None:
            data = _callback_data(chat.get(message), label)
        person = by or chat.members[0]
        shown = (chat.get(message) or message).raw
        if inaccessible:
            shown = {"chat": chat.info, "message_id": message.id, "date": 0}
        content = {"from": person.json, "message": shown, "chat_instance": str(chat.id), "data": data}
        return self._ask("callback", content, chat.id, timeout if wait else None) or ""

    def inline(self, user: User, query: str, timeout: float = 10, offset: str = "") -> Json:
        """Types an inline query; gives the parameters of ``answerInlineQuery`` with all messages parsed."""
        assert self.me["supports_inline_queries"], "inline mode is off"
        content = {"from": user.json, "query": query, "offset": offset, "chat_type": "sender"}
        return self._ask("inline", content, None, timeout)

    def _ask(self, kind: str, content: Json, chat: int | None, timeout: float | None) -> Any:
        number = str(4_000_000_000_000_000_000 + next(self.numbers))
        query = Query(kind, chat, time.monotonic() + self.callback_lifetime)
        with self.lock:
            self._queries[number] = query
        if self.queue(f"{kind}_query", {"id": number} | content) is None:
            raise AssertionError(f"the bot did not ask for updates of kind {kind}_query")
        if timeout is None:
            return None
        try:
            return query.answer.result(timeout)
        except TimeoutError:
            raise AssertionError(f"no answer to the {kind} query within {timeout} s: {content}") from None

    def answer_query(self, kind: str, number: str, answer: object) -> None:
        """Passes the bot's answer on to who waits for it."""
        query = self._queries.get(number)
        if query is None or query.kind != kind or query.answer.done() or time.monotonic() > query.expires:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        query.answer.set_result(answer)

    # What the bot does, and what goes wrong.

    def count(self, method: str, chat: Chat | int | None = None, status: int | None = None) -> int:
        """How often the bot has called a method: in one chat, with one status, or at all."""
        return len(self._matching(method, chat, status))

    def unheard(self) -> set[tuple[int | None, int]]:
        """Chat and id of the messages that the bot has sent and was not told of, by some fault."""
        with self.lock:
            calls = [made for made in self.calls if made.fault not in ("", "slow") and made.message]
        return {
            (made.chat, made.message) for made in calls if made.method.startswith("send") and made.message
        }

    def wait_call(
        self, method: str, count: int = 1, timeout: float = 10, chat: Chat | int | None = None
    ) -> list[Call]:
        """All answered calls of a method, once there are so many."""
        with self.called:
            answered = lambda: [made for made in self._matching(method, chat) if made.status is not None]  # noqa: E731
            if not self.called.wait_for(lambda: len(answered()) >= count, timeout):
                raise AssertionError(f"{method} was called {len(answered())} times within {timeout} s")
            return answered()

    def _matching(self, method: str, chat: Chat | int | None, status: int | None = None) -> list[Call]:
        wanted = _number(chat)
        with self.lock:
            calls = [made for made in self.calls if made.method == method]
        return [
            made
            for made in calls
            if (wanted is None or made.chat == wanted) and (status is None or made.status == status)
        ]

    def pace(self, window: float = 1.0, methods: Iterable[str] = WRITES) -> dict[int | None, int]:
        """The most calls in any such window of seconds, for each chat; for all together under None."""
        most: Counter[int | None] = Counter()
        recent: dict[int | None, deque[float]] = defaultdict(deque)
        with self.lock:
            calls = [made for made in self.calls if made.method in methods]
        for made in calls:
            for chat in {made.chat, None}:
                times = recent[chat]
                times.append(made.at)
                while times[0] <= made.at - window:
                    times.popleft()
                most[chat] = max(most[chat], len(times))
        return dict(most)

    def fault(
        self, method: str, kind: str, times: int | None = 1, chat: Chat | int | None = None, **options: Any
    ) -> None:
        """Lets the next calls fail; the first fault that matches is taken.

        Args:
            method: of the Bot API, or ``*`` for all.
            kind: one of ``faults.KINDS``.
            times: how many calls; None for all until ``clear_faults``.
            chat: only calls for that chat.
            options: ``retry_after`` (429), ``seconds`` (hang, slow), ``description`` (400 to 500), and
                ``accepted`` to process the call all the same before it fails.
        """
        with self.lock:
            self.faults.add(Fault(method, kind, times, _number(chat), options))
        if method in {"getUpdates", "*"}:
            self.updates.wake()  # else it would strike only after the pending poll

    def clear_faults(self) -> None:
        """Everything works again."""
        with self.lock:
            self.faults.clear()

    def chat_of(self, params: Json) -> int | None:
        """The chat that a call is about, also where it only answers a click there."""
        query = self._queries.get(str(params.get("callback_query_id")))
        chat = str(params.get("chat_id", query.chat if query else None))
        return int(chat) if re.fullmatch(r"-?\d+", chat) else None


def _number(chat: Chat | int | None) -> int | None:
    return chat.id if isinstance(chat, Chat) else chat


def _callback_data(message: Sent | None, label: str) -> str:
    found = (
        [button for row in message.keyboard for button in row if button["text"] == label] if message else []
    )
    if len(found) != 1 or "callback_data" not in found[0]:
        raise AssertionError(f"no single button {label!r} to click on: {message}")
    return found[0]["callback_data"]
