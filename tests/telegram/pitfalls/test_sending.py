"""Each pitfall of Telegram by name, on a real process over real HTTP, as a person sees it:
what is sent, and buttons.
"""

import os

import pytest

from tests.telegram.desk import (
    FERRY,
    HOLD,
    LONG_WORD,
    WHERE_FOXES,
    WHO,
    Desk,
    answers_next,
    ask,
    attended,
    said,
)
from tests.telegram.markup import units


def test_too_long_a_text_is_split_before_it_is_sent_and_no_message_has_over_100_entities(desk: Desk) -> None:
    chat = desk.person()
    chat.send(WHERE_FOXES)
    parts = chat.wait(3)
    answered = chat.wait_until(lambda _: [sent for sent in parts if sent.keyboard])
    assert answered == [parts[-1]]
    assert sum(units(sent.text) for sent in parts) > 2 * 4096
    assert all(units(sent.text) <= 4096 and len(sent.entities) <= 100 for sent in parts)
    assert "".join(sent.text for sent in parts).count(LONG_WORD) == 3 * 40


@pytest.mark.parametrize("words", ["can't parse entities", "Can't parse entities", "CAN'T PARSE ENTITIES"])
def test_html_that_telegram_refuses_is_sent_again_as_the_same_text_without_styles(
    desk: Desk, words: str
) -> None:
    chat = desk.person()
    desk.refuses("sendMessage")
    description = f"Bad Request: {words}: Unsupported start tag at byte offset 7"
    desk.api.fault("sendMessage", "400", chat=chat, description=description)
    plain = ask(chat)
    styled = ask(chat)
    assert attended(plain.text)
    assert plain.text == styled.text
    assert (plain.parse_mode, plain.entities) == ("", ())
    assert styled.parse_mode == "HTML"
    assert plain.buttons == styled.buttons


def test_html_that_telegram_refuses_in_an_edit_is_shown_without_styles(desk: Desk) -> None:
    chat = desk.person()
    question = chat.send(WHO)
    answer = chat.wait()[0]
    desk.refuses("editMessageText")
    description = "Bad Request: can't parse entities: Can't find end tag"
    desk.api.fault("editMessageText", "400", chat=chat, description=description)
    chat.edit(question, FERRY)
    edited = chat.wait_edit(answer)
    assert "Hirtshals" in edited.text
    assert edited.parse_mode == ""


def test_callback_data_never_exceeds_64_bytes_however_long_names_and_questions_are(desk: Desk) -> None:
    chat = desk.person()
    for question in ("What did Prunella plant? " * 30, "/start", "/sources"):
        screen = ask(chat, question)
        assert screen.keyboard or question == "/sources"
        for row in screen.keyboard:
            assert all(len(button["callback_data"].encode()) <= 64 for button in row)


def test_a_reply_target_that_was_deleted_does_not_keep_the_answer_back(desk: Desk) -> None:
    chat = desk.person()
    with desk.held():
        question = chat.send(HOLD)
        desk.api.wait_call("sendChatAction", chat=chat)
        chat.change(question["message_id"], deleted=True)
    answer = chat.wait(after=question)[0]
    assert attended(answer.text)
    assert answer.reply_to is None


def test_a_source_file_over_50_megabytes_is_not_sent_but_said(desk: Desk) -> None:
    chat = desk.person()
    answer = ask(chat, "What did the giraffe Geraldine eat?")
    os.truncate(desk.docs / "big.txt", 50_000_001)
    desk.api.click(answer, "[1]")
    passage = chat.wait(2)[-1]
    desk.api.click(passage, "📄 Send the file")
    assert "larger than what bots can send (50 MB)" in chat.wait(3)[-1].text
    assert desk.api.count("sendDocument", chat) == 0


def test_a_file_of_30_megabytes_sent_to_the_bot_is_declined_without_fetching_it(desk: Desk) -> None:
    chat = desk.person()
    file = {"file_id": "f1", "file_unique_id": "u1", "file_name": "book.pdf", "file_size": 30_000_000}
    chat.send_raw({"document": file})
    assert "only text" in chat.wait()[0].text
    assert desk.api.count("getFile") == 0


def test_message_is_not_modified_is_swallowed(desk: Desk) -> None:
    chat = desk.person()
    listed = ask(chat, "/sources")
    desk.refuses("editMessageText")
    assert desk.api.click(listed, data="list:0") == ""
    desk.api.wait_call("editMessageText", chat=chat)
    answers_next(chat)
    assert len(said(chat)) == 2


def test_an_expired_callback_is_swallowed_and_its_button_still_works(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = desk.person()
    answer = ask(chat)
    monkeypatch.setattr(desk.api, "callback_lifetime", -1.0)
    desk.refuses("answerCallbackQuery")
    desk.api.click(answer, "[1]", wait=False)
    assert "Dora Dean" in chat.wait(2)[-1].text
    assert [made.status for made in desk.api.wait_call("answerCallbackQuery", chat=chat)] == [400]


@pytest.mark.parametrize(
    "data",
    ["bogus", "cite:", "cite:x:y", "cite:1", "walk:1:1", "list:x", "allow:x", "cite:999999999999999999999:1"],
)
def test_an_unknown_callback_is_acknowledged_and_does_nothing(desk: Desk, data: str) -> None:
    chat = desk.person()
    answer = ask(chat)
    desk.api.click(answer, data=data)
    answers_next(chat)
    assert len(said(chat)) == 2


def test_a_callback_is_acknowledged_before_the_work(desk: Desk) -> None:
    chat = desk.person()
    answer = ask(chat, HOLD)
    with desk.held():
        assert desk.api.click(answer, "Other passages") == ""
        assert chat.messages[-1].id == answer.id
    assert chat.wait(2)[-1].buttons


def test_a_button_of_an_inaccessible_message_works(desk: Desk) -> None:
    chat = desk.person()
    answer = ask(chat)
    desk.api.click(answer, "[1]", inaccessible=True)
    assert "Dora Dean" in chat.wait(2)[-1].text
