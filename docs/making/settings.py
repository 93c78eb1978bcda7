"""``config/docent.toml`` and the declarations of the settings → the tables of ``docs/settings.md``."""

import re
from collections.abc import Iterator
from dataclasses import fields
from inspect import getdoc
from pathlib import Path

from bot.settings import Settings

DEFAULTS = Path(__file__).resolve().parents[2] / "config" / "docent.toml"

_SECTION = re.compile(r"\[(\w+)\]$")
_SETTING = re.compile(r"(\w+) = (.+?) +# (.+)$")


def tables(defaults: str) -> Iterator[str]:
    """The lines of a section in Markdown for each section of the file of defaults.

    Args:
        defaults: text of the file; each setting is a line that ends with a comment on what it does. Lines
            that are comments as a whole are an example.

    Raises:
        ValueError: a line is none of these, or a section is not declared in ``Settings``.
    """
    declared = {field.name: field.type for field in fields(Settings)}
    for block in defaults.split("\n\n")[1:]:
        head, *lines = block.strip().splitlines()
        section = _SECTION.match(head)
        if section is None or section[1] not in declared:
            raise ValueError(f"'{head}' is no section of settings.")
        yield from ["", f"## {section[1]}", "", *_about(declared[section[1]])]
        settings = [line for line in lines if not line.startswith("#")]
        examples = [line.removeprefix("# ") for line in lines if line.startswith("#")]
        if settings:
            yield from ["| setting | default | what it does |", "|---|---|---|", *map(_row, settings)]
        if examples:
            yield from ["```toml", *examples, "```"]


def _about(declaration: object) -> list[str]:
    """What a section's class says of it."""
    if not isinstance(declaration, type):  # collections are made by whoever names them
        return []
    return [(getdoc(declaration) or "").partition("\n")[0].replace("``", "`"), ""]


def _row(line: str) -> str:
    setting = _SETTING.match(line)
    if setting is None:
        raise ValueError(f"'{line}' is no setting with a comment on what it does.")
    name, default, what = (part.replace("|", "\\|") for part in setting.groups())
    return f"| `{name}` | `{default}` | {what} |"
