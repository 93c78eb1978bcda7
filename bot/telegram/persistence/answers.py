"""What was answered, as long as its buttons work and follow-up questions lean on it."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from bot.answering.answers import Answer, Citation
from bot.conversation.turns import TURNS, Turn, turn_of
from bot.telegram.persistence.state import Memory
from index.history import Said
from index.scope import EVERYTHING, Scope

REMEMBERED = 30 * 60  # seconds for which the next question may lean on an answer without replying to it

_DAY = 24 * 3600
_PLACE = "COALESCE(question_message, json_extract(messages, '$[0]'))"  # of an answer in its chat


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An answer in a chat.

    ``number`` names it in the data of buttons; ``messages`` are the ids of those that show it;
    ``shown`` counts the citations that its reader has seen so far; ``follows`` is the number of the
    answer that came before it in the conversation; ``unfinished`` says that it shows the first quotes of a
    list whose members are still looked for; ``now`` tells by the numbers of citations which no longer stand
    in the documents, and what does in their place; ``checked`` is the last generation that they were compared
    with, if any; ``scope`` is what was seen when it was found; ``verdict``, "good" or "bad", is marked below.
    """

    number: int
    chat: int
    question_message: int | None
    messages: tuple[int, ...]
    generation: str
    answer: Answer
    shown: int
    thread: int | None = None
    asker: int | None = None
    follows: int | None = None
    unfinished: bool = False
    language: str = ""
    now: Mapping[int, Said] = field(default_factory=dict)
    checked: str = ""
    scope: Scope = EVERYTHING
    verdict: str = ""

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Those that can be opened: the quotes, and other passages that were shown."""
        return (*self.answer.citations, *self.answer.near)

    @property
    def now_shown(self) -> Mapping[int, Said]:
        """Of ``now``, what concerns citations that the reader has seen."""
        return {number: said for number, said in self.now.items() if number <= self.shown}

    def citation(self, number: int) -> Citation | None:
        """The citation of that number, if there is one."""
        return next((citation for citation in self.citations if citation.number == number), None)


class Answers:
    """Keeps answers for some days."""

    def __init__(self, database: Memory, days: int) -> None:
        self._database = database
        self._days = days
        self._under_way: set[int] = set()
        """Numbers of answers that are just being sent."""

    def reserve(self) -> int:
        """A number that no other answer has or had, for one that is about to be sent; 0 for one not kept."""
        done = self._database.attempt(
            "INSERT INTO answers (chat, created, messages, generation, answer, shown) "
            "VALUES (0, ?, '[]', '', '', 0)",
            [time.time()],
        )
        return int(done.lastrowid or 0) if done else 0

    def keep(self, kept: Kept) -> None:
        """Write an answer down under its number."""
        self._database.attempt(
            "UPDATE answers SET chat = ?, question_message = ?, messages = ?, generation = ?, answer = ?, "
            "shown = ?, thread = ?, asker = ?, follows = ?, unfinished = ?, language = ?, scope = ? "
            "WHERE id = ?",
            [
                kept.chat,
                kept.question_message,
                msgspec.json.encode(kept.messages).decode(),
                kept.generation,
                msgspec.json.encode(kept.answer).decode(),
                kept.shown,
                kept.thread,
                kept.asker,
                kept.follows,
                kept.unfinished,
                kept.language,
                None if kept.scope.is_everything else msgspec.json.encode(kept.scope.folders).decode(),
                kept.number,
            ],
        )

    def sending(self, kept: Kept) -> None:
        """Write an answer down that is about to be sent; unless more is heard of it, that is doubtful."""
        self._under_way.add(kept.number)
        self.keep(kept)
        self._doubt(kept.number, True)

    def unsent(self, number: int) -> None:
        """An answer was not sent after all."""
        self._under_way.discard(number)
        self._doubt(number, False)

    def sent(self, number: int, messages: Sequence[int], *, all_of_it: bool = True) -> None:
        """Keep which messages show an answer; its group may have migrated since it was kept.

        Args:
            number: of the answer.
            messages: ids of those that surely arrived.
            all_of_it: whether these are all.
        """
        self._under_way.discard(number)
        self._database.attempt(
            "UPDATE answers SET messages = ? WHERE id = ?", [msgspec.json.encode(messages).decode(), number]
        )
        self._doubt(number, not all_of_it)

    def doubtful(self, chat: int, message: int | None) -> list[Kept]:
        """Answers of a chat of which nobody knows whether they arrived, oldest first.

        Args:
            chat: where they were sent.
            message: a question whose answer is left out, for it is about to be answered.
        """
        since = time.time() - _DAY
        rows = self._database.rows(
            "SELECT id FROM answers WHERE chat = ? AND doubtful AND created > ? "
            "AND question_message IS NOT ? ORDER BY id",
            [chat, since, message],
        )
        numbers = [number for (number,) in rows or () if number not in self._under_way]
        return [kept for number in numbers if (kept := self.find(number, chat))]

    def _doubt(self, number: int, doubtful: bool) -> None:
        self._database.attempt("UPDATE answers SET doubtful = ? WHERE id = ?", [doubtful, number])

    def find(self, number: int, chat: int) -> Kept | None:
        """The answer of that number, if it was given in that chat and is still kept."""
        return self._one("id = ? AND chat = ?", number, chat)

    def to_question(self, chat: int, message: int) -> Kept | None:
        """The last answer to that message."""
        return self._one("chat = ? AND question_message = ? ORDER BY id DESC LIMIT 1", chat, message)

    def shown_in(self, chat: int, message: int) -> Kept | None:
        """The last answer that is shown in that message."""
        inside = "EXISTS (SELECT 1 FROM json_each(messages) WHERE value = ?)"
        return self._one(
            f"chat = ? AND json_valid(messages) AND {inside} ORDER BY id DESC LIMIT 1", chat, message
        )

    def latest(self, chat: int, thread: int | None, asker: int, before: int) -> Kept | None:
        """Somebody's last answer in a topic of a chat to what stands before a message, unless it is old."""
        since = time.time() - REMEMBERED
        return self._one(
            f"chat = ? AND thread IS ? AND asker = ? AND {_PLACE} < ? AND created > ? "
            f"ORDER BY {_PLACE} DESC, id DESC LIMIT 1",
            chat, thread, asker, before, since,
        )  # fmt: skip

    def turns(self, chat: int, number: int | None, scope: Scope = EVERYTHING) -> list[Turn]:
        """The conversation up to the answer of that number, oldest first; only what the scope covers.

        An answer may lean on those before it: the words of what is hidden now would come back by it.
        """
        turns: list[Turn] = []
        while number is not None and len(turns) < TURNS and (kept := self.find(number, chat)):
            if not scope.covers(kept.scope):
                break
            if not kept.answer.talk:
                turns.append(turn_of(kept.answer))
            number = kept.follows
        return turns[::-1]

    def extend(self, kept: Kept, citations: Sequence[Citation], *, shown: int) -> Kept:
        """Add citations that were found later, and count how many were shown."""
        answer = replace(kept.answer, near=(*kept.answer.near, *citations))
        kept = replace(kept, answer=answer, shown=shown)
        self.keep(kept)
        return kept

    def judged(self, number: int, verdict: str) -> None:
        """Keep which verdict is marked below an answer."""
        self._database.attempt("UPDATE answers SET verdict = ? WHERE id = ?", [verdict, number])

    def compared(self, kept: Kept, generation: str) -> None:
        """Write down what quotes of an answer have become in a generation, and where the others stand."""
        self._database.attempt(
            "UPDATE answers SET answer = ?, now = ?, checked = ? WHERE id = ?",
            [
                msgspec.json.encode(kept.answer).decode(),
                msgspec.json.encode(kept.now).decode(),
                generation,
                kept.number,
            ],
        )

    def forget(self, chat: int) -> int:
        """Delete all answers of a chat; how many there were."""
        done = self._database.attempt("DELETE FROM answers WHERE chat = ?", [chat])
        return done.rowcount if done else 0

    def forget_all(self, chat: int) -> int:
        """Delete all answers of a chat, and all that its person was given elsewhere; how many there were."""
        return self._database.execute("DELETE FROM answers WHERE ?1 IN (chat, asker)", [chat]).rowcount

    def forget_asker(self, chat: int, asker: int | None) -> int:
        """Delete the answers to one asker in a chat; how many there were."""
        where = "chat = ? AND asker IS ?"
        return self._database.execute(f"DELETE FROM answers WHERE {where}", [chat, asker]).rowcount  # noqa: S608

    def prune(self) -> None:
        """Delete what is too old."""
        self._database.attempt("DELETE FROM answers WHERE created < ?", [time.time() - self._days * _DAY])

    def migrate(self, old: int, new: int) -> None:
        """A group got a new id, and what is said in it starts from new ids too."""
        self._database.attempt(
            "UPDATE answers SET chat = ?, question_message = NULL, messages = '[]' WHERE chat = ?", [new, old]
        )

    def _one(self, where: str, *values: float | None) -> Kept | None:
        rows = self._database.rows(
            f"SELECT id, chat, question_message, messages, generation, answer, shown, "  # noqa: S608
            f"thread, asker, follows, unfinished, language, now, checked, scope, verdict "
            f"FROM answers WHERE {where}",
            values,
        )
        if not rows:
            return None
        number, chat, question, messages, generation, answer, shown, thread, asker, follows, *rest = rows[0]
        unfinished, language, now, checked, folders, verdict = rest
        return Kept(
            number=number,
            chat=chat,
            question_message=question,
            messages=msgspec.json.decode(messages, type=tuple[int, ...]),
            generation=generation,
            answer=msgspec.json.decode(answer, type=Answer),
            shown=shown,
            thread=thread,
            asker=asker,
            follows=follows,
            unfinished=bool(unfinished),
            language=language or "",
            now=msgspec.json.decode(now or "{}", type=dict[int, Said]),
            checked=checked or "",
            scope=Scope(msgspec.json.decode(folders, type=tuple[str, ...])) if folders else EVERYTHING,
            verdict=verdict or "",
        )
