"""Names as they come, and under which files are kept."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.names import MOST_BYTES, key, numbered, safe

HOSTILE = {
    "plan.pdf": "plan.pdf",
    "Протокол № 3.docx": "Протокол № 3.docx",
    "../../etc/passwd.txt": "passwd.txt",
    "..\\..\\Windows\\system.ini": "system.ini",
    "C:\\notes\\plan.md": "plan.md",
    "/abs/olute.txt": "olute.txt",
    "a/..": "document",
    "..": "document",
    ".": "document",
    "": "document",
    "   ": "document",
    ".htaccess": "htaccess",
    "...hidden.txt": "hidden.txt",
    "trailing.txt. . .": "trailing.txt",
    "CON": "_CON",
    "con.txt": "_con.txt",
    "NUL.tar.gz": "_NUL.tar.gz",
    "Lpt1 .md": "_Lpt1.md",
    "COM¹.txt": "_COM¹.txt",
    "CONSUL.txt": "CONSUL.txt",
    'what? "now": a|b*c<d>.txt': "what_ _now__ a_b_c_d_.txt",
    "two\nlines\t.txt": "two lines.txt",
    "zero\0byte.txt": "zerobyte.txt",
    "bidi\u202egpj.txt": "bidigpj.txt",
    "zero\u200bwidth\ufeff.txt": "zerowidth.txt",
    "lone\ud800.txt": "lone.txt",
    "cafe\u0301.txt": "caf\u00e9.txt",
    ".txt": "txt",
}


@pytest.mark.parametrize(("name", "kept"), HOSTILE.items())
def test_what_leads_elsewhere_or_is_not_shown_is_left_out(name: str, kept: str) -> None:
    assert safe(name) == kept


def test_the_suffix_is_that_of_the_content() -> None:
    assert safe("report", ".pdf") == "report.pdf"
    assert safe("report.PDF", ".pdf") == "report.PDF"
    assert safe("report.txt", ".pdf") == "report.txt.pdf"
    assert safe(".pdf", ".pdf") == "pdf.pdf"
    assert safe("..", ".pdf") == "document.pdf"


def test_long_names_are_cut_between_characters_and_keep_their_suffix() -> None:
    long = safe("ж" * 300 + ".docx")
    assert (len(long.encode()), long[-6:]) == (199, "ж.docx")
    more = numbered(long, 12)
    assert (len(more.encode()), more[-10:]) == (200, " (12).docx")
    assert safe("a." + "b" * 500) == "a." + "b" * 198


def test_names_that_are_one_on_some_system_have_one_key() -> None:
    assert key("Café.TXT") == key("cafe\u0301.txt") == key("CAFÉ.txt")
    assert key("Straße.md") == key("STRASSE.md")
    assert key("plan.md") != key("plans.md")


@given(st.text(max_size=300), st.sampled_from(["", ".txt", ".pdf"]))
def test_whatever_comes_stays_one_name_in_its_folder(name: str, suffix: str) -> None:
    kept = safe(name, suffix)
    assert kept and not kept.startswith(".") and not kept.endswith((".", " "))
    assert not set(kept) & set('/\\<>:"|?*\0')
    assert len(kept.encode()) <= MOST_BYTES
    assert unicodedata.is_normalized("NFC", kept)
    assert kept.lower().endswith(suffix)
    assert safe(kept, suffix) == kept
