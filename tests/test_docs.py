"""The pages of ``docs/`` and beside it, and what the site makes of them."""

import re
from collections import Counter

import markdown
import pytest
from markdown_it import MarkdownIt

from bot.telegram.commands import ADMINISTRATORS
from docs.making.imports import PICTURE, arrows, drawn, furnished, layers, picture
from docs.making.settings import tables
from docs.making.site import ROOT, led
from index.parsing.formats import FORMATS

NOW = sorted({*ROOT.glob("docs/*.md"), *ROOT.glob("*.md"), ROOT / "benchmarks" / "README.md"})
"""Pages that speak of the code as it is; others tell what was."""
PAST = {"CHANGELOG.md", "decisions.md"}


@pytest.mark.parametrize(
    ("page", "written", "wanted", "sources"),
    [
        ("formats.md", "[how](../benchmarks/README.md#fuzzing)", "[how](benchmarks.md#fuzzing)", {}),
        ("index.md", "[formats](docs/formats.md#a)", "[formats](formats.md#a)", {}),
        ("index.md", "![Text [1]](docs/page.png)", "![Text [1]](page.png)", {}),
        ("benchmarks.md", "[how](../docs/quality.md)", "[how](quality.md)", {}),
        (
            "help.md",
            "[`x`](../index/records.py), [`y`](../index/parsing)",
            "[`x`](source/index/records.py.txt), [`y`](source/index/parsing/__init__.py.txt)",
            {
                "source/index/records.py.txt": "index/records.py",
                "source/index/parsing/__init__.py.txt": "index/parsing/__init__.py",
            },
        ),
        (
            "contributing.md",
            "[`m`](docs/making)",
            "[`m`](source/docs/making/__init__.py.txt)",
            {"source/docs/making/__init__.py.txt": "docs/making/__init__.py"},
        ),
        ("help.md", "see [seeds](../seeds)", "see seeds", {}),
        ("reader.md", "the [weights](reader.safetensors)", "the weights", {}),
        ("help.md", "[a](#b), [c](https://example.org/d)", "[a](#b), [c](https://example.org/d)", {}),
        ("help.md", "[x](../index/gone.py)", "[x](../index/gone.py)", {}),
        ("help.md", "```\n[x](../index)\n```", "```\n[x](../index)\n```", {}),
    ],
)
def test_links_lead_to_what_the_site_holds(page, written, wanted, sources):
    assert led(written, page) == (wanted, sources)


def test_settings_become_tables():
    answer = "[answer]\nquotes = 3   # most | least\n"
    collections = "[collections]\n# [collections.hr]  # some\n# chats = [1]\n"
    defaults = f"# All.\n\n{answer}\n{collections}"
    assert list(tables(defaults)) == [
        "",
        "## answer",
        "",
        "When an answer is given and how much of it.",
        "",
        "| setting | default | what it does |",
        "|---|---|---|",
        "| `quotes` | `3` | most \\| least |",
        "",
        "## collections",
        "",
        "```toml",
        "[collections.hr]  # some",
        "chats = [1]",
        "```",
    ]


@pytest.mark.parametrize(
    "defaults", ["# All.\n\n[answer]\nquotes = 3\n", "# All.\n\n[nonsense]\na = 3  # b\n"]
)
def test_settings_without_a_reason_or_a_declaration_are_refused(defaults):
    with pytest.raises(ValueError, match=r" is no (setting|section)"):
        list(tables(defaults))


def test_the_picture_is_of_the_imports_as_they_are():
    assert PICTURE.read_text("utf-8") == picture(), "run: make readme"


def test_layers_become_rooms_and_imports_the_fewest_arrows():
    order = layers(
        '[[tool.importlinter.contracts]]\nname = "data flows one way: down"\n'
        'layers = ["bot.cli", "bot.engine | bot.library", "index.search", "index.records"]\n'
    )
    rooms = furnished(order, {"bot.cli": "Top", "bot.engine": "Middle", "index.search": "Low"})
    assert rooms == {
        "Top": ["bot.cli"],
        "Middle": ["bot.engine", "bot.library"],
        "Low": ["index.search", "index.records"],
    }
    imports = [
        ("bot.cli.main", "bot.engine"),
        ("bot.cli", "index.records"),  # which the engine reaches for it
        ("bot.library", "index.search.hits"),
        ("bot.engine", "bot.library"),
        ("index.search.settings", "bot.engine.settings"),  # a section, which leads up and is not drawn
        ("bot.cli", "json"),
    ]
    assert arrows(imports, rooms) == [("Top", "Middle"), ("Middle", "Low")]
    assert arrows(imports[1:2], rooms) == [("Top", "Low")]
    assert drawn(rooms, [("Top", "Middle"), ("Top", "Low")]).count('<path d="M50 57V') == 1


def test_rooms_that_begin_with_no_module_are_refused():
    with pytest.raises(ValueError, match=r"bot\.gone: not among the layers"):
        furnished(["bot.cli"], {"bot.cli": "Top", "bot.gone": "Gone"})
    with pytest.raises(ValueError, match=r"bot\.main: no room begins with it"):
        furnished(["bot.main", "bot.cli"], {"bot.cli": "Top"})


def named(markdown: str) -> set[str]:
    """Paths in the repository, patterns of such and bare names of modules that a page names as code."""
    code = set(re.findall(r"`([^`\n]+)`", markdown))
    paths = {one for one in code if re.fullmatch(r"(bot|index|tests|docs|benchmarks|config)/[\w./*-]*", one)}
    modules = re.findall(r"python3? -m ((?:benchmarks|tests|docs|bot)[\w.]*)", markdown)
    return {
        *(path for path in paths if "/NAME" not in path),  # that of something to come
        *(one for one in code if re.fullmatch(r"\w+\.(py|toml|md)", one)),
        *(module.rstrip(".").replace(".", "/") + "*" for module in modules),
    }


@pytest.mark.parametrize("page", [page for page in NOW if page.name not in PAST], ids=lambda page: page.name)
def test_what_a_page_names_is_there(page):
    known = {
        file.name
        for top in ("bot", "index", "tests", "docs", "benchmarks")
        for file in (ROOT / top).rglob("*.*")
    }
    known |= {file.name for file in ROOT.iterdir()} | {"docent.toml"}
    gone = [
        name
        for name in named(page.read_text("utf-8"))
        if (not list(ROOT.glob(name.rstrip("/"))) if "/" in name else name not in known)
    ]
    assert not gone


def test_paths_modules_and_names_are_found_in_a_page():
    page = "`bot/engine.py` by `scoring.py`, not `this/that.py` nor `a b`: `python -m benchmarks.many FILE`"
    assert named(page) == {"bot/engine.py", "scoring.py", "benchmarks/many*"}


def test_the_architecture_names_every_module():
    links = re.findall(r"\]\(\.\./([^)#]+\.py)\)", (ROOT / "docs" / "architecture.md").read_text("utf-8"))
    told = re.compile(
        r"index/parsing/|bot/terminal/commands/|.*/settings\.py"
    )  # each likewise, a module a row
    modules = [
        file.relative_to(ROOT).as_posix()
        for top in ("index", "bot")
        for file in (ROOT / top).rglob("[!_]*.py")
    ]
    assert [module for module in modules if module not in links and not told.match(module)] == []


def test_each_format_has_its_row():
    rows = (ROOT / "docs" / "formats.md").read_text("utf-8")
    assert [
        form.name for form in FORMATS if not re.search(rf"\| [^|]*\{form.suffixes[0]}\b[^|]* \|", rows)
    ] == []


@pytest.mark.slow
@pytest.mark.parametrize("page", [*NOW, ROOT / "bot" / "reader" / "README.md"], ids=lambda page: page.name)
def test_the_site_reads_a_page_as_others_read_markdown(page):
    text = page.read_text("utf-8")
    by_site = markdown.markdown(text, extensions=["tables", "fenced_code"])
    by_others = MarkdownIt("commonmark").enable("table").render(text)
    assert tags(by_site) == tags(by_others)


def tags(html: str) -> Counter[str]:
    return Counter(re.findall(r"<(h\d|p|pre|li|table|tr|td|code|a|img|strong|em|blockquote)[ >]", html))


@pytest.mark.parametrize("page", ["extending.md", "engines.md"])
def test_what_a_page_names_in_the_code_is_there(page):
    names = set(re.findall(r"`@?(\w+(?:\.\w+)*)(?:\([^`]*)?`", (ROOT / "docs" / page).read_text("utf-8")))
    files = [file for top in ("index", "bot", "tests") for file in (ROOT / top).rglob("*.py")]
    code = set(re.findall(r"\w+", "\n".join(file.read_text("utf-8") for file in files)))
    known = code | {file.name for file in ROOT.iterdir()} | {file.name for file in files}
    assert [name for name in names if name not in known and name.rpartition(".")[2] not in code] == []


def test_each_command_of_administrators_is_told_of():
    page = (ROOT / "docs" / "telegram.md").read_text("utf-8")
    rows = set(
        re.findall(r"`/(\w+)", "\n".join(line for line in page.splitlines() if line.startswith("| `/")))
    )
    assert {*ADMINISTRATORS} - rows == set()
