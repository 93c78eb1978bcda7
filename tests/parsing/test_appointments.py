"""Calendars: an event below its name, with its days in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.parsing.appointments import parse
from index.parsing.base import Unreadable
from tests.parsing.outlined import outlined


def calendar(*lines: str, kind: str = "VEVENT", name: str = "Allotment") -> bytes:
    """A calendar with one entry of these lines."""
    told = [f"X-WR-CALNAME:{name}", "X-WR-TIMEZONE:Europe/London", f"BEGIN:{kind}", *lines, f"END:{kind}"]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *told, "END:VCALENDAR", ""]).encode()


def read(*lines: str, kind: str = "VEVENT") -> list[str]:
    return [line.strip() for line in outlined(parse(calendar(*lines, kind=kind), "a.ics"))]


WORK = (
    "DTSTART;TZID=Europe/London:20250412T091500",
    "DTEND;TZID=Europe/London:20250412T113000",
    "RRULE:FREQ=MONTHLY;BYDAY=2SA;UNTIL=20251231T000000Z",
    "EXDATE;TZID=Europe/London:20250614T091500",
    "SUMMARY:Work party",
    "LOCATION:Shed\\, north gate",
    "DESCRIPTION:Bring gloves.\\nTea from ten.\\n\\nAll are welcome.",
    "ORGANIZER;CN=Nora Okafor:mailto:nora@example.org",
    "ATTENDEE;CN=Piet Vos;PARTSTAT=ACCEPTED:mailto:piet@example.org",
    "ATTENDEE;PARTSTAT=DECLINED:mailto:ana@example.org",
    "STATUS:CONFIRMED",
)


def test_an_event_that_comes_again():
    assert read(*WORK) == [
        "heading1: Work party",
        "list",
        "record: When: Saturday 12 April 2025, 09:15 to 11:30",
        "record: Repeats: every month on the second Saturday until Wednesday 31 December 2025",
        "record: Not on: Saturday 14 June 2025",
        "record: Where: Shed, north gate",
        "record: Organizer: Nora Okafor",
        "record: Invited: Piet Vos, ana@example.org (declined)",
        "paragraph: Bring gloves.\nTea from ten.",
        "paragraph: All are welcome.",
    ]
    assert parse(calendar(*WORK), "a.ics").title == "Allotment"


@pytest.mark.parametrize(
    ("lines", "when"),
    [
        (["DTSTART;VALUE=DATE:20250601", "DTEND;VALUE=DATE:20250602"], "Sunday 1 June 2025"),
        (
            ["DTSTART;VALUE=DATE:20250601", "DTEND;VALUE=DATE:20250603"],
            "Sunday 1 June 2025 to Monday 2 June 2025",
        ),
        (["DTSTART:20250712T190000Z", "DURATION:PT90M"], "Saturday 12 July 2025, 20:00 to 21:30"),
        (["DTSTART:20250712T220000", "DTEND:20250713T010000"],
         "Saturday 12 July 2025, 22:00 to Sunday 13 July 2025, 01:00"),
        (["DTSTART:20250712T220000"], "Saturday 12 July 2025, 22:00"),
    ],
)  # fmt: skip
def test_when(lines: list[str], when: str):
    assert read("SUMMARY:Open garden", *lines)[2] == f"record: When: {when}"


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=DAILY", "every day"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", "every 2 weeks on Monday and Thursday"),
        ("FREQ=MONTHLY;BYMONTHDAY=15;COUNT=6", "every month on day 15 of the month 6 times"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15,-1", "every month on day 1, day 15 and the last day of the month"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=2", "every month on the second Monday"),
        ("FREQ=MONTHLY;BYDAY=MO,FR;BYSETPOS=-1", "every month on the last of Monday and Friday"),
        ("FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "every year on the last Sunday in October"),
    ],
)
def test_how_often(rule: str, words: str):
    assert read("SUMMARY:x", "DTSTART:20250712T220000", f"RRULE:{rule}")[3] == f"record: Repeats: {words}"


def test_times_of_no_known_zone_are_said_to_be_of_greenwich():
    lines = ("SUMMARY:x", "DTSTART:20250612T160000Z", "DTEND:20250612T170000Z", "DESCRIPTION:Tea &amp; cake")
    data = calendar(*lines).replace(b"X-WR-TIMEZONE:Europe/London\r\n", b"")
    assert outlined(parse(data, "a.ics"))[2:] == [
        "  record: When: Thursday 12 June 2025, 16:00 to 17:00 UTC",
        "paragraph: Tea & cake",
    ]


@pytest.mark.parametrize("zone", ["Europe", "Europe/London" + "/London" * 900, "../x"])
def test_zones_that_are_none(zone: str):
    data = calendar("SUMMARY:x", "DTSTART:20250612T160000Z").replace(b"Europe/London", zone.encode())
    assert "16:00 UTC" in parse(data, "a.ics").text


def test_the_last_day_is_that_of_the_place():
    rule = "RRULE:FREQ=DAILY;UNTIL=20250702T035959Z"
    found = read("SUMMARY:x", "DTSTART;TZID=America/New_York:20250612T090000", rule)
    assert found[3] == "record: Repeats: every day until Tuesday 1 July 2025"


def test_of_a_damaged_calendar_the_whole_entries_are_read():
    data = calendar("SUMMARY:a", "DTSTART:20250612T160000").replace(
        b"BEGIN:VEVENT", b"BEGIN:VEVENT\r\nBEGIN:VALARM\r\nTRIGGER:\r\nEND:VALARM", 1
    )
    cut = data.replace(b"END:VCALENDAR", b"BEGIN:VEVENT\r\nSUMMARY:b")
    assert outlined(parse(cut, "a.ics"))[0] == "heading1: a"


def test_a_task():
    task = ("SUMMARY:Order seeds", "DUE;VALUE=DATE:20250210", "STATUS:NEEDS-ACTION")
    assert read(*task, kind="VTODO")[2:] == [
        "record: Due: Monday 10 February 2025",
        "record: Status: to be done",
    ]


def test_notes_in_html():
    found = read("SUMMARY:x", "DESCRIPTION:Bring:<ul><li>gloves</li><li>a <b>spade</b></li></ul>")
    assert found[-5:] == ["list", "item", "paragraph: gloves", "item", "paragraph: a spade"]


def test_events_come_in_their_order():
    later, earlier = (calendar("SUMMARY:b", "DTSTART:20250712T220000"), calendar(*WORK, name="Other"))
    names = [line for line in outlined(parse(later + earlier, "a.ics")) if line.startswith("heading")]
    assert names == ["heading1: Work party", "heading1: b"]


@pytest.mark.parametrize(
    "data",
    [b"", b"Dear Ana", b"BEGIN:VCALENDAR\nEND:VCALENDAR", calendar("SUMMARY:x")[:120], b"\0\1\2" * 99],
)
def test_what_is_no_calendar_is_refused(data: bytes):
    with pytest.raises(Unreadable):
        parse(data, "a.ics")


@given(st.lists(st.sampled_from([*WORK, "DTSTART:x", "DURATION:P1D", "RRULE:FREQ=X"]) | st.text(max_size=20)))
def test_whatever_the_lines_are(lines: list[str]):
    try:
        parse(calendar(*lines), "a.ics")
    except Unreadable as refusal:
        assert str(refusal)
