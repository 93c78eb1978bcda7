"""Notes that Evernote exported."""

import pytest

from index.parsing.base import Attachment, Unreadable
from index.parsing.web.enex import parse
from tests.parsing.outlined import outlined

SHED = """<note><title>Shed</title><created>20250401T080000Z</created><tag>garden</tag><tag>keys</tag>
<content><![CDATA[<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<!DOCTYPE en-note SYSTEM "http://xml.evernote.com/pub/enml2.dtd">
<en-note><div>The key hangs behind the <b>door</b>.</div>
<ul><li><div>hose</div></li><li><div>spade &amp; fork</div>
</li></ul><en-media type="image/png" hash="x"/></en-note>]]></content>
<resource><data encoding="base64">SGVs
bG8=</data><resource-attributes><file-name>list.txt</file-name></resource-attributes></resource>
<resource><data encoding="base64">!</data><resource-attributes><file-name>b.txt
</file-name></resource-attributes></resource>
<resource><data encoding="base64">SGVsbG8=</data></resource></note>"""
WATER = """<note><title>Water</title>
<content><![CDATA[<en-note><h1>Tap</h1>Off in May.</en-note>]]></content></note>"""


def export(*notes: str) -> bytes:
    told = '<!DOCTYPE en-export SYSTEM "http://xml.evernote.com/pub/evernote-export4.dtd">'
    return f'<?xml version="1.0"?>\n{told}<en-export>{"".join(notes)}</en-export>'.encode()


def test_a_note_is_the_document():
    parsed = parse(export(SHED), "a.enex")
    assert (parsed.title, parsed.properties) == ("Shed", {"date": "2025-04-01"})
    assert outlined(parsed) == [
        "paragraph: The key hangs behind the door.",
        "list",
        "  item",
        "    paragraph: hose",
        "  item",
        "    paragraph: spade & fork",
        "record: Tags: garden, keys",
    ]
    assert parsed.attachments == (Attachment("list.txt", b"Hello"),)


def test_several_notes_stand_below_their_titles():
    parsed = parse(export(WATER, SHED), "a.enex")
    assert parsed.title == ""
    headings = [line for line in outlined(parsed) if line.startswith("heading")]
    assert headings == ["heading1: Water", "heading2: Tap", "heading1: Shed"]


def test_a_note_of_files_alone_is_its_title():
    note = SHED.replace("<tag>garden</tag><tag>keys</tag>", "")
    start, end = note.index("<content>"), note.index("</content>")
    parsed = parse(export(note[:start] + note[end + len("</content>") :]), "a.enex")
    assert outlined(parsed) == ["heading1: Shed"]
    assert parsed.attachments


@pytest.mark.parametrize(
    "data",
    [b"", export(), export("<note/>"), export(SHED)[:300], b'<!DOCTYPE a [<!ENTITY b "c">]><en-export/>'],
)
def test_what_says_nothing_is_refused(data: bytes):
    with pytest.raises(Unreadable):
        parse(data, "a.enex")
