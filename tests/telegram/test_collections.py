"""Who sees which folders, and ways around it that lead nowhere."""

import ast
import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from telegram import Update

from bot.answering.answers import Outdated, within
from bot.collections import CollectionSettings, Folders
from bot.engine import Engine
from bot.settings import load
from bot.telegram.answering.citations import Citations
from bot.telegram.answering.replying import Replying
from bot.telegram.authorisation.collecting import Collecting, words_of
from bot.telegram.information import Information
from bot.telegram.persistence import state
from bot.telegram.persistence.access import Access
from bot.telegram.persistence.answers import Answers
from index.scope import EVERYTHING, NOTHING, Scope
from index.values import Ids
from tests.conftest import ROOT
from tests.engines.local.folders import laid_out
from tests.found import CITED, FOUND
from tests.telegram.chats import Sent, User
from tests.telegram.conftest import Start
from tests.telegram.inside import ANN as ANN_HERSELF
from tests.telegram.inside import Desk, kept, raw
from tests.telegram.server import BotApi
from tests.telegram.talks import docent, press, say

ADMIN, ANN, GROUP = 42, 77, -100
GONE = "This answer is no longer kept. Please ask again."
HIDDEN = ("Quist", "salary of Mir", "hr/", "34 days", "4100", "pay.md", "budget", "inner")


def collections(**chats: tuple[list[str], list[int]]) -> dict[str, CollectionSettings]:
    return {
        name: CollectionSettings(folders=Folders(Scope.of(folders).folders), chats=Ids(ids))
        for name, (folders, ids) in chats.items()
    }


HR = collections(hr=(["hr"], [GROUP, ANN]), all=(["."], [-7]))
WITH_DEFAULT = HR | collections(default=(["public"], []), more=(["faq"], [ANN]))


@pytest.mark.parametrize(
    ("fixed", "seen"),
    [
        ({}, {ADMIN: ["."], ANN: ["."], GROUP: ["."], -5: ["."]}),
        (HR, {ADMIN: ["."], ANN: ["hr"], GROUP: ["hr"], -5: ["."], -7: ["."], 5: ["."]}),
        (
            WITH_DEFAULT,
            {ADMIN: ["."], ANN: ["hr", "faq"], GROUP: ["hr"], -5: ["public"], -7: ["."], 5: ["public"]},
        ),
    ],
)
def test_what_a_chat_sees(
    database: state.Memory, fixed: Mapping[str, CollectionSettings], seen: dict[int, list[str]]
):
    telegram = replace(load().telegram, admins=Ids([ADMIN]))
    access = Access(telegram, database, fixed)
    assert {chat: set(access.scope(chat).folders) for chat in seen} == {
        chat: set(Scope.of(folders).folders) for chat, folders in seen.items()
    }
    inline = access.inline_scope(ADMIN)  # what is sent inline is read by nobody knows whom
    assert inline == (Scope.of(["public"]) if "default" in fixed else EVERYTHING)
    assert set(access.inline_scope(ANN).folders) == set(access.scope(ANN).folders)


def test_what_is_decided_in_the_chat_is_kept_and_hides_rather_than_shows(database: state.Memory):
    access = Access(load().telegram, database, HR)
    own = access.collections
    own.make("faq", Scope.of(["faq", "help"]))
    own.put(-5, "faq")
    own.put(-5, "hr")
    own.make("faq", Scope.of(["faq"]))
    again = Access(load().telegram, database, HR)
    assert [(one.name, one.chats, one.fixed) for one in again.collections.all()] == [
        ("all", (-7,), True), ("faq", (-5,), False), ("hr", (GROUP, ANN, -5), True),
    ]  # fmt: skip
    assert again.scope(-5) == Scope(("faq", "hr"))
    again.migrate(GROUP, -1001)  # in the settings by its old id
    again.migrate(-5, -1005)
    third = Access(load().telegram, database, {})  # the settings lost their collections
    assert (third.scope(-1001), third.scope(-1005)) == (NOTHING, Scope(("faq",)))
    assert Access(load().telegram, database, HR).scope(-1001) == Scope(("hr",))
    third.collections.remove("faq")
    assert third.scope(-1005) == NOTHING
    assert third.collections.take_out(-1005) == []
    assert third.scope(-1005) == EVERYTHING
    assert again.collections.take_out(GROUP) == ["hr"]
    database.execute("DROP TABLE collected")
    again.migrate(GROUP, -2002)  # which cannot be kept
    assert again.scope(-2002) == Scope(("hr",))


def test_answers_are_leant_on_only_where_all_that_was_seen_then_is_seen(database: state.Memory):
    answers = Answers(database, 30)
    first = kept(answers)
    second = replace(kept(answers), scope=Scope(("hr", "faq")), follows=first.number)
    third = replace(kept(answers), scope=Scope(("faq",)), follows=second.number)
    for one in (second, third):
        answers.keep(one)
    assert answers.find(third.number, 5) == third
    for scope, turns in (
        (EVERYTHING, 3), (Scope(("hr", "faq", "x")), 2), (Scope(("faq",)), 1), (Scope(("hr",)), 0),
        (NOTHING, 0),
    ):  # fmt: skip
        assert len(answers.turns(5, third.number, scope)) == turns


def test_citations_name_no_hidden_place():
    twice = replace(CITED, source="a/x.md", also=(("b/y.md", 0, 3), ("a/z.md", 0, 3)))
    (seen,) = within([twice, replace(CITED, source="b/y.md")], Scope(("a",)))
    assert seen == replace(twice, also=(("a/z.md", 0, 3),))
    assert Outdated("x", gone=True) and FOUND.citations


# -------------------------------------------------------------------------------------- in a chat


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    return laid_out(tmp_path / "docs")


class Silent:
    """A bot whose answers to presses nobody looks at."""

    defaults = None

    async def answer_callback_query(self, *_: object, **__: object) -> bool:
        return True


class Office(Desk):
    """The desk, and administrators at it."""

    def __init__(
        self,
        engine: Engine,
        database: state.Memory,
        folder: Path,
        fixed: Mapping[str, CollectionSettings] | None = None,
    ) -> None:
        super().__init__(engine, database, folder, fixed)
        self.collecting = Collecting(self.services)
        self.information = Information(self.services)
        self.citations = Citations(self.services, self.asking, Replying(self.services))
        self.told: list[str] = []

    def press(self, data: str, chat: int) -> None:
        """Somebody presses a button of that data."""
        message = {"message_id": 71, "date": 1, "chat": {"id": chat, "type": "group"}}
        pressed = {"id": "1", "from": ANN_HERSELF, "chat_instance": "1", "data": data, "message": message}
        update = Update.de_json({"update_id": 2, "callback_query": pressed}, Silent())  # type: ignore[arg-type]
        asyncio.run(self.citations.press(update, None))

    def order(self, text: str, chat: int = 7) -> str:
        """An administrator sends a command; what the bot says."""
        kind = {"id": chat, "type": "private" if chat > 0 else "group"}
        update = Update.de_json({"update_id": 1, "message": raw(text, chat=kind)}, None)
        asyncio.run(self.collecting.collection(update, None))
        return self.post.sent[-1]


@pytest.fixture
def office(engine: Engine, database: state.Memory, tmp_path: Path) -> Office:
    return Office(engine, database, tmp_path)


def test_collections_are_made_and_changed_by_command(office: Office):
    assert office.order("/collection").startswith("There are no collections: everybody who may ask")
    assert (
        office.order("/collection hr hr ./handbook/public/")
        == "The collection “hr” shows: hr, handbook/public."
    )
    assert office.order("/collection HR “hr”") == "The collection “hr” shows: hr."
    put = "This chat sees the collection “hr” now.\n\nI answer here from: hr."
    assert office.order("/collection hr here") == put
    assert office.order("/collection Hr Here", GROUP) == put
    assert office.order("/collection hr -100777") == "-100777 sees the collection “hr” now."
    shown = office.order("/collection")
    assert shown.startswith("• hr: hr (-100777, -100, 7)\n\nI answer here from: hr.\n\nA chat sees what")
    assert office.order("/collection", GROUP) == "I answer here from: hr."
    assert office.order("/collection hr off").startswith(
        "These are in the collection “hr”: -100777, -100, 7."
    )
    for chat in ("", " -100777"):
        office.order(f"/collection off{chat}")
    assert office.order("/collection off", GROUP) == (
        "This chat is in no collection any more.\n\nI answer here from: all documents."
    )
    assert office.order("/collection hr off") == "The collection “hr” is removed."
    assert office.order("/collection default .") == "The collection “default” shows: all documents."
    office.order("/collection default -100777")
    shown = office.order("/collection")
    assert shown.startswith(
        "• default: all documents (-100777, whoever is in no other)\n\nI answer here from"
    )


def test_wrong_orders_change_nothing(engine: Engine, database: state.Memory, tmp_path: Path):
    office = Office(engine, database, tmp_path, collections(fix=(["hr"], [GROUP])))
    for order, told in {
        "/collection x hrr": "There is no document below the folder “hrr”, so nothing is changed. "
        "Did you mean hr?",
        "/collection x ../hr": "“../hr” is no folder below the documents folder, so nothing is changed.",
        "/collection x /etc": "“/etc” is no folder below the documents folder",
        "/collection x hr/pay.md": "There is no document below the folder “hr/pay.md”",
        "/collection a:b hr": "A name has at most 40 letters",
        "/collection fix handbook": "The collection “fix” stands in the settings; change it there",
        "/collection fix off": "The collection “fix” stands in the settings",
        "/collection y here": "There is no collection “y”.",
        "/collection y off": "There is no collection “y”.",
        "/collection y": "/collection NAME FOLDER…",
        "/collection off y": "A name has at most",
    }.items():
        assert office.order(order).startswith(told)
    for words in ("x hrr", "x hr", "fix off", "fix", "off 12345", "fix 12345"):
        assert office.order(f"/collection {words}", GROUP).startswith("Everybody reads along here")
    assert office.order("/collection off", GROUP).startswith(
        "The settings put This chat in fix; change it there"
    )
    assert [one.name for one in office.services.access.collections.all()] == ["fix"]
    database.execute("DROP TABLE collections")
    assert office.order("/collection x hr") == "I could not write that down, so nothing is changed."
    assert office.services.access.collections.find("x") is None


def test_words_are_typed_with_or_without_quotes():
    assert words_of("hr “human resources” x «a b» 'c") == ["hr", "human resources", "x", "a b", "'c"]


def test_words_of_what_is_hidden_are_left_out_of_lists_that_go_on(office: Office, engine: Engine):
    secret, public = (
        engine.ask("What is the salary of Miriam Quist?"),
        engine.ask("Days of leave of everybody"),
    )
    (hidden, *_), (seen, *_) = secret.citations, (one for one in public.citations if "public" in one.source)
    assert (hidden.source, seen.source) == ("hr/pay.md", "handbook/public/leave.md")
    also = replace(seen, also=(("hr/leave.md", 0, 5),))
    numbered = tuple(replace((also, hidden)[number % 2], number=number) for number in range(1, 13))
    one = kept(office.answers, chat=GROUP, answer=replace(secret, citations=numbered))
    office.services.access.collections.make("default", Scope.of(["handbook/public"]))

    def press(data: str) -> list[str]:
        before = len(office.post.sent)
        office.press(f"{data}:{one.number}", GROUP)
        return office.post.sent[before:]

    (more,) = press("more")  # of the first only one was shown
    assert [number in more for number in ("[1]", "[2]", "[4]", "[6]", "[12]")] == [
        False,
        True,
        True,
        True,
        True,
    ]
    assert [number in more for number in ("[3]", "[5]", "[11]")] == [False] * 3
    assert "hr/" not in more and "Quist" not in more
    now = office.answers.find(one.number, GROUP)
    assert now is not None
    assert (now.shown, now.answer) == (12, one.answer)  # what is hidden is kept, for it may be seen again
    (others,) = press("more")
    assert others.startswith("Other passages.") and "[13]" in others and "hr/" not in others
    assert "hr/" not in str(press("more"))


# --------------------------------------------------------------------------------- ways around it


def test_a_real_bot_shows_each_chat_its_own(
    start: Start, api: BotApi, owner: User, docs: Path, tmp_path: Path
) -> None:
    bot = start(
        DOCENT_TELEGRAM__ADMINS=f"[{owner.id}]",
        DOCENT_TELEGRAM__ACCESS="open",
        DOCENT_COLLECTIONS__DEFAULT__FOLDERS='["handbook/public"]',
        DOCENT_COLLECTIONS__HR__FOLDERS="hr",
    )
    ann, private = api.private(api.user("Ann")), api.private(owner)
    group = api.group("People", [owner, ann.members[0]])
    salary, leave = "What is the salary of Miriam Quist?", "How many days of leave does Miriam Quist have?"

    def hides(sent: Sent | str) -> bool:
        text = sent if isinstance(sent, str) else f"{sent.text} {sent.buttons}"
        told = text.replace(salary, "").replace(leave, "")
        return not [word for word in HIDDEN if word in told]

    (docs / "hr" / "budget.md").write_text("The budget is 900 euros.", encoding="utf-8")
    (docs / "handbook" / "public" / "tea.md").write_text("Tea is at four.", encoding="utf-8")
    docent(docs, tmp_path, "index")
    assert "budget" in say(private, "/changes").text
    told = say(ann, "/changes")
    assert "tea.md" in told.text and hides(told)
    (docs / "hr" / "budget.md").unlink()
    (docs / "handbook" / "public" / "tea.md").unlink()
    docent(docs, tmp_path, "index")

    first = say(private, salary)  # an administrator, in private
    assert "4100 euros" in first.text
    for person in (owner, ann.members[0]):  # but not into any chat
        found = api.inline(person, leave)["results"]
        assert found and all(hides(f"{one['title']} {one['input_message_content']}") for one in found)
    assert say(ann, "/start").text.startswith("I answer questions from 2 documents")
    assert hides(say(ann, "/start"))
    assert hides(say(ann, "/start pay.md"))
    answer = say(ann, leave)
    assert hides(answer) and "25 days" in answer.text, answer.text
    assert hides(say(ann, salary))
    listed = say(ann, "/sources").text
    assert "2 documents" in listed and hides(listed)
    assert say(ann, "/sources pay").text == "No document has “pay” in its name. /sources lists all."
    number = answer_number(first)  # of what somebody else was told
    for data in (
        "cite:{}:1",
        "file:{}:1",
        "walk:{}:1:0",
        "more:{}",
        "again:{}",
        "alone:{}",
        "page:{}:1",
        "turn:{}:1:0",
    ):
        assert api.click(answer, data=data.format(number)) == GONE

    for text in ("/collection hr here", "/collection@docent_test_bot"):
        shown = say(group, text, by=owner)
    assert shown.text == "I answer here from: hr."
    told = say(group, f"/ask {leave}", by=ann.members[0])
    assert "34 days" in told.text
    opened = press(api, told, "[1]", by=ann.members[0])
    assert "Miriam Quist has 34 days" in opened.text
    (docs / "hr" / "new-budget.md").write_text("New.\n", encoding="utf-8")
    assert "hr/new-budget.md" in say(private, "/status").text
    assert "hr/new-budget.md" in say(group, "/status", by=owner).text

    assert say(group, "/collection off", by=owner).text.endswith("I answer here from: handbook/public.")
    number = answer_number(told)
    for data in (f"cite:{number}:1", f"walk:{number}:1:0", f"file:{number}:1", f"page:{number}:1"):
        assert api.click(told, data=data, by=owner) == GONE
    assert hides(press(api, told, "Other passages", by=owner))
    followed = say(group, "And the salary of her?", by=ann.members[0], reply_to=told)
    assert hides(followed) and "searched for" not in followed.text
    assert "hr/new-budget.md" not in say(group, "/status", by=owner).text
    assert api.click(told, data=f"again:{number}", by=owner) == ""
    assert group.wait_edit(told).text == GONE
    assert (
        say(ann, "/collection hr here").text == "I do not know this command. /help tells what I understand."
    )

    say(group, "/collection hr here", by=owner)
    moved = api.migrate(group)
    assert "34 days" in say(moved, f"/ask {leave}", by=owner).text
    assert "went wrong" not in bot.text


def answer_number(sent: Sent) -> int:
    """By which the buttons name an answer."""
    return next(
        int(button["callback_data"].split(":")[1])
        for row in sent.keyboard
        for button in row
        if button.get("callback_data", "").startswith("more:")
    )


ALLOWED = {
    ("alarms", "fault"),
    ("alarms", "on_fault"),
    ("services", "within"),  # the door
    ("services", "engine"),
    ("replying", "store"),  # the name of a generation
    ("changelog", "history"),  # told as far as the chat's scope shows
    ("corrections", "store"),
    ("corrections", "engine"),  # likewise
    ("consent", "settings"),
    ("listening", "can_interject"),  # whether a bar was fitted
    ("run", "warm"),
    ("run", "settings"),
}


def test_handlers_reach_documents_through_the_door_alone():
    """``services.seen_in`` and its like; whoever uses ``services.engine`` has to be thought about here."""
    found = set()
    for file in (ROOT / "bot" / "telegram").rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        above: dict[ast.AST, ast.AST] = {
            child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr == "engine":
                use: Any = above[node]
                found.add((file.stem, use.attr if isinstance(use, ast.Attribute) else "engine"))
    assert found == ALLOWED
