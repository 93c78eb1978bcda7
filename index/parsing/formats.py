"""The formats that are read: one row each, naming the module that parses it, loaded when it is wanted."""

from importlib import import_module
from pathlib import PurePosixPath
from typing import NamedTuple, cast

from index.parsing.base import Parsed, Parser, Unreadable
from index.parsing.source import SUFFIXES as SOURCES


class Format(NamedTuple):
    """A format: its name, the suffixes of its files, and the module below ``index.parsing`` that reads it."""

    name: str
    suffixes: tuple[str, ...]
    module: str


FORMATS = (
    Format("plain text", (".txt", ".text"), "plain"),
    Format("Markdown", (".md", ".markdown"), "markdown"),
    Format("PDF", (".pdf",), "pages.pdf"),
    Format("Word", (".docx", ".docm", ".dotx", ".dotm"), "office.docx"),
    Format("PowerPoint", (".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm"), "office.pptx"),
    Format(
        "spreadsheet",
        (".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlt", ".ods", ".ots", ".fods"),
        "office.sheets",
    ),
    Format("CSV", (".csv", ".tsv", ".tab"), "delimited"),
    Format("OpenDocument text", (".odt", ".ott", ".fodt"), "office.odt"),
    Format("OpenDocument presentation", (".odp", ".otp", ".fodp"), "office.odp"),
    Format("RTF", (".rtf",), "office.rtf"),
    Format("old Word or PowerPoint", (".doc", ".dot", ".ppt", ".pps", ".pot", ".wpd"), "office.legacy"),
    Format("HTML", (".html", ".htm", ".xhtml", ".xht"), "web.html"),
    Format("saved web page", (".mhtml", ".mht"), "web.mhtml"),
    Format("EPUB", (".epub",), "web.epub"),
    Format("FictionBook", (".fb2",), "web.fb2"),
    Format("Evernote", (".enex",), "web.enex"),
    Format("e-mail", (".eml", ".mbox"), "letters.mail"),
    Format("Outlook message", (".msg",), "letters.msg"),
    Format("calendar", (".ics", ".ical"), "appointments"),
    Format("contacts", (".vcf", ".vcard"), "contacts"),
    Format("JSON", (".json", ".jsonl", ".ndjson"), "jsonlines"),
    Format("reStructuredText", (".rst", ".rest"), "markup.rst"),
    Format("AsciiDoc", (".adoc", ".asciidoc"), "markup.asciidoc"),
    Format("LaTeX", (".tex", ".ltx"), "markup.latex"),
    Format("subtitles", (".srt", ".vtt"), "subtitles"),
    Format("Jupyter notebook", (".ipynb",), "notebook"),
    Format("picture", (".png", ".jpg", ".jpeg", ".tif", ".tiff"), "pages.picture"),
    Format("source code and logs", SOURCES, "source"),
)
_BY_SUFFIX = {suffix: one for one in FORMATS for suffix in one.suffixes}
VERSION = 7  # counts up whenever a parser may make something else of a file
LIBRARIES = (
    "chardet", "docutils", "icalendar", "markdown-it-py", "mdit-py-plugins", "pylatexenc", "pypdfium2",
    "python-oxmsg", "PyYAML", "selectolax", "xlrd",
)  # fmt: skip
SUFFIXES = tuple(sorted(_BY_SUFFIX))
"""All suffixes of files that are read, in lower case."""


def versions() -> str:
    """Changes whenever a file may be parsed otherwise: by our parsers or the libraries that they use."""
    from importlib.metadata import version

    return " ".join([str(VERSION), *(f"{library} {version(library)}" for library in LIBRARIES)])


def known(name: str) -> bool:
    """Whether a file of that name is of a format that is read."""
    return PurePosixPath(name).suffix.lower() in _BY_SUFFIX


def parse(name: str, data: bytes) -> Parsed:
    """Parse a file's bytes as what they are, which its name need not say.

    Raises:
        Unreadable: they are of no known format, or damaged.
    """
    found = _BY_SUFFIX[suffix_of(name, data)]
    parser = cast("Parser", import_module(f"index.parsing.{found.module}").parse)
    return parser(data, name)


def suffix_of(name: str, data: bytes) -> str:
    """The suffix that a file should have: its own, in lower case, where that is of the format of its bytes.

    Raises:
        Unreadable: they are of no known format.
    """
    from index.parsing.sniff import kind_of

    suffix = PurePosixPath(name).suffix.lower()
    kind = kind_of(data, name) or suffix
    found = _BY_SUFFIX.get(kind)
    if found is None:
        raise Unreadable(f"'{kind}' files are not read" if kind == suffix else f"in truth a '{kind}' file")
    return suffix if suffix in found.suffixes else kind
