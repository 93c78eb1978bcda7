"""What was decided on is added, whatever breaks in between, and never twice."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace as replaced
from telegram import User
from telegram.error import BadRequest, NetworkError

from bot.engine import Engine
from bot.feedback import Feedback
from bot.fetching import Fetched, Unfetched
from bot.telegram.documents.adding import Adding, decided
from bot.telegram.documents.sent import written
from bot.telegram.documents.uploads import Uploads
from bot.telegram.persistence import state
from bot.telegram.persistence.access import Access
from bot.telegram.persistence.answers import Answers
from bot.telegram.persistence.offers import Item, Offer, Offers
from bot.telegram.persistence.removals import Removals
from bot.telegram.renewals import Renewals, Stopped
from bot.telegram.services import Services
from bot.telegram.showing.screens import Screen
from bot.telegram.transport.inbox import Inbox
from bot.telegram.transport.post import Place
from bot.telegram.workers import Workers
from index.building.bin import Bin
from index.building.intake import Intake
from index.parsing.worker import shared
from index.scope import Scope
from tests.conftest import RECIPE
from tests.intake import PLUMS, everything

PAGE = b"<!doctype html><title>On plums</title><p>The plum tree bears forty kilos of plums."


class FakePost:
    """Keeps what is shown; message 1 is the only one."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.buttons: list[str] = []

    async def send(self, place: Place, screen: Screen, **_: object) -> tuple[int, ...]:
        return await self.edit(place, (), screen)

    async def edit(self, place: Place, old: Sequence[int], screen: Screen) -> tuple[int, ...]:
        self.shown += [message.plain for message in screen.messages]
        rows = screen.keyboard.inline_keyboard if screen.keyboard else ()
        self.buttons = [str(button.callback_data) for row in rows for button in row]
        return (1,)


class FakeBot:
    """Gives the files that it has, after as many failures as it is told, and as many times something else."""

    bot = User(1, "Docent", is_bot=True)

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.failures: list[Exception] = []
        self.instead: list[bytes] = []
        self.asked = 0

    async def get_file(self, number: str) -> Any:
        self.asked += 1
        if self.failures:
            raise self.failures.pop(0)

        async def download_as_bytearray(**_: object) -> bytearray:
            return bytearray(self.instead.pop() if self.instead else self.files[number])

        size = len(self.files[number])
        return SimpleNamespace(file_size=size, download_as_bytearray=download_as_bytearray)


class Desk:
    """All that adds, with a real engine, and nobody at the other end."""

    def __init__(self, engine: Engine, file: Path, fetched: Callable[[str, int], Fetched]) -> None:
        self.database = state.connect(file)
        telegram = engine.settings.telegram
        self.post, self.bot, self.offers = FakePost(), FakeBot(), Offers(self.database)
        self.services = Services(
            settings=engine.settings,
            engine=engine,
            bot=self.bot,  # type: ignore[arg-type]
            inbox=Inbox(self.database),
            access=Access(telegram, self.database),
            answers=Answers(self.database, 30),
            offers=self.offers,
            feedback=Feedback(file.with_name("feedback.sqlite"), file.parent),
            post=self.post,  # type: ignore[arg-type]
            workers=(workers := Workers()),
            renewals=Renewals(engine, workers),
            removals=Removals(self.database),
        )
        intake = Intake(engine.settings, shared())
        self.bin = Bin(engine.settings, intake)
        self.adding = Adding(self.services, intake, self.bin, fetched, pause=0)

    def add(self, item: Item) -> str:
        """Adds something; what is told in the end."""
        self.go_on(self.offers.save(offer(item)))
        return self.post.shown[-1]

    def go_on(self, given: Offer) -> None:
        asyncio.run(self.adding.add(given))


def offer(*items: Item) -> Offer:
    return Offer(chat=7, thread=None, message=3, by=7, stage="adding", items=items)


def file(name: str, size: int = 0) -> Item:
    return Item(kind="file", name=name, content="f", size=size)


def page(url: str, most: int) -> Fetched:
    if "nowhere" in url:
        raise Unfetched("it leads into an internal network")
    return Fetched("plums.html", PAGE, url)


@pytest.fixture
def open_desk(engine: Engine, tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    opened = []

    def open_desk(**documents: object) -> Desk:
        settings = engine.settings
        engine.settings = replace(settings, documents=replace(settings.documents, **documents))  # type: ignore[arg-type]
        desk = Desk(engine, tmp_path / "bot.sqlite", page)
        opened.append(desk)
        return desk

    yield open_desk
    for desk in opened:
        desk.database.close()


def test_a_page_is_added_where_links_are_allowed(open_desk: Callable[..., Desk], docs: Path) -> None:
    desk = open_desk(links=True)
    link = Item(kind="link", name="https://plums.example/plums", content="https://plums.example/plums")
    assert desk.add(link).startswith("“On plums” is among the documents now, as uploads/plums.html.")
    assert (docs / "uploads" / "plums.html").read_bytes() == PAGE
    refused = Item(kind="link", name="x", content="https://nowhere.example/")
    told = "I did not get https://nowhere.example/: it leads into an internal network."
    assert desk.add(refused) == told
    long = Item(kind="link", name="x", content=f"https://nowhere.example/{'a' * 1000}")
    assert len(desk.add(long)) == len(f"I did not get {'a' * 200}: it leads into an internal network.")
    assert desk.offers.unfinished() == []


@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize("url", ["ftp://plums.example/plums.txt", "file:///etc/passwd", "SFTP://x"])
def test_of_other_addresses_than_web_pages_it_is_said_what_may_be_sent(
    open_desk: Callable[..., Desk], docs: Path, url: str, links: bool
) -> None:
    item = written(f" {url}\n")
    assert item.kind == "link"
    assert open_desk(links=links).add(item) == (
        f"I have not added {url}: I fetch only what is at addresses that begin with https:// or http://. "
        "Send me the file itself."
    )
    assert not (docs / "uploads").exists()


def test_what_a_stop_broke_off_is_taken_up_again_and_added_once(
    open_desk: Callable[..., Desk], docs: Path
) -> None:
    desk = open_desk()
    desk.bot.files["f"] = PLUMS
    given = desk.offers.save(offer(file("plums.txt")))
    asyncio.run(desk.services.renewals.stop())
    with pytest.raises(Stopped):
        desk.go_on(given)
    assert everything(docs / "uploads") == {"plums.txt"}

    again = open_desk()
    again.bot.files["f"] = PLUMS
    (unfinished,) = again.offers.unfinished()
    assert (unfinished.number, unfinished.shown) == (given.number, (1,))
    again.go_on(unfinished)
    assert again.post.shown[-1].startswith("“plums” is among the documents now, as uploads/plums.txt.")
    assert again.offers.unfinished() == []
    assert everything(docs / "uploads") == {"plums.txt"}
    assert again.services.engine.document("uploads/plums.txt").text == PLUMS.decode()


def test_what_is_replaced_goes_to_the_bin_once(open_desk: Callable[..., Desk], docs: Path) -> None:
    desk = open_desk()
    desk.bot.files["f"] = PLUMS
    assert desk.add(file("soup.txt")).startswith("There is already a document of that name: soup.txt.")
    over, number = desk.post.buttons[0].split(":")
    asked = desk.offers.find(int(number), 7)
    assert (over, asked and asked.sources, asked and desk.offers.find(int(number), 8)) == (
        "over",
        ("soup.txt",),
        None,
    )
    taken = decided(asked, over, [1])
    for first in (True, False):
        desk.go_on(taken)
        assert ("The earlier one is in the bin for 30 days." in desk.post.shown[-1]) is first
    assert (docs / "soup.txt").read_bytes() == PLUMS
    (entry,) = desk.services.settings.bin_folder().iterdir()
    assert (entry / "content").read_text() == RECIPE


def test_what_was_to_replace_a_document_that_is_gone_by_now_is_added(
    open_desk: Callable[..., Desk], docs: Path
) -> None:
    desk = open_desk()
    desk.bot.files["f"] = PLUMS
    desk.add(file("soup.txt"))
    over, number = desk.post.buttons[0].split(":")
    asked = desk.offers.find(int(number), 7)
    assert asked
    (docs / "soup.txt").unlink()
    desk.go_on(decided(asked, over, [1]))
    assert desk.post.shown[-1].startswith("“soup” is among the documents now, as uploads/soup.txt.")
    assert not desk.services.settings.bin_folder().exists()


def test_telegram_may_fail_for_a_while_and_gives_no_large_files(
    open_desk: Callable[..., Desk], docs: Path
) -> None:
    desk = open_desk()
    desk.bot.files["f"] = PLUMS
    desk.bot.failures = [NetworkError("cut"), NetworkError("cut")]
    assert "uploads/plums.txt" in desk.add(file("plums.txt"))
    assert desk.bot.asked == 3
    desk.bot.instead = [b"<html>Bad gateway"] * 2
    assert desk.add(file("quinces.txt")).startswith("“quinces” was among the documents before")
    desk.bot.instead = [b"<html>Bad gateway"] * 3
    assert desk.add(file("figs.txt")) == "Telegram did not give me “figs.txt”. Please send it again."
    desk.bot.failures = [NetworkError("cut")] * 3
    assert desk.add(file("figs.txt")) == "Telegram did not give me “figs.txt”. Please send it again."
    desk.bot.asked = 0
    told = desk.add(file("figs.pdf", 34_000_000))
    assert told.startswith("“figs.pdf” has 34 MB, and Telegram gives bots only files of up to 20 MB. Put it ")
    assert (str(docs) in told, desk.bot.asked) == (True, 0)
    desk.bot.failures = [BadRequest("File is too big")]
    assert "only files of up to 20 MB" in desk.add(file("figs.pdf"))
    assert everything(docs / "uploads") == {"plums.txt"}


def test_what_was_begun_is_taken_up_at_the_start_but_not_for_ever(
    open_desk: Callable[..., Desk], docs: Path
) -> None:
    desk = open_desk()
    desk.bot.files["f"] = PLUMS
    begun = offer(file("plums.txt"))
    desk.offers.save(replaced(begun, starts=3))
    album = desk.offers.save(replaced(begun, stage="gathering", at_once=True))
    question = replaced(begun, stage="gathering", asks=True)
    desk.offers.save(question)
    uploads = Uploads(desk.services, None, Intake(desk.services.settings), desk.bin)  # type: ignore[arg-type]

    async def start() -> None:
        uploads.resume()
        assert [one.starts for one in desk.offers.unfinished()] == [3, 1, 1]
        for _ in range(500):
            if not desk.offers.unfinished():
                break
            await asyncio.sleep(0.02)

    asyncio.run(start())
    assert desk.offers.find(album.number, 7) is None
    assert desk.post.shown[0].startswith("I was ended again and again while I added this, so I leave it.")
    assert desk.post.shown[-1].startswith("“plums” is among the documents now, as uploads/plums.txt.")
    assert everything(docs / "uploads") == {"plums.txt"}


def test_what_goes_wrong_with_one_file_is_told_and_the_others_are_added(
    open_desk: Callable[..., Desk], docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk()
    desk.bot.files["f"] = PLUMS
    check = Intake.check

    def fail(self: Intake, name: str, data: bytes) -> object:
        if name == "figs.txt":
            raise BlockingIOError(
                11, "Resource temporarily unavailable"
            )  # as where no process can be started
        return check(self, name, data)

    monkeypatch.setattr(Intake, "check", fail)
    desk.go_on(desk.offers.save(offer(file("figs.txt"), file("plums.txt"))))
    assert desk.post.shown[-1].startswith(
        "Something went wrong on my side with “figs.txt”, and I have noted it. Please send it again.\n\n"
        "“plums” is among the documents now, as uploads/plums.txt."
    )
    assert (everything(docs / "uploads"), desk.offers.unfinished()) == ({"plums.txt"}, [])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("The caretaker lives in house seven.", "The caretaker lives in house seven.txt"),
        (f"The pears are ripe: {'very ' * 8}unripe", f"The pears are ripe:{' very' * 8}.txt"),
        ("い" * 70, f"{'い' * 60}.txt"),
    ],
)  # fmt: skip
def test_a_text_is_called_by_whole_words(text: str, name: str) -> None:
    assert written(text).name == name


def test_a_group_is_told_of_no_document_that_it_does_not_see(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    collections = desk.services.access.collections
    collections.make("letters", Scope(("letters",)))
    collections.put(-7, "letters")
    desk.bot.files["f"] = PLUMS
    desk.go_on(desk.offers.save(replaced(offer(file("soup.txt")), chat=-7)))
    asked = "There is 1 document called “soup.txt”. Shall I add this one beside it?"
    assert (desk.post.shown[-1], [data.split(":")[0] for data in desk.post.buttons]) == (
        asked,
        ["both", "no"],
    )
    desk.go_on(desk.offers.save(replaced(offer(file("plums.txt")), chat=-7)))
    unseen = "“plums” is among the documents, in a folder that this chat does not see (/collection)."
    assert desk.post.shown[-1] == unseen


def test_what_lies_in_a_file_and_cannot_be_read_is_told(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    desk.bot.files["f"] = (
        b"From: ann@example.org\nSubject: Plums\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/mixed; boundary="b"\n\n'
        b"--b\nContent-Type: text/plain\n\nThe plums are ripe.\n--b\nContent-Type: application/zip\n"
        b'Content-Disposition: attachment; filename="a.zip"\n\nPK\n--b--\n'
    )
    told = desk.add(file("mail.eml"))
    assert "I have read 1 passage.\nLeft out: a.zip (not of a kind that is read)." in told
