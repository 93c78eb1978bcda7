"""Which messages are questions, and what becomes of one that is answered."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from telegram import Update
from telegram.error import BadRequest, TelegramError, TimedOut

from bot.engine import Engine
from bot.telegram.answering.questions import command_of, question_of
from bot.telegram.persistence.state import Memory
from bot.telegram.unhandled import Unhandled
from index.errors import IndexDamaged
from tests.telegram.chats import _detected
from tests.telegram.inside import ANN, BOT, GROUP, ME, PRIVATE, Desk, Json, message, raw
from tests.telegram.markup import units


def other(text: str | None, sender: Json = ANN, **fields: Any) -> Json:
    """A message that is replied to."""
    return {**raw(text, GROUP), "message_id": 4, "from": sender, **fields}


# --------------------------------------------------------------------------------------- commands


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/ask Who came?", ("ask", "Who came?")),
        ("/ask", ("ask", "")),
        ("/ask   \n Who\ncame? ", ("ask", "Who\ncame?")),
        ("/ASK@docent_bot Who?", ("ask", "Who?")),
        ("/start code-_1", ("start", "code-_1")),
        ("/ask@Docent_Bot", ("ask", "")),
        ("/ask@other_bot Who?", None),
        ("/ask@docent_bot2 Who?", None),
        ("ask Who?", None),
        (" /ask Who?", None),
        ("/", None),
        ("/ask?", None),
        ("/etc/hosts", None),
        ("", None),
        (None, None),
    ],
)
def test_commands(text: str | None, command: tuple[str, str] | None):
    assert command_of(message(text), ME) == command


# -------------------------------------------------------------------------------------- questions


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Who came?", "Who came?"),
        ("  Who\ncame? ", "Who\ncame?"),
        ("ja", "ja"),
        ("@Docent_Bot who came?", "who came?"),
        ("@other_bot who came?", "@other_bot who came?"),
        ("Who c\u200bame?\ufeff", "Who came?"),
        ("/ask Who came?", "Who came?"),
        ("/ask", ""),
        ("/start", None),
        ("/ask@other_bot Who?", None),
        ("/nonsense Who?", None),
        ("/etc/hosts: what is it?", "/etc/hosts: what is it?"),
        ("/? what is that", "/? what is that"),
        (None, None),
    ],
)
def test_in_a_private_chat_every_text_is_a_question(text: str | None, question: str | None):
    assert question_of(message(text), ME) == question


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Who came?", None),
        ("/ask Who came?", "Who came?"),
        ("/ask@Docent_Bot Who came?", "Who came?"),
        ("/ask@other_bot Who came?", None),
        ("/help", None),
        ("@Docent_Bot who came?", "who came?"),
        ("@docent_bot: who came?", "who came?"),
        ("@DOCENT_BOT,\nwho came?", "who came?"),
        ("who came, @docent_bot", "who came"),
        ("@docent_bot", ""),
        ("@docent_bot2 who came?", None),
        ("@other_bot who came?", None),
        ("write to me@docent_bot today", None),  # no mention for Telegram
        ("@docent_bot2 and @docent_bot who came?", "@docent_bot2 and  who came?"),
        ("me@docent_bot asks: @docent_bot who came?", "me@docent_bot asks:  who came?"),
        ("😀👩‍👩‍👧𝒳 @docent_bot who came?", "😀👩‍👩‍👧𝒳  who came?"),
        ("😀 @docent_bot2 @docent_bot 😀 who?", "😀 @docent_bot2  😀 who?"),
        (None, None),
    ],
)
def test_in_a_group_only_what_is_addressed_to_the_bot_is_a_question(text: str | None, question: str | None):
    assert question_of(message(text, GROUP), ME) == question


def test_a_mention_of_a_bot_by_its_name_counts_too():
    text = "Docent: who is Docent? 😀 Docent"
    entity = {"type": "text_mention", "offset": units("Docent: who is Docent? 😀 "), "length": 6, "user": BOT}
    assert question_of(message(text, GROUP, entities=[entity]), ME) == "Docent: who is Docent? 😀"
    somebody = entity | {"user": ANN}
    assert question_of(message(text, GROUP, entities=[somebody]), ME) is None


@pytest.mark.parametrize(
    ("text", "reply_to", "question"),
    [
        ("and who left?", other("Ann came.", BOT), "and who left?"),
        ("and who left?", other("Ann came."), None),
        ("/ask", other("Who came?"), "Who came?"),
        ("/ask", other("Ann came.", BOT), ""),
        ("/ask who else?", other("Who came?"), "who else?"),
        ("@docent_bot", other(" Who came? "), "Who came?"),
        ("@docent_bot ?", other("Who came?"), "?"),
        ("/ask", other(None, photo=[]), ""),
        ("who left?", other(None, BOT, forum_topic_created={"name": "t", "icon_color": 1}), None),
    ],
)
def test_replies(text: str, reply_to: Json, question: str | None):
    assert question_of(message(text, GROUP, reply_to_message=reply_to), ME) == question


def test_a_citation_sent_by_inline_mode_is_no_question():
    assert question_of(message("The ferry leaves on Tuesday.", via_bot=BOT), ME) is None
    assert question_of(message("A gif", via_bot={**BOT, "id": 98}), ME) == "A gif"


PHOTO = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
FILE = {"file_id": "a", "file_unique_id": "b"}


def captioned(caption: str, **fields: Any) -> Json:
    """A picture with words below it, as Telegram sends it."""
    return {"photo": PHOTO, "caption": caption, **_detected({"caption": caption}), **fields}


@pytest.mark.parametrize(
    ("caption", "chat", "question"),
    [
        ("Who is this?", PRIVATE, "Who is this?"),
        ("Who is this?", GROUP, None),
        ("😀 @docent_bot who is this?", GROUP, "😀  who is this?"),
        ("@docent_bot who is this?", PRIVATE, "who is this?"),
        ("/ask who is this?", GROUP, "who is this?"),
        ("/ask@docent_bot who is this?", PRIVATE, "who is this?"),
        ("/help", PRIVATE, None),
    ],
)
def test_what_stands_below_a_picture_or_a_file_is_a_question_too(
    caption: str, chat: Json, question: str | None
):
    fields = captioned(caption)
    assert question_of(message(None, chat, **fields), ME) == question
    del fields["photo"]
    assert question_of(message(None, chat, document=FILE, **fields), ME) == question


def test_a_picture_without_words_and_a_service_message_are_no_questions():
    for fields in ({"photo": PHOTO}, {"new_chat_title": "x"}):
        assert question_of(message(None, GROUP, **fields), ME) is None
        assert question_of(message(None, **fields), ME) is None


@pytest.mark.parametrize(
    ("text", "fields", "question"),
    [
        ("/ask", {"reply_to_message": other("Ann came. Who left? Bob.")}, "Who left?"),
        ("@docent_bot", {"reply_to_message": other("Who came? Who left?", BOT)}, "Who left?"),
        ("/ask", {}, "Who left?"),  # the message stands in another chat
        ("/ask who stayed?", {"reply_to_message": other("Who left?")}, "who stayed?"),
        ("who stayed?", {"reply_to_message": other("Ann", BOT)}, "who stayed?"),
        ("who stayed?", {"reply_to_message": other("Ann")}, None),
    ],
)
def test_what_is_quoted_is_asked_where_nothing_else_is(text: str, fields: Json, question: str | None):
    quote = {"text": " Who left? ", "position": 10, "is_manual": True}
    assert question_of(message(text, GROUP, quote=quote, **fields), ME) == question


# ---------------------------------------------------------------------------------------- answers


@pytest.fixture
def desk(engine: Engine, database: Memory, tmp_path: Path) -> Desk:
    return Desk(engine, database, tmp_path)


ATTENDED = "who attended the meeting?"


def test_a_question_is_answered_and_kept(desk: Desk):
    (said,) = desk.hear(ATTENDED)
    assert said.startswith("[1] Alice Archer, Bob Baker and Carol Cook attended the meeting.")
    kept = desk.answers.to_question(7, 5)
    assert kept is not None
    assert (kept.messages, kept.shown, kept.answer.question) == ((71,), 1, ATTENDED)
    assert desk.services.tally.answered == 1


def test_an_edited_question_is_answered_in_the_same_messages(desk: Desk):
    desk.hear("zebra quantum?")
    (said,) = desk.hear(ATTENDED, "edited_message")
    assert said.startswith("[1] Alice Archer")
    assert desk.post.edited == [(71,)]
    assert desk.hear(ATTENDED, "edited_message") == []  # such as a link preview that was added


def test_a_question_whose_answer_was_broken_off_is_answered_after_the_restart(desk: Desk):
    desk.post.error = asyncio.CancelledError()
    with pytest.raises(asyncio.CancelledError):
        desk.hear(ATTENDED)
    desk.post.error = None
    (said,) = desk.hear(ATTENDED)  # the inbox gives it again
    assert said.startswith("[1] Alice Archer")
    assert len(desk.answers.to_question(7, 5).messages) == 1  # type: ignore[union-attr]


def test_an_edit_that_was_broken_off_is_made_after_the_restart(desk: Desk):
    desk.hear("zebra quantum?")
    desk.post.error = asyncio.CancelledError()
    with pytest.raises(asyncio.CancelledError):
        desk.hear(ATTENDED, "edited_message")
    desk.post.error = None
    assert desk.hear(ATTENDED, "edited_message")[0].startswith("[1] Alice Archer")
    assert desk.post.edited == [(71,)]


def test_an_answer_that_may_have_arrived_can_be_opened_by_its_buttons(desk: Desk):
    desk.post.lost = True
    assert len(desk.hear(ATTENDED)) == 1
    kept = desk.answers.to_question(7, 5)
    assert kept is not None
    assert desk.answers.find(kept.number, 7) == kept
    assert desk.services.tally.answered == 0, "nobody knows"
    assert desk.answers.doubtful(7, None) == [kept]
    assert desk.answers.doubtful(7, 5) == [], "it is about to be answered"


def test_what_is_no_question_is_told_how_to_ask_or_left_alone(desk: Desk):
    assert desk.hear("/ask") == ["Write your question after the command, as in: /ask Who attended?"]
    assert desk.hear("Who came?", chat=GROUP) == []
    sticker = {
        "file_id": "a", "file_unique_id": "b", "width": 1, "height": 1, "type": "regular",
        "is_animated": False, "is_video": False,
    }  # fmt: skip
    assert desk.hear(None, sticker=sticker) == ["I can read only text: please type your question."]
    assert desk.hear(None, sticker=sticker, chat=GROUP) == []


def test_an_album_is_asked_and_remarked_on_once(desk: Desk):
    zoo = [
        desk.hear(None, message_id=10 + i, media_group_id="zoo", **captioned(caption))
        for i, caption in enumerate((ATTENDED, "Where was it?"))
    ]
    assert [len(said) for said in zoo] == [1, 0]
    assert desk.hear(None, message_id=12, media_group_id="zoo", photo=PHOTO) == []
    assert desk.hear(None, message_id=10, media_group_id="zoo", **captioned(ATTENDED)) == []  # once more
    for number, said in ((20, ["I can read only text: please type your question."]), (21, [])):
        assert desk.hear(None, message_id=number, media_group_id="sea", photo=PHOTO) == said
    (late,) = desk.hear(None, message_id=22, media_group_id="sea", **captioned(ATTENDED))
    assert late.startswith("[1] Alice Archer")
    edited = captioned("zebra?", media_group_id="zoo")
    assert (
        "The documents do not answer this." in desk.hear(None, "edited_message", message_id=10, **edited)[0]
    )


def test_a_question_may_lean_on_what_it_quotes(desk: Desk):
    desk.hear("How long does the crossing take?")
    quote = {"text": "the village hall", "position": 0, "is_manual": True}
    hall = {"reply_to_message": other("Meet me at the village hall."), "quote": quote}
    (said,) = desk.hear("Was the meeting held there?", message_id=6, **hall)
    assert said.startswith("searched for: Was the meeting held at the village hall?\n")


def test_a_forwarded_question_leans_on_nothing(desk: Desk):
    origin = {"type": "hidden_user", "sender_user_name": "Bob", "date": 0}
    desk.hear("Where was the meeting held?")
    assert desk.hear("When was it?", message_id=6)[0].startswith("searched for: When was the meeting?")
    (said,) = desk.hear("When was it?", message_id=7, forward_origin=origin)
    assert "searched for" not in said
    assert desk.hear(ATTENDED, message_id=8, forward_origin=origin)[0].startswith("[1] Alice Archer")


def test_who_asks_too_fast_is_told_once(desk: Desk):
    most = desk.services.settings.telegram.questions_per_minute
    said = [desk.hear("zebra?", message_id=10 + i) for i in range(most + 3)]
    assert all("The documents do not answer this." in one[0] for one in said[:most])
    assert said[most + 1 :] == [[], []]
    assert said[most][0].startswith("You are faster than I am. Please go on in ")
    assert desk.hear("zebra?", **{"from": {**ANN, "id": 8}}) != []


def test_an_index_that_cannot_be_read_is_told_in_full_to_administrators_only(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    def ask(self: Engine, question: str, history: object, **_: object) -> None:
        raise IndexDamaged("The index file /srv/secret is cut short.")

    monkeypatch.setattr(Engine, "ask", ask)
    errors = Unhandled(desk.post, desk.services.access)  # type: ignore[arg-type]
    said = []
    for number in (5, 6):
        with pytest.raises(IndexDamaged) as raised:
            desk.hear("Who?", message_id=number)
        update = Update.de_json({"update_id": 1, "message": raw("Who?", message_id=number)}, None)
        asyncio.run(errors.handle(update, SimpleNamespace(error=raised.value)))  # type: ignore[arg-type]
        said.append(desk.post.sent[-1])
        desk.services.access.decide(7, "admin")
    assert said[0].startswith("I cannot look into the documents just now.")
    assert said[1] == "The index file /srv/secret is cut short."


def test_an_answer_of_the_line_to_telegram_is_no_error_of_ours(desk: Desk, caplog: pytest.LogCaptureFixture):
    caplog.set_level("INFO", "bot.telegram")
    errors = Unhandled(desk.post, desk.services.access)  # type: ignore[arg-type]
    update = Update.de_json({"update_id": 1, "message": raw("Who?")}, None)
    for error in (TelegramError("Invalid server response"), TimedOut(), BadRequest("Message is too long")):
        asyncio.run(errors.handle(update, SimpleNamespace(error=error)))  # type: ignore[arg-type]
    assert [record.getMessage() for record in caplog.records] == [
        "undelivered chat=7 reason=TelegramError",
        "undelivered chat=7 reason=TimedOut",
        "failed error=BadRequest",
    ]
    assert len(desk.post.sent) == 1
    assert desk.post.sent[0].startswith("Something went wrong on my side")
