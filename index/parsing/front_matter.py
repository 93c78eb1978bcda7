"""Front matter: the properties in YAML or TOML that a file in Markdown may begin with."""

import re
import tomllib
from typing import Any

from index.parsing.outline import Outline

_FRONT = re.compile(
    r"\A\ufeff?(?P<fence>---|\+\+\+)[ \t]*\r?\n(?P<body>.*?)(?:\r?\n|(?<=\n))"
    r"(?P=fence)[ \t]*(?:\r\n|\r|\n|\Z)",
    re.DOTALL,
)
_ENTRY = re.compile(r"^(?P<key>[\w-]+)[ \t]*[:=].*(?:\n(?:[ \t]+|- ).*)*", re.MULTILINE)
_NONE = ("", "~", "null")  # of YAML


def front_matter(text: str, outline: Outline) -> tuple[int, dict[str, str]]:
    """Where the text proper begins, and the entries before it; each is a block too.

    A file may also begin with a rule; what is no table of YAML or TOML is text.
    """
    found = _FRONT.match(text)
    entries = _entries(found["fence"], found["body"]) if found else None
    if not found or entries is None:
        return 0, {}
    for entry in _ENTRY.finditer(text, found.start("body"), found.end("body")):
        if entries.get(entry["key"].lower()) and entry["key"].lower() != "title":
            outline.add("property", entry.start(), entry.start() + len(entry[0].rstrip()))
    return found.end(), entries


def _entries(fence: str, body: str) -> dict[str, str] | None:
    import yaml

    try:
        values = tomllib.loads(body) if fence == "+++" else yaml.load(body, yaml.CBaseLoader)  # noqa: S506 - texts
    except (tomllib.TOMLDecodeError, yaml.YAMLError, ValueError, RecursionError):
        return None
    if not isinstance(values, dict):
        return {} if values is None and not body.strip() else None
    return {str(key).lower(): said for key, value in values.items() if (said := _said(value))}


def _said(value: Any) -> str:
    """A value as it is written: one, or several with commas between; nested ones are left out."""
    if isinstance(value, list):
        return ", ".join(said for one in value if not isinstance(one, list) and (said := _said(one)))
    if isinstance(value, dict) or value in _NONE:
        return ""
    return " ".join(str(value).split()) if not isinstance(value, bool) else str(value).lower()
