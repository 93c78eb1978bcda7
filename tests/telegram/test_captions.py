"""Questions that stand below pictures and files, that are quoted and that are forwarded."""

from tests.telegram.chats import User
from tests.telegram.conftest import Running, Start
from tests.telegram.server import BotApi
from tests.telegram.talks import ATTENDED, ATTENDEES, CROSSING, heard, reply, say

PHOTO = {"photo": [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]}
FILE = {"document": {"file_id": "a", "file_unique_id": "b"}}


def test_what_stands_below_pictures_and_files_is_answered(bot: Running, api: BotApi, owner: User) -> None:
    chat = api.private(owner)
    for kind in (PHOTO, FILE):
        asked = chat.send_raw({**kind, "caption": ATTENDED})
        assert ATTENDEES in reply(chat, asked["message_id"]).text
    last = chat.messages[-1].id
    album = [
        chat.send_raw({**PHOTO, "media_group_id": "zoo", **({"caption": CROSSING} if first else {})})
        for first in (True, False, False)
    ]
    assert "The crossing takes two days." in reply(chat, album[0]["message_id"]).text
    assert ATTENDEES in say(chat, ATTENDED).text  # in order, so that all of the album was dealt with
    assert len(heard(chat, api, after=last)) == 2


def test_in_a_group_a_caption_has_to_mention_the_bot(start: Start, api: BotApi, owner: User) -> None:
    group = api.group("Garden", [owner])
    start(DOCENT_TELEGRAM__ADMINS=f"[{owner.id}]", DOCENT_TELEGRAM__ALLOWED=f"{group.id}")
    group.send_raw({**PHOTO, "caption": "Who attended?"}, owner)
    asked = group.send_raw({**PHOTO, "caption": f"@{api.me['username']} {ATTENDED}"}, owner)
    assert ATTENDEES in reply(group, asked["message_id"]).text
    assert len(heard(group, api)) == 1


def test_what_is_quoted_of_a_message_is_asked(start: Start, api: BotApi, owner: User) -> None:
    group = api.group("Garden", [owner])
    start(DOCENT_TELEGRAM__ADMINS=f"[{owner.id}]", DOCENT_TELEGRAM__ALLOWED=f"{group.id}")
    long = group.send(f"I was late. {ATTENDED} And is there soup?", owner)
    quote = {"text": ATTENDED, "position": 12, "is_manual": True}
    asked = group.send_raw({"text": "/ask", "quote": quote}, owner, reply_to=long)
    answer = reply(group, asked["message_id"])
    assert answer.text.startswith(f"[1] {ATTENDEES}")


def test_a_forwarded_question_is_answered(bot: Running, api: BotApi, owner: User) -> None:
    chat = api.private(owner)
    origin = {"type": "hidden_user", "sender_user_name": "Bob", "date": 0}
    asked = chat.send_raw({"text": ATTENDED, "forward_origin": origin})
    assert ATTENDEES in reply(chat, asked["message_id"]).text
