"""Jupyter notebooks: cells of Markdown as Markdown files are read, code, and what it printed if short."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from index.parsing import markdown
from index.parsing.base import Parsed, Unreadable, worded
from index.parsing.builder import Builder
from index.parsing.joined import Joined
from index.parsing.text import decode

_MOST_CELLS = 20_000
_OUTPUT_LINES, _OUTPUT_LENGTH = 20, 1_500  # of what is printed; more is left out
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")
_PICTURE = re.compile(r"!\[([^\]\n]*)\]\((?:attachment|data):[^)\s]*\)")


def parse(data: bytes, name: str) -> Parsed:
    """Parse a notebook.

    Raises:
        Unreadable: it is none, or it has no words.
    """
    text, notices = decode(data)
    try:
        notebook = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        raise Unreadable("damaged, or no notebook") from None
    if not isinstance(notebook, Mapping):
        raise Unreadable("no notebook")
    whole = Joined()
    for cell in _cells(notebook):
        for part in _parts(cell):
            whole.add(part)
    metadata = notebook.get("metadata")
    title, properties = _metadata(metadata if isinstance(metadata, Mapping) else {})
    return worded(whole.parsed(title=title, properties=properties, notices=notices))


def _cells(notebook: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The cells; until 2014 they lay in worksheets."""
    sheets = notebook.get("worksheets")
    holders = (
        [sheet for sheet in sheets if isinstance(sheet, Mapping)] if isinstance(sheets, list) else [notebook]
    )
    count = 0
    for holder in holders:
        cells = holder.get("cells")
        for cell in cells if isinstance(cells, list) else []:
            count += 1
            if isinstance(cell, Mapping) and count <= _MOST_CELLS:
                yield cell


def _parts(cell: Mapping[str, Any]) -> Iterator[Parsed]:
    kind = cell.get("cell_type")
    source = _text(cell.get("source", cell.get("input")))
    if kind == "markdown":
        yield _of_markdown(_PICTURE.sub(r"\1", source))
    elif kind == "heading":
        level = cell.get("level")
        yield _of_markdown(f"{'#' * (level if isinstance(level, int) and 0 < level < 7 else 1)} {source}")
    elif kind == "code":
        yield _code(source)
        outputs = cell.get("outputs")
        for output in outputs if isinstance(outputs, list) else []:
            if isinstance(output, Mapping):
                yield _code(_printed(output))
    else:
        yield _of_markdown(source)


def _of_markdown(source: str) -> Parsed:
    return markdown.parse(source.encode("utf-8", "replace"), "")


def _code(source: str) -> Parsed:
    builder = Builder()
    builder.add("code", source, keep=True)
    return builder.parsed()


def _text(value: Any) -> str:
    """A text, which may be kept in lines."""
    if isinstance(value, list):
        value = "".join(line for line in value if isinstance(line, str))
    return _ESCAPES.sub("", value.replace("\r\n", "\n")) if isinstance(value, str) else ""


def _printed(output: Mapping[str, Any]) -> str:
    """What code printed, where it is short; no errors, pictures or tables of HTML."""
    if output.get("output_type") == "stream":
        text = "" if output.get("name") == "stderr" else _text(output.get("text"))
    else:
        data = output.get("data")
        text = _text(data.get("text/plain")) if isinstance(data, Mapping) else _text(output.get("text"))
        if text.startswith("<") and text.rstrip().endswith(">"):  # the name of an object
            text = ""
    text = text.strip("\n")
    return text if len(text) <= _OUTPUT_LENGTH and text.count("\n") < _OUTPUT_LINES else ""


def _metadata(metadata: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    title = metadata.get("title")
    authors = metadata.get("authors")
    names = [
        author["name"] for author in (authors if isinstance(authors, list) else [])
        if isinstance(author, Mapping) and isinstance(author.get("name"), str)
    ]  # fmt: skip
    return title if isinstance(title, str) else "", {"author": ", ".join(names)}
