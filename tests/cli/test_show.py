"""`docent show`: documents and passages."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Ran, Run
from tests.conftest import LETTER, MINUTES


@pytest.mark.parametrize(
    "data",
    [
        MINUTES.encode(),
        LETTER.rstrip().encode(),  # no line end at the end
        LETTER.replace("\n", "\r\n").encode(),
        b"A \x1b[1mbold\x1b[0m word stays as it is. " * 50,
    ],
    ids=["markdown", "no-line-end", "crlf", "escapes"],
)
@pytest.mark.parametrize("built", [True, False])
def test_a_document_piped_is_its_file_exactly(run: Run, docs: Path, data: bytes, built: bool):
    (docs / "a.txt").write_bytes(data)
    if built:
        run("index")
    assert run("show", "a.txt") == Ran(0, data.decode(), "")


def test_a_document_on_a_terminal_is_clean_and_ends_its_line(indexed: Run, docs: Path):
    (docs / "a.txt").write_bytes(b"A \x1b[2Jhidden\x07 word.\r\n" + b"Many more words. " * 100 + b"End.")
    indexed("index")
    assert indexed("show", "a.txt", tty=["stdout"]).out == (
        "A [2Jhidden word.\n" + "Many more words. " * 100 + "End.\n"
    )


def test_show_json(indexed: Run):
    shown = json.loads(indexed("show", "soup.txt", "--json").out)
    assert list(shown) == ["source", "title", "digest", "text"]
    assert (shown["source"], shown["title"]) == ("soup.txt", "Onion soup")
    passage = json.loads(indexed("show", "minutes.md", "--json", "--at", "100").out)["passage"]
    assert passage == {
        "locator": "Minutes of the garden club › Attendance, paragraph 2",
        "start": 87,
        "end": 192,
        "text": MINUTES[87:192],
    }


def test_show_at(indexed: Run):
    assert indexed("show", "minutes.md", "--at", "200") == Ran(
        0,
        "Minutes of the garden club  (minutes.md, Minutes of the garden club › Decisions,\n"
        "paragraph 3, characters 194–288)\n"
        "\n"
        "## Attendance\n"
        "\n"
        "Alice Archer, Bob Baker and Carol Cook attended the meeting.\n"
        "Dora Dean sent her apologies.\n"
        "\n"
        "  ## Decisions\n"
        "\n"
        "  The club bought a new greenhouse for 900 euros. It will stand behind the\n"
        "  school.\n",
        "",
    )


def test_show_tells_that_a_file_changed(indexed: Run, docs: Path):
    (docs / "minutes.md").write_text("Nobody came.", encoding="utf-8")
    assert indexed("show", "minutes.md", "--at", "0").err == (
        "minutes.md changed since it was indexed; the quotes are from the earlier text.\n"
    )


@pytest.mark.parametrize("offset", ["-1", "289"])
def test_show_at_an_offset_outside(indexed: Run, offset: str):
    assert indexed("show", "minutes.md", "--at", offset) == Ran(
        1, "", f"docent: minutes.md has the offsets 0 to 288, not {offset}.\n"
    )


def test_show_at_needs_an_index(run: Run):
    code, out, err = run("show", "minutes.md", "--at", "0")
    assert (code, out) == (1, "")
    assert re.fullmatch(r"docent: There is no index in .* yet\. Run `docent index`\.\n", err)
