"""What makes the bot pleasant among several people: their own conversations, limits told once, files."""

from pathlib import Path

import pytest

from tests.telegram.chats import Chat, User
from tests.telegram.conftest import Running, Start
from tests.telegram.server import BotApi
from tests.telegram.talks import ATTENDED, CROSSING, heard, press, say

PHOTO = {"photo": [{"file_id": "p", "file_unique_id": "u", "width": 9, "height": 9}]}
ONLY_TEXT = "I can read only text: please type your question."
GONE = "This answer is no longer kept. Please ask again."


@pytest.fixture
def ann(api: BotApi) -> User:
    return api.user("Ann")


@pytest.fixture
def group(api: BotApi, owner: User, ann: User) -> Chat:
    return api.group("Garden", [owner, ann])


def started(start: Start, owner: User, *others: int, **variables: str) -> Running:
    allowed = ", ".join(map(str, others))
    return start(
        DOCENT_TELEGRAM__ADMINS=f"[{owner.id}]", DOCENT_TELEGRAM__ALLOWED=f"[{allowed}]", **variables
    )


def test_a_reset_of_one_member_leaves_the_others_their_answers(
    start: Start, api: BotApi, owner: User, ann: User, group: Chat
) -> None:
    started(start, owner, group.id)
    hers = say(group, f"/ask {ATTENDED}", by=ann)
    his = say(group, f"/ask {CROSSING}", by=owner)
    told = say(group, "/reset", by=ann).text
    assert told == "Forgotten: I start afresh with you. What others asked here stays."
    assert api.click(hers, "[1]", by=ann) == GONE
    assert press(api, his, "[1]", by=ann).reply_to == his.id
    assert api.click(his, "👍", by=ann) == "Thank you."
    assert group.get(his).buttons == his.buttons  # they are those of all


def test_an_album_gets_one_reply(start: Start, api: BotApi, owner: User) -> None:
    started(start, owner)
    chat = api.private(owner)
    for _ in range(10):
        chat.send_raw(PHOTO | {"media_group_id": "a1"})
    chat.send_raw(PHOTO | {"media_group_id": "a2"})
    say(chat, "/privacy")
    assert heard(chat, api)[:-1] == [ONLY_TEXT, ONLY_TEXT]


def test_who_presses_too_often_is_told_once(start: Start, api: BotApi, owner: User) -> None:
    started(start, owner, DOCENT_TELEGRAM__QUESTIONS_PER_MINUTE="2")  # and twice as many buttons
    chat = api.private(owner)
    answer = say(chat, CROSSING)
    assert [api.click(answer, "👍"), api.click(answer, data=answer.keyboard[0][0]["callback_data"])] == [
        "Thank you.",
        "",
    ]
    listed = say(chat, "/sources")
    say(chat, "/sources soup")
    told = api.click(answer, data=answer.keyboard[0][0]["callback_data"])
    assert told.startswith("You are faster than I am. Please go on in ")
    assert api.click(answer, data=answer.keyboard[0][0]["callback_data"]) == ""
    before = chat.messages[-1].id
    chat.send("/sources")
    say(chat, "/privacy")
    assert len(heard(chat, api, before)) == 1
    assert listed.text.startswith("3 documents")


def test_a_large_file_is_streamed_and_sent_again_by_its_id(
    start: Start, api: BotApi, owner: User, docs: Path
) -> None:
    running = started(start, owner)
    chat = api.private(owner)
    opened = press(api, say(chat, CROSSING), "[1]")
    large = b"The crossing takes two days.\n" * (40 * 2**20 // 29)
    (docs / "letters" / "ferry.txt").write_bytes(large)  # after it was indexed
    before = peak(running)
    for _ in range(3):
        file = press(api, opened, "📄 Send the file")
        assert file.document is not None
        assert (file.document.name, file.document.content == large) == ("ferry.txt", True)
    assert peak(running) - before < 60 * 2**20
    sent = [call.params["document"] for call in api.calls if call.method == "sendDocument"]
    first = chat.messages[-3].raw["document"]["file_id"]
    assert sent[1:] == [first, first]


def peak(running: Running) -> int:
    """The most memory that the bot has used, in bytes."""
    status = Path(f"/proc/{running.process.pid}/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def test_the_bot_speaks_the_language_of_the_person(start: Start, api: BotApi, owner: User) -> None:
    german = api.user("Greta", language_code="de-at")
    persian = api.user("Shirin", language_code="fa")
    other = api.user("Jean", language_code="fr")
    started(start, owner, german.id, persian.id, other.id)
    answer = say(api.private(german), CROSSING)
    assert answer.text.split("\n")[-2:] == ["Absätze 1–3", "Sicherheit 37%"]
    assert answer.buttons[-1] == ["Andere Stellen", "👍", "👎"]
    assert api.click(answer, "👍") == "Danke."
    assert say(api.private(persian), CROSSING).text.split("\n")[-2:] == ["بندهای 1–3", "اطمینان 37%"]
    assert say(api.private(other), CROSSING).text.endswith("paragraphs 1–3\nconfidence 37%")
    api.wait_call("setMyCommands", 5)
    listed = [scope for scope in api.commands if '"language_code": "ru"' in scope]
    assert len(listed) >= 1
    assert api.commands[listed[0]]["ask"] == "задать вопрос"
