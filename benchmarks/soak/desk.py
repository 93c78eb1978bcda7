"""What an administrator does: files come by the chat, are asked about, renewed and removed again."""

from collections.abc import Callable
from pathlib import Path

from benchmarks.soak.people import Person, Told, awaited
from tests.telegram.beacons import Beacons
from tests.telegram.chats import Chat, Sent
from tests.telegram.server import BotApi

_TRIES = 4  # of each step, as what the bot tells of it may be lost
_RENEWED = "The index is renewed", "Nothing changed"


class Desk:
    """The chat of an administrator.

    Args:
        api: the server.
        beacons: the documents.
        told: what came of it all.
        chat: theirs.
        person: who asks in it.
        wait: seconds after which they try again where nothing came.
    """

    def __init__(
        self, api: BotApi, beacons: Beacons, told: Told, chat: Chat, person: Person, wait: float
    ) -> None:
        self._api, self._beacons, self._told, self._chat, self._person = api, beacons, told, chat, person
        self._wait = wait
        self._number = 0

    def administer(self) -> None:
        """A file comes, is asked about, and goes."""
        name = f"lamp{self._number}"
        self._number += 1
        source, text = f"uploads/{name}.txt", self._beacons.text(name)
        self._beacons.note(source, text)
        if not self._repeated(lambda: self._upload(name, text)):
            self._trouble(f"{source} was not added")
            return
        self._told.count("uploads")
        asked = self._person.ask(self._chat, name)
        if asked.answer and text.partition("\n")[0] not in asked.answer.text:
            told = [sent.text for sent in self._chat.messages[-8:] if source in sent.text]
            self._trouble(f"after {source} was added ({told}), it was not answered from: {asked.answer.text}")
        if not self._repeated(self._renew):
            self._trouble("/reindex was not answered")
        if not self._repeated(lambda: self._forget(source)):
            self._trouble(f"{source} was not removed")
        elif (self._beacons.folder / Path(source)).exists():
            self._trouble(f"{source} is still there, though it was said to be removed")
        self._beacons.note(source, "")
        self._told.count("forgotten")

    def _repeated(self, step: Callable[[], object]) -> bool:
        """Do something again until it is known to be done; whether it is."""
        for _ in range(_TRIES):
            if step():
                return True
            self._told.count("came back")
        return False

    def _upload(self, name: str, text: str) -> Sent | None:
        message = self._chat.send_file(f"{name}.txt", text.encode(), caption="/add")["message_id"]
        added = f"as uploads/{name}.txt."
        return self._came(message, lambda sent: added in sent.text and "not be renewed" not in sent.text)

    def _renew(self) -> Sent | None:
        message = self._chat.send("/reindex")["message_id"]
        return self._came(message, lambda sent: sent.text.startswith(_RENEWED))

    def _forget(self, source: str) -> Sent | None:
        message = self._chat.send(f"/forget {source}")["message_id"]
        asked = self._came(message, lambda sent: sent.buttons or sent.text.startswith("No document"))
        if asked is None or not asked.buttons:  # it was removed before, and that was not told
            return asked
        try:
            self._api.click(asked, "Remove")
        except AssertionError:
            self._told.count("not acknowledged")
        return self._came(message, lambda sent: "no longer among the documents" in sent.text)

    def _came(self, message: int, true: Callable[[Sent], object]) -> Sent | None:
        return awaited(self._chat, lambda sent: sent.reply_to == message and true(sent), self._wait)

    def _trouble(self, told: str) -> None:
        with self._told.lock:
            self._told.troubles.append(told)
