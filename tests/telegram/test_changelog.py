"""/changes tells in quotes what has changed in the documents this week."""

import json
from pathlib import Path

from bot.changelog import Change
from bot.telegram.documents.changelog import NOTHING, screen
from index.history import Edit, Place
from tests.conftest import LETTER
from tests.telegram.chats import User
from tests.telegram.conftest import Running
from tests.telegram.server import BotApi
from tests.telegram.strategies import buttons, taken
from tests.telegram.talks import TODAY, docent, say, turn, undated


def change(number: int, *places: Place, left_out: int = 0, length: int = 5) -> Change:
    source = f"{'x' * length}{number}.txt"
    return Change(
        "2026-11-29T10:00:00+00:00",
        Edit(kind="edited", source=source, title="T" * length, places=places, left_out=left_out),
    )


def test_a_page_is_one_message_however_much_has_changed():
    place = Place(
        tuple(f"{i} {'old 🦊 ' * 300}" for i in range(9)), tuple(f"{i} {'<new> ' * 300}" for i in range(9))
    )
    changes = [change(i, place, place, left_out=50, length=300) for i in range(9)]
    for page, labels in ((0, ["▶", "⏭"]), (1, ["◀", "▶"]), (2, ["⏮", "◀"]), (7, ["⏮", "◀"])):
        shown = screen(changes, page)
        assert len(shown.messages) == 1
        read, _ = taken(shown.messages[0])
        assert read.startswith("9 changes in the documents this week\n")
        assert [label for row in buttons(shown) for label, _ in row] == labels
        assert read.count("and 78 more sentences") == (1 if page > 1 else 4)
        assert read.endswith(f"page {min(page, 2) + 1} of 3")


def test_where_nothing_changed_it_says_so():
    assert [message.plain for message in screen([], 0).messages] == [NOTHING]


def test_adds_edits_and_deletes_over_builds_of_another_process(
    bot: Running, api: BotApi, owner: User, docs: Path, tmp_path: Path
) -> None:
    chat = api.private(owner)
    assert say(chat, "/changes").text == NOTHING
    (docs / "letters" / "ferry.txt").write_text(
        LETTER.replace("two days", "three days").replace("We packed", "Bring money.\n\nWe packed"),
        encoding="utf-8",
    )
    (docs / "plums.txt").write_text("The plum tree bears <forty> kilos.", encoding="utf-8")
    docent(docs, tmp_path, "index")
    (docs / "plums.txt").unlink()
    (docs / "soup.txt").rename(docs / "onions.txt")
    for name in "abc":
        (docs / f"{name}.txt").write_text(f"The {name} tree is old.", encoding="utf-8")
    docent(docs, tmp_path, "index")
    told = say(chat, "/changes")
    assert undated(told.text).split("\n\n") == [
        "7 changes in the documents this week",
        *(f"{name}.txt\nnew on {TODAY}" for name in "abc"),
        f"Onion soup · onions.txt\nmoved here on {TODAY} from soup.txt",
        "page 1 of 2",
    ]
    assert undated(turn(api, told, "▶").html) == (
        "<b>7 changes in the documents this week</b>\n\n"
        f"<b>plums.txt</b>\n<i>removed on {TODAY}</i>\n\n"
        f"<b>letters/ferry.txt</b>\n<i>edited on {TODAY}</i>\n"
        "<blockquote>− <s>The crossing takes two days.</s>\n+ The crossing takes three days.\n"
        "+ Bring money.</blockquote>\n\n"
        f"<b>plums.txt</b>\n<i>new on {TODAY}</i>\n\n"
        "<i>page 2 of 2</i>"
    )
    found = json.loads(docent(docs, tmp_path, "changes", "--json", "--days", "1"))
    assert [(one["edit"]["kind"], one["edit"]["source"]) for one in found[3:]] == [
        ("moved", "onions.txt"),
        ("removed", "plums.txt"),
        ("edited", "letters/ferry.txt"),
        ("added", "plums.txt"),
    ]
    assert found[5]["edit"]["places"][0]["removed"] == ["The crossing takes two days."]
