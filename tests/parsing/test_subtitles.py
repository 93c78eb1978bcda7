"""Subtitles: sentences over several cues, who speaks, and when."""

import pytest

from index.parsing.base import Unreadable
from index.parsing.subtitles import parse
from tests.parsing.outlined import outlined


def times(parsed) -> list[tuple[float, str]]:
    found = parsed.layout.times
    ends = [*(one.start for one in found[1:]), len(parsed.text)]
    return [(one.seconds, parsed.text[one.start : end].strip()) for one, end in zip(found, ends, strict=True)]


def test_sentences_go_over_cues():
    parsed = parse(
        b"1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>The shop opens</i>\r\nat nine,\r\n\r\n"
        b"2\r\n00:00:02,600 --> 00:00:04,000\r\n{\\an8}and closes at six.\r\n\r\n"
        b"3\r\n01:00:20,500 --> 01:00:22,000\r\nIt is small.\r\n",
        "a.srt",
    )
    assert parsed.text == "The shop opens at nine, and closes at six.\n\nIt is small."
    assert outlined(parsed) == [
        "paragraph: The shop opens at nine, and closes at six.",
        "paragraph: It is small.",
    ]
    assert times(parsed) == [(1.0, "The shop opens at nine, and closes at six."), (3620.5, "It is small.")]


def test_voices_notes_and_styles_of_webvtt():
    parsed = parse(
        b"WEBVTT - Town hall\n\nSTYLE\n::cue { color: red }\n\nNOTE a comment\nover lines\n\n"
        b"intro\n00:01.000 --> 00:04.000 align:start\n<v Anna>Welcome to the <b>meeting</b>,\n\n"
        b"2\n00:04.000 --> 00:06.500\n<v Anna>which begins at 9&nbsp;a.m.\n\nNOTE another\n\n"
        b"00:07.000 --> 00:09.000\n<v.loud Ben>Thank <00:07.500><c>you</c> &amp; hello.\n",
        "a.vtt",
    )
    assert outlined(parsed) == [
        "turn: Anna: Welcome to the meeting, which begins at 9 a.m.",
        "turn: Ben: Thank you & hello.",
    ]
    assert parsed.title == "Town hall"
    assert times(parsed)[1][0] == 7.0


def test_names_and_dashes():
    parsed = parse(
        b"1\n00:00:01,000 --> 00:00:02,000\nANNA: Where is it?\n\n2\n00:00:02,000 --> 00:00:03,000\nBEN: "
        b"In Bonn.\n\n"
        b"3\n00:00:04,000 --> 00:00:05,000\n- Far?\n- No.\n",
        "a.srt",
    )
    assert outlined(parsed) == ["turn: ANNA: Where is it?", "turn: BEN: In Bonn.", "turn: Far?", "turn: No."]


def test_captions_that_roll_say_each_line_once():
    parsed = parse(
        b"1\n00:00:01,000 --> 00:00:02,000\nthe shop opens at nine\n\n"
        b"2\n00:00:02,000 --> 00:00:03,000\nthe shop opens at nine\nand closes at six\n",
        "a.srt",
    )
    assert parsed.text == "the shop opens at nine and closes at six"


def test_long_talk_is_cut_between_sentences():
    cues = "".join(
        f"{n}\n00:00:{n:02},000 --> 00:00:{n:02},900\nThis is sentence number {n} of a long talk.\n\n"
        for n in range(30)
    )
    parsed = parse(cues.encode(), "a.srt")
    lengths = [len(line) - len("paragraph: ") for line in outlined(parsed)]
    assert len(lengths) == 3
    assert all(length <= 450 for length in lengths)
    assert [seconds for seconds, _ in times(parsed)] == [0.0, 10.0, 20.0]


def test_empty_lines_that_were_forgotten():
    parsed = parse(
        b"1\n00:00:01,000 --> 00:00:02,000\nOne.\n2\n00:00:02,000 --> 00:00:03,000\nTwo.\n", "a.srt"
    )
    assert parsed.text == "One. Two."


def test_no_subtitles():
    for data in (b"", b"WEBVTT\n", b"Just a text.", b"1\n00:00:01,000 --> 00:00:02,000\n...\n"):
        with pytest.raises(Unreadable, match=r"^no subtitles with words in it$"):
            parse(data, "a.srt")
