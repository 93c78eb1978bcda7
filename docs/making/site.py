"""Lets the site hold pages from outside ``docs/``, and links of its pages lead to the files they name.

In the repository a link is a path from the file that it stands in, so that it works wherever Markdown is
shown. The site holds the Markdown files of ``PAGES`` too, and a copy of each source file that is linked: a
link to a page becomes one to it, a link to a source file one to its copy, as text, a link to a folder one to
what its ``__init__.py`` says. What leads nowhere is left as it is, for the strict build to refuse.

Why ProperDocs: it is MkDocs, as a former maintainer of it goes on with it, 6 MB with its theme. MkDocs had no
release since August 2024; Material, 120 MB, ends with it; Zensical, 90 MB, is at 0.1 and has no hooks; Sphinx
wants a docutils older than the one that Docent reads reStructuredText with.
"""

import posixpath
import re
from pathlib import Path
from typing import Any

from properdocs.config.defaults import ProperDocsConfig
from properdocs.structure.files import File, Files
from properdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
PAGES = {
    "index.md": "README.md",
    "contributing.md": "CONTRIBUTING.md",
    "changelog.md": "CHANGELOG.md",
    "benchmarks.md": "benchmarks/README.md",
    "reader.md": "bot/reader/README.md",
}
"""Pages of the site that lie outside ``docs/``: name in the site → path in the repository."""

_READABLE = 200_000  # bytes: what is larger is no source that anybody reads, but weights
_OUTSIDE = {path: page for page, path in PAGES.items()}
_FENCED = re.compile(r"^(```.*?^```)$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(\[(?:[^\[\]]|\[[^\[\]]*\])*\])\((?![a-z]+:)([^()\s#]+)(#[^()\s]*)?\)")


def on_files(files: Files, config: ProperDocsConfig, **_: Any) -> None:
    """Adds the pages from outside ``docs/``."""
    for page, path in PAGES.items():
        files.append(File.generated(config, page, abs_src_path=str(ROOT / path)))


def on_page_markdown(markdown: str, page: Page, config: ProperDocsConfig, files: Files, **_: Any) -> str:
    """Has the links of one page lead to what the site holds, to which linked source files are added."""
    text, sources = led(markdown, page.file.src_uri)
    for uri, path in sources.items():
        if files.get_file_from_path(uri) is None:
            files.append(File.generated(config, uri, abs_src_path=str(ROOT / path)))
    return text


def led(markdown: str, page: str) -> tuple[str, dict[str, str]]:
    """The Markdown of ``page`` with links as the site has them, and the source files that these lead to.

    The latter are names in the site → paths in the repository.
    """
    folder = posixpath.dirname(PAGES.get(page, f"docs/{page}"))
    sources = {}

    def lead(link: re.Match[str]) -> str:
        text, target, anchor = link.groups(default="")
        path = posixpath.normpath(posixpath.join(folder, target))
        if (ROOT / path).is_dir():
            path += "/__init__.py"
            if not (ROOT / path).is_file():
                return text[1:-1]
        uri = _OUTSIDE.get(path) or (path if path.endswith(".py") else path.removeprefix("docs/"))
        if uri == path:
            if not (ROOT / path).is_file():
                return link[0]
            if (ROOT / path).stat().st_size > _READABLE:
                return text[1:-1]
            uri = f"source/{path}.txt"
            sources[uri] = path
        return f"{text}({posixpath.relpath(uri, posixpath.dirname(page) or '.')}{anchor})"

    parts = _FENCED.split(markdown)
    parts[::2] = [_LINK.sub(lead, prose) for prose in parts[::2]]
    return "".join(parts), sources
