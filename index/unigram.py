"""Texts in, subword tokens out, as XLM-R cuts them: those of the library, in a tenth of its time.

A text is normalised and divided into words, each led by "▁". Of all ways to make a word of known pieces that
of the highest probability is taken (Kudo, "Subword Regularization", 2018), found by Viterbi's algorithm.
Words are remembered, since most come again. What is no piece is unknown, characters side by side together.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

if TYPE_CHECKING:
    from tokenizers import Tokenizer

FILE = "pieces.msgpack"
LEAD = "▁"
TILDE, SPARED = "\uff5e", "\ufdd0"
"""A character that NFKC would replace, and XLM-R does not; and one that no text has, to stand for it."""

_GONE = (*range(0x01, 0x09), 0x0B, *range(0x0E, 0x20), 0x7F, 0x8F, 0x9F)
_BLANK = (0x09, 0x0A, 0x0C, 0x0D, 0x1680, *range(0x200B, 0x2010), 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD)
_CONTROLS: dict[int, str] = {**dict.fromkeys(_GONE, ""), **dict.fromkeys(_BLANK, " ")}
_UNLIKELY = 10.0  # how much less the score of an unknown character is than the least of a piece
_WORDS, _LONGEST = 1 << 16, 24  # words that are remembered, about 300 bytes each, and characters of them


class Pieces(msgspec.Struct, array_like=True, frozen=True):
    """The pieces in the order of their numbers, with the logs of their shares of all text.

    ``begin``, ``end`` and ``unknown`` are numbers of special pieces; what is never found in a text is "",
    where texts are cut. ``reach`` is the length of the longest piece that begins with a character.
    """

    pieces: list[str]
    scores: list[float]
    begin: int
    end: int
    unknown: int
    reach: dict[str, int] = {}

    def write(self, folder: Path) -> None:
        """Keep them in a folder."""
        reach: dict[str, int] = {}
        for piece in filter(None, self.pieces):
            reach[piece[0]] = max(reach.get(piece[0], 0), len(piece))
        (folder / FILE).write_bytes(msgspec.msgpack.encode(msgspec.structs.replace(self, reach=reach)))


def by_library(pieces: Pieces) -> "Tokenizer":
    """The tokenizer of Hugging Face's library that cuts as this module does."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    scored = list(zip(pieces.pieces, pieces.scores, strict=True))
    tokenizer = Tokenizer(models.Unigram(scored, unk_id=pieces.unknown))
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.Nmt(),
        normalizers.Replace(TILDE, SPARED),
        normalizers.NFKC(),
        normalizers.Replace(SPARED, TILDE),
    ])  # fmt: skip
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.WhitespaceSplit(),
        pre_tokenizers.Metaspace(replacement=LEAD, prepend_scheme="always"),
    ])  # fmt: skip
    begin, end = pieces.pieces[pieces.begin], pieces.pieces[pieces.end]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}",
        pair=f"{begin} $A {end} {end} $B {end}",
        special_tokens=[(begin, pieces.begin), (end, pieces.end)],
    )
    return tokenizer


def pieces_of(tokenizer: "Tokenizer") -> Pieces | None:
    """The pieces of a tokenizer of the library; None of one that cuts otherwise than this module."""
    written = json.loads(tokenizer.to_str())
    model, around = written["model"], written["post_processor"]
    if model["type"] != "Unigram" or around is None or around["type"] != "TemplateProcessing":
        return None
    names = [part["SpecialToken"]["id"] for part in around["single"] if "SpecialToken" in part]
    begin, end = (around["special_tokens"][names[place]]["ids"][0] for place in (0, -1))
    pieces, scores = map(list, zip(*model["vocab"], strict=True))
    special = begin, end, model["unk_id"]
    few = max(special) + 1
    like = json.loads(by_library(Pieces(pieces[:few], scores[:few], *special)).to_str())
    if any(written[part] != like[part] for part in ("normalizer", "pre_tokenizer", "post_processor")):
        return None
    never = {*special, *(token["id"] for token in written["added_tokens"])}
    found = ["" if number in never else piece for number, piece in enumerate(pieces)]
    return Pieces(found, scores, *special)


class Cut(NamedTuple):
    """A word as numbers of pieces, and where each ends, in characters, the lead left out."""

    ids: list[int]
    ends: list[int]


class Encoding(NamedTuple):
    """A text, or two, as numbers of pieces, special ones among them.

    ``offsets`` are where a piece stands in its text, in characters; ``sequence_ids`` say which text that is,
    0 or 1, and None of special ones.
    """

    ids: list[int]
    offsets: list[tuple[int, int]]
    sequence_ids: list[int | None]

    @property
    def attention_mask(self) -> list[int]:
        """1 for each piece."""
        return [1] * len(self.ids)

    @property
    def type_ids(self) -> list[int]:
        """0 for each piece, of whichever text, as XLM-R has it."""
        return [0] * len(self.ids)


class Unigram:
    """Cuts texts. Threads may share it.

    Args:
        file: what pieces were written to.

    Raises:
        msgspec.DecodeError: it holds something else.
    """

    special = 2

    def __init__(self, file: bytes, most_words: int = _WORDS) -> None:
        self._most_words = most_words
        self._known = known = msgspec.msgpack.decode(file, type=Pieces)
        self._numbers = {piece: number for number, piece in enumerate(known.pieces) if piece}
        self._least = min(known.scores) - _UNLIKELY
        self.words: dict[str, Cut] = {}
        """Words that are remembered, cut."""

    def count(self, text: str) -> int:
        """Pieces of a text, special ones left out."""
        return sum(len(self._cut(word).ids) for word in plain(text).split())

    def encode(self, texts: Sequence[str], most: int) -> list[Encoding]:
        """Each text as at most so many pieces, without their places."""
        return [self._encode(text, most) for text in texts]

    def encode_pairs(self, pairs: Sequence[tuple[str, str]], most: int) -> list[Encoding]:
        """Each two texts as at most so many pieces; what is too much is left off the longer one."""
        return [self._encode_pair(pair, most) for pair in pairs]

    def _encode(self, text: str, most: int) -> Encoding:
        ids = [self._known.begin]
        for word in plain(text).split():
            ids += self._cut(word).ids
            if len(ids) >= most:
                break
        return Encoding([*ids[: most - 1], self._known.end], [], [])

    def _encode_pair(self, texts: tuple[str, str], most: int) -> Encoding:
        placed = [self._placed(text) for text in texts]
        (first, _), (second, _) = placed
        lengths = _lengths(len(first), len(second), most - 2 * self.special)
        ids: list[int] = []
        offsets: list[tuple[int, int]] = []
        sequences: list[int | None] = []
        for number, ((found, places), length) in enumerate(zip(placed, lengths, strict=True)):
            ids += [self._known.end if number else self._known.begin, *found[:length], self._known.end]
            offsets += [(0, 0), *places[:length], (0, 0)]
            sequences += [None, *[number] * length, None]
        return Encoding(ids, offsets, sequences)

    def _placed(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        """The pieces of a text, and where each stands in it."""
        ids: list[int] = []
        places = []
        read, begins, ends = aligned(text)
        for word in re.finditer(r"\S+", read):
            cut, start = self._cut(word[0]), word.start()
            ids += cut.ids
            for first, last in pairwise((0, *cut.ends)):  # a lead alone stands where its word begins
                places.append((begins[start + first], ends[start + max(last - 1, first)]))
        return ids, places

    def _cut(self, word: str) -> Cut:
        if (cut := self.words.get(word)) is None:
            cut = self._best(LEAD + word)
            if len(self.words) >= self._most_words:
                self.words.clear()
            if len(word) <= _LONGEST:
                self.words[word] = cut
        return cut

    def _best(self, word: str) -> Cut:
        """The likeliest pieces of a word that has its lead."""
        numbers, scores, reach, unknown = (
            self._numbers,
            self._known.scores,
            self._known.reach,
            self._known.unknown,
        )
        length = len(word)
        best = [float("-inf")] * (length + 1)
        best[0] = 0.0
        came: list[tuple[int, int]] = [(0, 0)] * (length + 1)  # where the last piece begins, and its number
        for start in range(length):
            base = best[start]
            if word[start] not in numbers and base + self._least > best[start + 1]:
                best[start + 1], came[start + 1] = base + self._least, (start, unknown)
            for end in range(start + 1, min(start + reach.get(word[start], 0), length) + 1):
                number = numbers.get(word[start:end])
                if number is not None and base + scores[number] > best[end]:
                    best[end], came[end] = base + scores[number], (start, number)
        ids: list[int] = []
        ends: list[int] = []
        place = length
        while place:
            start, number = came[place]
            if not (ids and ids[-1] == number == unknown):
                ids.append(number)
                ends.append(place - len(LEAD))
            place = start
        return Cut(ids[::-1], ends[::-1])


def plain(text: str) -> str:
    """A text with controls left out, all blanks alike, and characters as NFKC has them, but for one tilde."""
    text = text.translate(_CONTROLS)
    if text.isascii() or unicodedata.is_normalized("NFKC", text):
        return text
    return unicodedata.normalize("NFKC", text.replace(TILDE, SPARED)).replace(SPARED, TILDE)


def aligned(text: str) -> tuple[str, Sequence[int], Sequence[int]]:
    """A text made plain, and where what each of its characters stands for begins and ends in the text."""
    bare = text.translate(_CONTROLS)
    if len(bare) == len(text) and (bare.isascii() or unicodedata.is_normalized("NFKC", bare)):
        return bare, range(len(text)), range(1, len(text) + 1)
    parts: list[str] = []
    begins: list[int] = []
    ends: list[int] = []
    for begin, end in _together(text):
        parts.append(part := plain(text[begin:end]))
        begins += [begin] * len(part)
        ends += [end] * len(part)
    return "".join(parts), begins, ends


def _together(text: str) -> Iterator[tuple[int, int]]:
    """Where characters begin and end that are made plain together."""
    begin = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or (plain(text[begin : end + 1]) == plain(text[begin:end]) + plain(text[end])):
            yield begin, end
            begin = end


def _lengths(first: int, second: int, most: int) -> tuple[int, int]:
    """What is left of two lengths if the longer one is cut first."""
    if first + second <= most:
        return first, second
    short, long = sorted((first, second))
    long = max(short, most - short) if short <= most else short
    if short + long > most:
        short, long = most // 2, most - most // 2
    return (short, long) if first <= second else (long, short)
