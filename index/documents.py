"""Files in, documents out: walking the folder, decoding, finding titles and marks.

A format is one loader and one row of ``LOADERS``. A loader never changes the text it quotes from:
for plain text and Markdown ``Document.text`` is the decoded file, character for character.
"""

import codecs
import errno
import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path

from index.errors import DocumentsError
from index.records import Document, Mark

TITLE_CHARACTERS = 120  # a longer first line is a paragraph, not a title

Loaded = tuple[str, str | None, tuple[Mark, ...]]
"""What a loader makes of a file's bytes: its text, its title if it says one, and its marks."""


class Unreadable(Exception):
    """A file that cannot be read; the message is the reason, in a few words."""


@dataclass(frozen=True, slots=True)
class File:
    """A file found in the documents folder: its size in bytes, its change time in nanoseconds."""

    source: str
    path: Path
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or folder that was passed over, and why."""

    source: str
    reason: str


# ------------------------------------------------------------------------------------ walking


def walk(folder: Path, max_bytes: int) -> tuple[list[File], list[Skipped]]:
    """Find the files below ``folder`` that there is a loader for, sorted by source.

    Hidden files and folders are left out silently. Links are followed; a folder that was already
    walked, as in a loop of links, is not walked again.

    Raises:
        DocumentsError: the folder does not exist or cannot be listed.
    """
    if not folder.is_dir():
        raise DocumentsError(
            f"There is no documents folder '{folder}'. Name yours with --docs DIR, "
            "or set documents.folder in a settings file."
        )
    files: list[File] = []
    skipped: list[Skipped] = []
    for entry in _entries(folder, "", {_identity(folder.stat())}, skipped):
        source, path = entry
        try:
            status = path.stat()
            files.append(_accept(source, path, status, max_bytes))
        except Unreadable as reason:
            skipped.append(Skipped(source, str(reason)))
        except OSError as error:
            skipped.append(Skipped(source, _reason(error)))
    return sorted(files, key=lambda file: file.source), sorted(skipped, key=lambda s: s.source)


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _entries(
    folder: Path, prefix: str, seen: set[tuple[int, int]], skipped: list[Skipped]
) -> Iterator[tuple[str, Path]]:
    """Yield what is not a folder below ``folder``, each with its source; never a folder twice."""
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        if not prefix:
            raise DocumentsError(f"The folder '{folder}' cannot be listed: {_reason(error)}.") from None
        skipped.append(Skipped(prefix, _reason(error)))
        return
    for name in names:
        if name.startswith("."):
            continue
        path, source = folder / name, prefix + name
        if not _is_text(name):
            readable = os.fsencode(source).decode("utf-8", "replace")
            skipped.append(Skipped(readable, "its name is not valid UTF-8: rename it"))
        elif not os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where it may not look
            yield source, path
        elif (identity := _identity(path.stat())) not in seen:
            seen.add(identity)
            yield from _entries(path, source + "/", seen, skipped)


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _accept(source: str, path: Path, status: os.stat_result, max_bytes: int) -> File:
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable("not a regular file")
    if path.suffix.lower() not in LOADERS:
        known = " ".join(sorted(LOADERS))
        kind = f"'{path.suffix}' files" if path.suffix else "files without a suffix"
        raise Unreadable(f"{kind} are not read, only {known}")
    if status.st_size > max_bytes:
        raise Unreadable(
            f"{status.st_size / 1e6:.0f} MB: over the limit documents.max_megabytes = "
            f"{max_bytes // 1_000_000}"
        )
    return File(source, path, status.st_size, status.st_mtime_ns)


def _reason(error: OSError) -> str:
    if error.errno == errno.ENOENT:
        return "a link to a file that does not exist, or just deleted"
    if error.errno == errno.ELOOP:
        return "a link that leads to itself"
    return (error.strerror or str(error)).lower()


# ------------------------------------------------------------------------------------ loading


def read(file: File) -> bytes:
    """The bytes of a file.

    Raises:
        Unreadable: the file cannot be opened or read.
    """
    try:
        return file.path.read_bytes()
    except OSError as error:
        raise Unreadable(_reason(error)) from None


def digest(data: bytes) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    return sha256(data).hexdigest()


def digest_file(path: Path) -> str:
    """SHA-256 of a file of any size, in hexadecimal.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


def load(source: str, data: bytes) -> Document:
    """Make a document of a file's bytes.

    Raises:
        Unreadable: the bytes are no text, or there is none in them.
    """
    text, title, marks = LOADERS[Path(source).suffix.lower()](data)
    if not any(character.isalnum() for character in text):
        raise Unreadable("no text in it" if data else "empty")
    title = title or Path(source).stem.replace("_", " ")
    return Document(source, title, text, digest(data), marks)


_BOMS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_CONTROL_SHARE = 0.001  # of the characters; a text has at most a stray one


def decode(data: bytes) -> str:
    """Decode a text of unknown encoding; line ends and all else stay as they are.

    A byte order mark decides; else valid UTF-8 is taken for UTF-8; else chardet detects.

    Raises:
        Unreadable: the bytes are no text in any known encoding.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _as_text(data, encoding)
    if b"\0" in data:  # no legacy code page uses it: UTF-16 without a mark, or binary
        even, odd = data[::2].count(0), data[1::2].count(0)
        return _as_text(data, "utf-16-le" if odd >= even else "utf-16-be")
    try:
        return _as_text(data, "utf-8")
    except Unreadable:
        import chardet

        guess = chardet.detect(data)["encoding"]
        if guess is None:
            raise
        return _as_text(data, guess)


def _as_text(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable("binary, or text in an unknown encoding") from None
    if len(_CONTROL.findall(text)) > _CONTROL_SHARE * len(text):
        raise Unreadable("binary, not text")
    return text


_GAP = re.compile(r"(?:[^\S\n\r]*(?:\r\n|\r|\n)){2,}")  # at least one blank line
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")


def load_plain(data: bytes) -> Loaded:
    """Plain text: paragraphs stand between blank lines; a short first line is the title."""
    text = decode(data)
    marks: list[Mark] = []
    start = 0
    for end, following in [(gap.start(), gap.end()) for gap in _GAP.finditer(text)] + [(len(text), 0)]:
        if text[start:end].strip():
            marks.append(Mark(start, "paragraph", str(len(marks) + 1)))
        start = following
    return text, _first_line(text), tuple(marks)


def load_markdown(data: bytes) -> Loaded:
    """Markdown: marks at headings and at every other block; the first heading is the title."""
    text = decode(data)
    marks: list[Mark] = []
    paragraphs = 0
    for offset, heading, level in _markdown_blocks(text):
        if heading is not None:
            marks.append(Mark(offset, "heading", heading, level))
        elif not marks or offset > marks[-1].offset:  # a block may begin where one in it does
            paragraphs += 1
            marks.append(Mark(offset, "paragraph", str(paragraphs)))
    headings = (mark.label for mark in marks if mark.kind == "heading" and mark.label)
    return text, next(headings, None) or _first_line(text[marks[0].offset :]), tuple(marks)


_MARKDOWN_BLOCKS = {
    "heading_open", "paragraph_open", "fence", "code_block", "html_block", "tr_open",
}  # fmt: skip


def _markdown_blocks(text: str) -> Iterator[tuple[int, str | None, int]]:
    """Where the blocks begin that hold text, with the words and level of those that are headings.

    Together they cover the text but for its front matter.
    """
    from markdown_it import MarkdownIt
    from mdit_py_plugins.front_matter import front_matter_plugin

    offsets = [0, *(line.end() for line in _LINE.finditer(text))]
    tokens = MarkdownIt("commonmark").enable("table").use(front_matter_plugin).parse(text)
    covered = 0
    if tokens and tokens[0].type == "front_matter" and tokens[0].map:
        covered = offsets[tokens[0].map[1]]
    first = True
    for i, token in enumerate(tokens):
        if token.map is None or token.type not in _MARKDOWN_BLOCKS:
            continue
        offset = offsets[token.map[0]]
        if first and text[covered:offset].strip():  # link definitions, say, are no token
            yield covered, None, 0
        first = False
        if token.type == "heading_open":
            parts = tokens[i + 1].children or []
            words = "".join(" " if part.type.endswith("break") else part.content for part in parts)
            yield offset, " ".join(words.split()), int(token.tag[1:])
        else:
            yield offset, None, 0
    if first:
        yield covered, None, 0


def _first_line(text: str) -> str | None:
    line = text.lstrip().split("\n", 1)[0].split("\r", 1)[0]
    line = " ".join(line.split())
    return line if 0 < len(line) <= TITLE_CHARACTERS else None


LOADERS: dict[str, Callable[[bytes], Loaded]] = {
    ".txt": load_plain,
    ".text": load_plain,
    ".md": load_markdown,
    ".markdown": load_markdown,
}
