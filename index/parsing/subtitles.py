"""SubRip and WebVTT: what is said in a recording, as paragraphs of whole sentences, with the time of each.

A sentence goes over several cues; a paragraph ends where a pause follows, another speaks, or it grows long.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape

from index.parsing.base import Parsed, Unreadable
from index.parsing.builder import Builder
from index.parsing.lines import ends_sentence
from index.parsing.text import decode

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})(?:[.,](\d{1,3}))?"
_CUE = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}")
_VOICE = re.compile(r"<v(?:\.[^\s<>]*+)?\s++([^<>]*+)>")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|</?>|<\d[\d:.]*>|\{\\[^{}]*\}|\{/?[a-zA-Z]\}")
_NAME = re.compile(
    r"(?:>>\s*)?(?P<name>[A-ZÀ-ÞА-Я][A-ZÀ-ÞА-Я0-9.'’ -]{1,30}|[A-ZÀ-Þ][\w.'’-]*(?: [A-ZÀ-Þ][\w.'’-]*){0,2})"
    r":\s+(?=\S)"
)
_DASH = re.compile(r"[-–—]\s*(?=\S)")
_PAUSE = 4.0  # seconds
_LONG = 400  # characters of a paragraph, which ends with the sentence then
_LONGEST = 1_200  # where no sentence ends
_MOST_CUES = 200_000
_WITHOUT_ENDS = 12  # cues in a row, for recordings that nobody punctuated


@dataclass(frozen=True, slots=True)
class _Cue:
    """What is shown from one second to another; who says it, if that is known."""

    start: float
    end: float
    text: str
    speaker: str = ""
    turn: bool = False


def parse(data: bytes, name: str) -> Parsed:
    """Parse subtitles.

    Raises:
        Unreadable: the bytes are no text, or hold no cues with words.
    """
    text, notices = decode(data)
    cues = [cue for block in _blocks(text) for cue in _cues(block)]
    cues = list(_unrolled(_named(cues)))
    if not any(any(map(str.isalnum, cue.text)) for cue in cues):
        raise Unreadable("no subtitles with words in it")
    builder = Builder()
    for group in _groups(cues):
        builder.time(group[0].start)
        said = " ".join(cue.text for cue in group)
        speaker = group[0].speaker
        builder.add(
            "turn" if speaker or group[0].turn else "paragraph", f"{speaker}: {said}" if speaker else said
        )
    return builder.parsed(title=_title(text), notices=notices)


def _title(text: str) -> str:
    """What WebVTT says behind its name."""
    first = text.lstrip("\ufeff").partition("\n")[0]
    return first[len("WEBVTT") :].strip(" -\t\r") if first.startswith("WEBVTT") else ""


def _blocks(text: str) -> Iterator[tuple[re.Match[str], list[str]]]:
    """Each time with the lines that follow it, up to the next one."""
    found: re.Match[str] | None = None
    lines: list[str] = []
    count = 0
    for line in text.splitlines():
        if time := _CUE.match(line):
            if found:
                yield found, _without_number(lines)
            found, lines = time, []
            count += 1
            if count > _MOST_CUES:
                return
        elif found and not (lines and not lines[-1] and line.startswith(("NOTE", "STYLE", "REGION"))):
            lines.append(line.strip())
        elif found:
            yield found, lines
            found, lines = None, []
    if found:
        yield found, lines


def _without_number(lines: Sequence[str]) -> list[str]:
    """The lines of a cue without the number or name of the next one, which stands below an empty line."""
    if len(lines) >= 2 and lines[-1] and not lines[-2]:
        return list(lines[:-2])
    if lines and lines[-1].isdigit() and len(lines) > 1:  # the empty line was forgotten
        return list(lines[:-1])
    return list(lines)


def _seconds(hours: str | None, minutes: str, seconds: str, parts: str | None) -> float:
    return (
        int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int((parts or "0").ljust(3, "0")) / 1000
    )


def _cues(block: tuple[re.Match[str], list[str]]) -> Iterator[_Cue]:
    """What is said at a time; two who speak at once, each with a dash before it, one after the other."""
    time, lines = block
    parts = time.groups()
    start, end = _seconds(*parts[:4]), _seconds(*parts[4:])
    said: list[_Cue] = []
    dashes = sum(bool(_DASH.match(_TAG.sub("", line))) for line in lines) > 1
    for line in lines:
        speaker = voice[1].strip() if (voice := _VOICE.search(line)) else ""
        bare = " ".join(unescape(_TAG.sub("", line)).split())
        turns = dashes and _DASH.match(bare)
        if turns:
            bare = bare[turns.end() :]
        if not bare:
            continue
        if said and not turns and not (speaker and speaker != said[-1].speaker):
            last = said[-1]
            said[-1] = _Cue(start, end, f"{last.text} {bare}", last.speaker, last.turn)
        else:
            said.append(_Cue(start, end, bare, speaker, bool(turns)))
    yield from said


def _named(cues: Sequence[_Cue]) -> Iterator[_Cue]:
    """Cues with the names before a colon as their speakers, where several cues begin so."""
    names: dict[str, int] = {}
    for cue in cues:
        if found := _NAME.match(cue.text):
            names[found["name"]] = names.get(found["name"], 0) + 1
    known = {name for name, times in names.items() if times > 1 or name.isupper()}
    for cue in cues:
        found = _NAME.match(cue.text)
        if found and found["name"] in known and not cue.speaker:
            yield _Cue(cue.start, cue.end, cue.text[found.end() :], found["name"].strip(), cue.turn)
        else:
            yield cue


def _unrolled(cues: Iterator[_Cue]) -> Iterator[_Cue]:
    """Cues without what the one before said already, as captions have it that roll."""
    before: _Cue | None = None
    for cue in cues:
        text = cue.text
        if before is not None and cue.start <= before.end + 0.1:
            if text == before.text or (text in before.text and len(text) > 10):
                continue
            if text.startswith(before.text + " "):
                text = text[len(before.text) + 1 :]
        before = cue
        yield _Cue(cue.start, cue.end, text, cue.speaker, cue.turn)


def _groups(cues: Sequence[_Cue]) -> Iterator[list[_Cue]]:
    """Neighbours that make a paragraph."""
    group: list[_Cue] = []
    for cue in cues:
        said = cue
        if group:
            last = group[-1]
            length = sum(len(one.text) for one in group)
            other = bool(cue.speaker and cue.speaker != group[0].speaker) or cue.turn
            ended = ends_sentence(last.text)
            paused = cue.start - last.end >= _PAUSE and (ended or cue.text[:1].isupper())
            full = length >= _LONGEST or (length >= _LONG and (ended or len(group) >= _WITHOUT_ENDS))
            if not other and not paused and not cue.speaker:
                said = _Cue(cue.start, cue.end, cue.text, group[0].speaker)
            if other or paused or full:
                yield group
                group = []
        group.append(said)
    if group:
        yield group
