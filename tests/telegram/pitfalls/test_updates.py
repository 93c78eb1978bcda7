"""Each pitfall of Telegram by name, on a real process over real HTTP, as a person sees it:
updates.
"""

import time

from tests.telegram.desk import (
    FERRY,
    HOLD,
    WHO,
    Desk,
    answers_next,
    ask,
    attended,
    by_bot,
    said,
)


def test_an_update_that_comes_twice_is_answered_once(desk: Desk) -> None:
    chat = desk.person()
    ask(chat)
    number = desk.api.updates.history[-1]["update_id"]
    for _ in range(3):
        desk.api.redeliver(number)
    desk.running.wait_line(f"duplicate update={number}")
    answers_next(chat)
    assert len(said(chat)) == 2


def test_an_edited_question_edits_its_answer_even_while_that_is_worked_on(desk: Desk) -> None:
    chat = desk.person()
    with desk.held():
        question = chat.send(HOLD)
        desk.api.wait_call("sendChatAction", chat=chat)
        chat.edit(question, FERRY)
    answer = chat.wait_until(lambda messages: [sent for sent in messages if "Hirtshals" in sent.text])[0]
    assert answer.reply_to == question["message_id"]
    chat.edit(question, FERRY)  # Telegram sends an edit also where only the preview changed
    answers_next(chat)
    assert len(said(chat)) == 2
    assert chat.get(answer).edits == 1


def test_an_edited_command_is_not_carried_out_again(desk: Desk) -> None:
    chat = desk.person()
    ask(chat, "/help")
    chat.edit(chat.messages[0], "/help please")
    ask(chat)
    assert len(said(chat)) == 2


def test_questions_of_one_chat_are_answered_in_order_and_those_of_others_meanwhile(desk: Desk) -> None:
    chats = [desk.person(name) for name in ("Ada", "Ben", "Cleo", "Dan", "Eve")]
    with desk.held():
        asked = [
            [chat.send(text)["message_id"] for text in (HOLD, FERRY, WHO, "/help")] for chat in chats[:2]
        ]
        asked += [[chat.send(text)["message_id"] for text in (FERRY, WHO, "/help")] for chat in chats[2:]]
        for chat in chats[2:]:
            chat.wait(3, after=0)
        assert not said(chats[0])
    for chat, questions in zip(chats, asked, strict=True):
        chat.wait_until(lambda _, chat=chat, most=questions: len(by_bot(chat)) == len(most))
        assert [sent.reply_to for sent in by_bot(chat)] == questions


def test_slow_questions_keep_neither_the_event_loop_nor_other_questions_waiting(desk: Desk) -> None:
    busy, other = [desk.person(f"Busy{i}") for i in range(6)], desk.person()
    with desk.held():
        for chat in busy:
            chat.send(HOLD)
            desk.api.wait_call("sendChatAction", chat=chat)
        started = time.monotonic()
        answers_next(other)
        assert time.monotonic() - started < 2
        assert attended(ask(other).text)
        assert not any(map(said, busy))
    for chat in busy:
        assert attended(chat.wait()[0].text)


def test_an_error_in_handling_is_said_once_and_not_tried_again(desk: Desk) -> None:
    chat = desk.person()
    desk.broken = True
    sorry = ask(chat, "please crash")
    assert "went wrong" in sorry.text
    desk.api.redeliver()
    answers_next(chat)
    assert len(said(chat)) == 2
