"""Chats as programs export them: who said what on which day."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from index.parsing import jsonlines
from index.parsing.base import Parsed
from index.parsing.chats import messages_of
from index.parsing.web import html
from tests.parsing.outlined import outlined


def read(value: object) -> Parsed:
    return jsonlines.parse(json.dumps(value).encode(), "a.json")


def said(value: object) -> list[str]:
    """Days, and what was said on them, of a file."""
    return [line.strip() for line in outlined(read(value)) if "turn: " in line or ": 20" in line]


def telegram(name: str, *messages: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "type": "private_group", "id": 7, "messages": [*messages]}


NORA = {
    "id": 101, "type": "message", "date": "2025-04-12T09:14:02", "date_unixtime": "1744445642",
    "from": "Nora Okafor", "from_id": "user1", "text": "The water is on again.\nClose the tap by the shed.",
    "text_entities": [{"type": "plain", "text": "The water is on again."}],
}  # fmt: skip
PIET = {
    "id": 103, "type": "message", "date": "2025-04-13T10:02:11", "from": "Piet Vos", "from_id": "user2",
    "reply_to_message_id": 101,
    "text": ["See ", {"type": "link", "text": "example.org/plan"}, " for the plan."],
}  # fmt: skip
JOINED = {
    "id": 1, "type": "service", "date": "2025-04-12T09:00:00", "actor": "Nora Okafor",
    "action": "create_group", "members": ["Piet Vos"], "text": "",
}  # fmt: skip


def test_telegram():
    parsed = read(telegram("Allotments", JOINED, NORA, PIET))
    assert parsed.title == "Allotments"
    assert outlined(parsed) == [
        "heading1: 2025-04-12",
        "turn: 09:14 Nora Okafor: The water is on again.\nClose the tap by the shed.",
        "heading1: 2025-04-13",
        "turn: 10:02 Piet Vos: See example.org/plan for the plan.",
    ]


def test_all_chats_of_telegram():
    chats = [telegram("Allotments", NORA, PIET), {**telegram("", PIET), "name": None}]
    lines = outlined(read({"about": "All of it.", "chats": {"about": "Chats.", "list": chats}}))
    assert [line for line in lines if line.startswith("heading")] == [
        "heading1: chats",
        "heading2: list",
        "heading3: Allotments",
        "heading4: 2025-04-12",
        "heading4: 2025-04-13",
        "heading3: private group",
        "heading4: 2025-04-13",
    ]


def test_slack():
    assert said([
        {
            "type": "message", "text": "Thanks <@U01>! <https://example.org/p|The plan> &amp; a map.",
            "user": "U02", "ts": "1744448531.000300", "user_profile": {"real_name": "Piet Vos"},
        },
        {
            "type": "message", "text": "It is on. <!channel>", "user": "U01", "ts": "1744445642.000200",
            "user_profile": {"display_name": "nora", "real_name": "Nora Okafor"},
        },
    ]) == [
        "heading1: 2025-04-12",
        "turn: 08:14 Nora Okafor: It is on. @channel",
        "turn: 09:02 Piet Vos: Thanks @Nora Okafor! The plan & a map.",
    ]  # fmt: skip


def test_discord():
    value = {
        "guild": {"name": "Allotments"},
        "channel": {"id": "2", "name": "water"},
        "messages": [
            {
                "id": str(number), "type": "Default", "timestamp": f"2025-04-12T09:1{number}:02.1+01:00",
                "content": words, "author": {"name": "nora", "nickname": "Nora Okafor"},
            }
            for number, words in enumerate(["The water is on.", "", "Close the tap."])
        ],
    }  # fmt: skip
    assert read(value).title == "water"
    assert said(value) == [
        "heading1: 2025-04-12",
        "turn: 09:10 Nora Okafor: The water is on.",
        "turn: 09:12 Nora Okafor: Close the tap.",
    ]


def test_messenger_whose_letters_are_bytes():
    value = {
        "messages": [
            {"sender_name": "J\xc3\xb6rg", "timestamp_ms": 1744448531000, "content": "F\xc3\xbcr Sonntag."},
            {"sender_name": "Zoë", "timestamp_ms": 1744448530000, "content": "Wann?"},
            {"sender_name": "Zoë", "timestamp_ms": 1744445642000, "content": "Das Wasser läuft."},
        ],
        "title": "Gr\xc3\xbcn",
        "thread_path": "inbox/1",
    }
    assert read(value).title == "Grün"
    assert said(value) == [
        "heading1: 2025-04-12",
        "turn: 08:14 Zoë: Das Wasser läuft.",
        "turn: 09:02 Zoë: Wann?",
        "turn: 09:02 Jörg: Für Sonntag.",
    ]


def test_matrix():
    value = {
        "room_name": "Water",
        "messages": [
            {
                "type": "m.room.message", "sender": "@nora:example.org", "origin_server_ts": 1744445642000,
                "content": {"msgtype": "m.text", "body": "It is on."},
            },
            {
                "type": "m.room.member", "sender": "@piet:example.org", "origin_server_ts": 1744445700000,
                "content": {"membership": "join"},
            },
        ],
    }  # fmt: skip
    assert read(value).title == "Water"
    assert said(value) == ["heading1: 2025-04-12", "turn: 08:14 @nora:example.org: It is on."]


def test_what_is_sent_beside_words():
    poll = {"question": "When?", "answers": [{"text": "Saturday"}, {"text": "Sunday"}]}
    sent = {"type": "message", "date": "2025-04-12T09:14:02", "from": "Nora", "text": ""}
    chat = telegram(
        "a",
        {**sent, "sticker_emoji": "x"},
        {**sent, "poll": poll},
        {**sent, "file": "files/plan.pdf", "file_name": "plan.pdf"},
        {**sent, "text": "The main is mended.", "forwarded_from": "Council"},
        {**sent, "from": None, "text": "Who?"},
    )
    assert said(chat)[1:] == [
        "turn: 09:14 Nora: When?\nSaturday\nSunday",
        "turn: 09:14 Nora: plan.pdf",
        "turn: 09:14 Nora: Council: The main is mended.",
        "turn: 09:14: Who?",
    ]


def test_messages_that_nobody_wrote_are_no_chat():
    errors = {"messages": [{"code": 1, "text": "Not found"}, {"code": 2, "text": "Not allowed"}]}
    assert outlined(read(errors))[1:] == [
        "table",
        "  head: code | text",
        "  row: 1 | Not found",
        "  row: 2 | Not allowed",
    ]


def test_reviews_keep_their_marks():
    reviews = [
        {"user": name, "date": "2025-04-12", "text": "A good tent.", "stars": stars}
        for name, stars in (("Nora", 4), ("Piet", 5))
    ]
    assert "  row: Nora | 2025-04-12 | A good tent. | 4" in outlined(read(reviews))


PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"/><title>Exported Data</title></head><body>
<div class="page_wrap"><div class="page_header"><div class="content"><div class="text bold">
Allotments
</div></div></div>
<div class="page_body chat_page"><div class="history">
 <div class="message service" id="message-1"><div class="body details">12 April 2025</div></div>
 <div class="message default clearfix" id="message101">
  <div class="pull_left userpic_wrap"><div class="userpic"><div class="initials">NO</div></div></div>
  <div class="body">
   <div class="pull_right date details" title="12.04.2025 09:14:02 UTC+01:00">09:14</div>
   <div class="from_name">
Nora Okafor
   </div>
   <div class="text">
The water is <strong>on</strong> again.<pre>Close the tap.</pre>
   </div>
  </div>
 </div>
 <div class="message default clearfix joined" id="message102"><div class="body">
  <div class="pull_right date details" title="12.04.2025 09:15:40 UTC+01:00">09:15</div>
  <div class="pull_left forwarded userpic_wrap"><div class="userpic">C</div></div>
  <div class="forwarded body"><div class="from_name">Council <span class="date details">11.04.2025</span>
  </div><div class="text">The main is mended.</div></div>
 </div></div>
 <div class="message default clearfix" id="message103"><div class="body">
  <div class="pull_right date details" title="13.04.2025 10:02:11 UTC+01:00">10:02</div>
  <div class="from_name">Piet Vos</div>
  <div class="reply_to details">In reply to <a href="#go_to_message101">this message</a></div>
  <div class="text">I bring the <a href="https://example.org">barrow</a>.</div>
  <span class="reactions"><span class="reaction"><div class="initials">NO</div></span></span>
 </div></div>
 <div class="message default clearfix" id="message104"><div class="body">
  <div class="pull_right date details" title="13.04.2025 10:03:00 UTC+01:00">10:03</div>
  <div class="media_wrap clearfix"><a class="photo_wrap" href="photos/1.jpg"></a></div>
 </div></div>
</div></div></div></body></html>"""


def test_a_page_of_telegram():
    parsed = html.parse(PAGE.encode(), "messages.html")
    assert parsed.title == "Allotments"
    assert outlined(parsed) == [
        "heading1: 2025-04-12",
        "turn: 09:14 Nora Okafor: The water is on again.\nClose the tap.",
        "turn: 09:15 Nora Okafor: Council: The main is mended.",
        "heading1: 2025-04-13",
        "turn: 10:02 Piet Vos: I bring the barrow.",
    ]


VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(("text", "name", "body", "x")), inner),
    max_leaves=8,
)
KEYS = (
    "from",
    "user",
    "sender_name",
    "user_profile",
    "text",
    "content",
    "date",
    "ts",
    "timestamp_ms",
    "type",
)


@given(st.lists(st.dictionaries(st.sampled_from(KEYS), VALUE), max_size=6))
def test_whatever_the_values_are(objects: list[dict[str, Any]]):
    days = [message.day for message in messages_of(objects, named=True)]
    assert days == sorted(days)
