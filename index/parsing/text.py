"""Bytes in, text out: what encoding a file of plain text is in."""

import codecs
import re
import unicodedata
from collections import Counter

from index.parsing.base import Unreadable
from index.records import Notice

_BOMS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_CONTROL_SHARE = 0.001  # of the characters; a text has at most a stray one
_NULS = 0.2  # of the bytes: of UTF-16 in Latin letters, every other byte is one
_SOUND = 4  # characters of several bytes that are whole, for each that is not: then it is UTF-8, damaged
_ONE_SCRIPT = 0.95  # of the letters, of a text in UTF-16 with few zeros
_ASIAN = frozenset(("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL"))

_USUAL = (
    "big5hkscs", "cp932", "cp949", "euc_jis_2004", "euc_kr", "gb18030", "iso2022_jp_2", "shift_jis_2004",
    "cp874", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257",
    "iso8859-1", "iso8859-2", "iso8859-5", "iso8859-7", "iso8859-8", "iso8859-9", "iso8859-15",
    "koi8-r", "koi8-u", "cp866", "mac-cyrillic",
)  # fmt: skip
"""Encodings that a file is likely to be in: the fewer of them, the more often short texts are taken right."""
_OLDER = ("cp437", "cp850", "cp852", "mac-roman")
_MANY = 20  # bytes beyond ASCII; fewer say too little for one of the older encodings
_OTHER = "[\u0370-\u06ff\u0e00-\u0e7f]"  # letters of Greek, Cyrillic, Hebrew, Arabic, Thai
_ANY_OTHER = re.compile(_OTHER)
_LONE_OTHER = re.compile(f"(?<!{_OTHER}){_OTHER}(?!{_OTHER})")


def decode(data: bytes) -> tuple[str, tuple[Notice, ...]]:
    """Decode a text of unknown encoding; line ends and all else stay as they are.

    A byte order mark decides; else valid UTF-8 is taken for UTF-8, and so is what nearly is; else chardet
    detects. A character that is cut at the end, and zeros there, are left out.

    Returns:
        The text, and what a reader should know of it.

    Raises:
        Unreadable: the bytes are no text in any known encoding.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _told(data[len(bom) :], encoding)
    whole = data.rstrip(b"\0")
    inside = 0 in whole  # no code page has zeros: UTF-16, or binary
    if (inside or len(data) - len(whole) == 1) and (encoding := _utf_16(data, few=inside)):
        return _told(data, encoding)
    if _is_utf_8(whole):
        return _told(whole, "utf-8")
    return _told(whole, _guessed(whole))


def _decoded(data: bytes, encoding: str) -> tuple[str, int]:
    """A text, and how many bytes at its end are of a character that is cut."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    text = decoder.decode(data)
    return text, len(decoder.getstate()[0])


def _told(data: bytes, encoding: str) -> tuple[str, tuple[Notice, ...]]:
    text = _decoded(data, encoding)[0].rstrip("\0")
    if len(_CONTROL.findall(text)) > _CONTROL_SHARE * len(text):
        raise Unreadable("binary, not text")
    broken = _broken(text, data, encoding)
    return text, (Notice("replaced", broken),) if broken > 0 else ()


def _broken(text: str, data: bytes, encoding: str) -> int:
    """How many marks of replacement in a text did not stand in its bytes."""
    marks = text.count("\ufffd")
    return marks - data.count("\ufffd".encode(encoding)) if marks else 0


def _is_utf_8(data: bytes) -> bool:
    """Whether nearly all of what is not ASCII is UTF-8.

    A file may be cut amid a character. Where that is all there is beyond ASCII, a single byte is more likely
    an accent of another encoding: "Touché".
    """
    text, cut = _decoded(data, "utf-8")
    broken = _broken(text, data, "utf-8")
    if not broken and cut != 1:
        return True
    sound = sum(character > "\x7f" for character in text) - text.count("\ufffd")
    return sound >= _SOUND * broken if broken else sound > 0


def _utf_16(data: bytes, *, few: bool) -> str:
    """Which UTF-16 without a mark it is, if any; ``few``: even if, as in Cyrillic, few bytes are zeros."""
    even, odd = data[::2].count(0), data[1::2].count(0)
    likely = ("utf-16-le", "utf-16-be") if odd >= even else ("utf-16-be", "utf-16-le")
    if even + odd >= _NULS * len(data):
        return likely[0]
    plausible = (one for one in likely if _is_of_one_script(_decoded(data, one)[0].rstrip("\0")))
    return next(plausible, "") if few else ""


def _is_of_one_script(text: str) -> bool:
    """Whether all characters can be seen, and nearly all letters but Latin ones are of one script."""
    if not all(character.isprintable() or character.isspace() for character in text):
        return False
    names = Counter(
        "CJK" if script in _ASIAN else script
        for character in text
        if character.isalpha()
        and (script := unicodedata.name(character, "?").split(maxsplit=1)[0]) != "LATIN"
    )
    return bool(names) and max(names.values()) >= _ONE_SCRIPT * names.total()


def _guessed(data: bytes) -> str:
    """The encoding that chardet thinks likeliest, of those in which the text makes sense."""
    import chardet

    many = len(data.translate(None, bytes(range(0x80)))) >= _MANY
    among = (*_USUAL, *_OLDER) if many else _USUAL
    for guess in chardet.detect_all(data, ignore_threshold=True, compat_names=False, include_encodings=among):
        try:
            encoding = guess["encoding"] or "ascii"
            if not _has_lone_letters(data.decode(encoding)):
                return encoding
        except (UnicodeDecodeError, LookupError):
            continue
    raise Unreadable("binary, or text in an unknown encoding")


def _has_lone_letters(text: str) -> bool:
    """Whether most letters of another script stand alone among Latin ones, as if "validitа" were Russian."""
    return 2 * len(_LONE_OTHER.findall(text)) > len(_ANY_OTHER.findall(text))
