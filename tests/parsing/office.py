"""Tiny writers of office files, for what the ordinary libraries cannot write."""

import io
import zipfile

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_WORD_NAMES = (
    f'xmlns:w="{WORD}" xmlns:r="{RELATIONS}" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
ODF_NAMES = " ".join(
    f'xmlns:{prefix}="{_ODF}{name}:1.0"'
    for prefix, name in (
        ("office", "office"), ("text", "text"), ("table", "table"), ("style", "style"), ("draw", "drawing"),
        ("presentation", "presentation"), ("meta", "meta"), ("fo", "xsl-fo-compatible"),
        ("svg", "svg-compatible"),
    )
) + ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'  # fmt: skip


def zipped(parts: dict[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return stream.getvalue()


def relations(*entries: tuple[str, str, str]) -> str:
    """Entries are identifiers, kinds and targets; addresses are external."""
    external = ' TargetMode="External"'
    each = "".join(
        f'<Relationship Id="{name}" Type="{RELATIONS}/{kind}" Target="{target}"{external * (":" in target)}/>'
        for name, kind, target in entries
    )
    return f'<Relationships xmlns="{_PACKAGE}">{each}</Relationships>'


def word(body: str, *, names: str = _WORD_NAMES, links: dict[str, str] | None = None, **parts: str) -> bytes:
    """A Word document; ``parts`` are its styles, numbering, footnotes and endnotes."""
    entries = [(name, name, f"{name}.xml") for name in parts]
    entries += [(name, "hyperlink", address) for name, address in (links or {}).items()]
    files: dict[str, str | bytes] = {
        "_rels/.rels": relations(("main", "officeDocument", "word/document.xml")),
        "word/_rels/document.xml.rels": relations(*entries),
        "word/document.xml": f"<w:document {names}><w:body>{body}</w:body></w:document>",
    }
    for name, part in parts.items():
        files[f"word/{name}.xml"] = f"<w:{name} {names}>{part}</w:{name}>"
    return zipped(files)


def p(text: str, properties: str = "") -> str:
    """A paragraph of Word in one run."""
    return f"<w:p><w:pPr>{properties}</w:pPr>{r(text)}</w:p>"


def r(text: str, properties: str = "") -> str:
    """A run of Word."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def open_text(body: str, styles: str = "", meta: str = "") -> bytes:
    """A flat file of an OpenDocument text."""
    return flat(f"<office:text>{body}</office:text>", styles, meta)


def flat(body: str, styles: str = "", meta: str = "") -> bytes:
    """A flat file of OpenDocument."""
    return (
        f"<office:document {ODF_NAMES}><office:meta>{meta}</office:meta>"
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body>{body}</office:body></office:document>"
    ).encode()
