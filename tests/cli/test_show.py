"""`docent show`: documents and passages."""

import json
import re
from pathlib import Path

import pytest

from tests.answering import pages
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
        "locator": "Attendance, paragraph 1",
        "start": 90,
        "end": 192,
        "text": MINUTES[90:192],
    }


def test_show_at(indexed: Run):
    assert indexed("show", "minutes.md", "--at", "200") == Ran(
        0,
        "Minutes of the garden club  (minutes.md, Decisions, paragraph 1, characters\n"
        "197–288)\n"
        "\n"
        "Attendance\n"
        "\n"
        "Alice Archer, Bob Baker and Carol Cook attended the meeting.\n"
        "Dora Dean sent her apologies.\n"
        "\n"
        "  Decisions\n"
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


# ------------------------------------------------------------------------------------------ pictures


@pytest.fixture
def paged(run: Run, docs: Path) -> Run:
    """With an index that holds a document of two pages."""
    pytest.importorskip("pypdfium2")
    (docs / "sailing.pdf").write_bytes(pages.pdf("The boat leaves at nine.", "The tide turns at noon."))
    assert run("index").code == 0
    return run


def test_a_page_is_drawn(paged: Run, tmp_path: Path):
    image = tmp_path / "page.png"
    assert paged("show", "sailing.pdf", "--page", "2", "--image", str(image)) == Ran(
        0, "", f"Page 2 of sailing.pdf is drawn in {image}.\n"
    )
    data = image.read_bytes()
    assert data.startswith(b"\x89PNG")
    assert [int.from_bytes(data[at : at + 4], "big") for at in (16, 20)] == [600, 400]  # two pixels a point


def test_the_page_of_a_passage_is_drawn_with_the_passage_marked(paged: Run, tmp_path: Path):
    plain, marked, both = (tmp_path / f"{name}.png" for name in ("plain", "marked", "both"))
    offset = str(json.loads(paged("show", "sailing.pdf", "--json").out)["text"].index("noon"))
    paged("show", "sailing.pdf", "--page", "2", "--image", str(plain))
    code, out, err = paged("show", "sailing.pdf", "--at", offset, "--image", str(marked))
    assert (code, out, err) == (0, "", f"Page 2 of sailing.pdf is drawn in {marked}.\n")
    assert marked.read_bytes() != plain.read_bytes()
    paged("show", "sailing.pdf", "--at", offset, "--page", "2", "--image", str(both))
    assert both.read_bytes() == marked.read_bytes()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--page", "1"], "Name the picture's file with --image FILE."),
        (["--page", "1", "--at", "0"], "Name the picture's file with --image FILE."),
        (["--image", "a.png"], "Say which page with --page N, or which passage with --at OFFSET."),
        (["--page", "1", "--image", "."], "Invalid value for '--image': File '.' is a directory."),
    ],
)
def test_wrong_usage_of_pictures(indexed: Run, options: list[str], reason: str):
    code, out, err = indexed("show", "soup.txt", *options)
    assert (code, out) == (2, "")
    assert f"Error: {reason}" in err


@pytest.mark.parametrize(
    ("source", "options", "reason"),
    [
        ("soup.txt", ["--page", "1"], "soup.txt has no pages that can be drawn."),
        ("soup.txt", ["--at", "0"], "soup.txt has no pages that can be drawn."),
        ("sailing.pdf", ["--page", "²"], "sailing.pdf has the pages 1 to 2, not ²."),
        ("sailing.pdf", ["--page", "3"], "sailing.pdf has the pages 1 to 2, not 3."),
        ("sailing.pdf", ["--page", "iv"], "sailing.pdf has the pages 1 to 2, not iv."),
        ("sailing.pdf", ["--at", "999"], "sailing.pdf has the offsets 0 to "),
        (
            "sail.pdf",
            ["--page", "1"],
            "There is no document 'sail.pdf' in the index. Did you mean sailing",
        ),
    ],
)
def test_a_page_that_cannot_be_drawn(
    paged: Run, tmp_path: Path, source: str, options: list[str], reason: str
):
    code, out, err = paged("show", source, *options, "--image", str(tmp_path / "a.png"))
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert err.startswith(f"docent: {reason}")
    assert not (tmp_path / "a.png").exists()


def test_a_page_of_a_file_that_changed_is_not_drawn(paged: Run, docs: Path, tmp_path: Path):
    (docs / "sailing.pdf").write_bytes(pages.pdf("The boat is sold."))
    assert paged("show", "sailing.pdf", "--page", "1", "--image", str(tmp_path / "a.png")) == Ran(
        1, "", "docent: sailing.pdf changed since it was indexed. Run `docent index` first.\n"
    )


def test_a_picture_that_cannot_be_written(paged: Run, tmp_path: Path):
    place = tmp_path / "none" / "a.png"
    assert paged("show", "sailing.pdf", "--page", "1", "--image", str(place)) == Ran(
        1, "", f"docent: The picture {place} cannot be written: No such file or directory.\n"
    )
