"""Brings the catalogues of interface texts (``bot/locales/*.po``) up to date with the sources.

python -m tests.texts    adds what is new with an empty translation, and drops what is no longer said
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import polib

from bot.texts import FOLDER, LANGUAGES

ROOT = FOLDER.parent
_CALLS = {"gettext": 1, "noop": 1, "ngettext": 2}  # and how many texts each takes


@cache
def said(folder: Path = ROOT) -> dict[tuple[str, ...], str]:
    """All texts of the sources, of those with a plural both forms, and the file where each stands first."""
    found: dict[tuple[str, ...], str] = {}
    for file in sorted(folder.rglob("*.py")):
        for text in texts_of(file.read_text(encoding="utf-8")):
            found.setdefault(text, file.relative_to(folder.parent).as_posix())
    return found


def texts_of(source: str) -> Iterator[tuple[str, ...]]:
    """The texts that a module says, in order."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
            given = [one.value for one in node.args[: _CALLS[node.func.id]] if isinstance(one, ast.Constant)]
            if len(given) == _CALLS[node.func.id]:
                yield tuple(str(one) for one in given)


def update(catalogue: polib.POFile, texts: dict[tuple[str, ...], str]) -> polib.POFile:
    """A catalogue of just these texts, with the translations that the old one has."""
    known = {(entry.msgid, entry.msgid_plural): entry for entry in catalogue}
    new = polib.POFile(wrapwidth=110)
    new.metadata = catalogue.metadata
    for (one, *many), file in texts.items():
        entry = known.get((one, many[0] if many else ""))
        if entry is None:
            forms = dict.fromkeys(range(int(plurals(catalogue))), "") if many else {}
            entry = polib.POEntry(msgid=one, msgid_plural=many[0] if many else "", msgstr_plural=forms)
        entry.occurrences = [(file, "")]
        new.append(entry)
    return new


def plurals(catalogue: polib.POFile) -> str:
    """How many plural forms the language has."""
    return catalogue.metadata["Plural-Forms"].partition("nplurals=")[2].partition(";")[0]


def main() -> None:
    """Update all catalogues."""
    texts = said()
    for language in LANGUAGES:
        if language != "en":
            file = FOLDER / f"{language}.po"
            new = update(polib.pofile(str(file), wrapwidth=110), texts)
            new.save(str(file))
            missing = len([entry for entry in new if not entry.translated()])
            print(f"{file.name}: {len(new)} texts, {missing} without translation")


if __name__ == "__main__":
    main()
