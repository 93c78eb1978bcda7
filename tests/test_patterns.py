"""No pattern of ours takes long over a text that somebody made to be slow."""

import ast
import importlib
import re
import signal
from collections import deque
from collections.abc import Iterator
from types import FrameType, ModuleType
from typing import Any

import pytest

from tests.attacks import attacks
from tests.conftest import ROOT

LENGTH = 8_000  # characters
SECONDS = 0.1  # of the processor, for one text; most patterns take a thousandth of that
METHODS = ("match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer")
AT_ONE_PLACE = {"match", "fullmatch"}
USED = {"index.parsing.lines._DOTTED": {"match"}}  # where a pattern's own name does not tell how
TRAINING = re.compile(r"^(?:import|from) torch\b", re.MULTILINE)  # runs over what one has chosen oneself


class TooSlow(Exception):
    """A pattern took longer than it may."""


def modules() -> Iterator[tuple[ModuleType, str]]:
    """Every module that has patterns, with its source."""
    for path in sorted(one for package in ("index", "bot") for one in (ROOT / package).rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if (
            path.name not in ("__main__.py", "__init__.py")
            and re.search(r"\bre\.", source)
            and not TRAINING.search(source)
        ):
            yield importlib.import_module(name), source


def held(value: object, depth: int = 0) -> Iterator["re.Pattern[Any]"]:
    """The patterns in a value, however they are put together."""
    if isinstance(value, re.Pattern):
        yield value
    elif depth < 4:
        if isinstance(value, dict):
            value = list(value.items())
        elif hasattr(value, "__slots__") or hasattr(value, "__dict__"):
            names = getattr(value, "__slots__", None) or getattr(value, "__dict__", {})
            if not isinstance(value, type | ModuleType) and type(value).__module__.startswith(
                ("index", "bot")
            ):
                value = [getattr(value, name, None) for name in names]
        if isinstance(value, list | tuple | set | frozenset):
            for one in value:
                yield from held(one, depth + 1)


def patterns() -> dict[tuple[str, "re.Pattern[Any]"], set[str]]:
    """Every pattern with where it stands, and the methods that are called of it."""
    found: dict[tuple[str, re.Pattern[Any]], set[str]] = {}
    for module, source in modules():
        for name, value in vars(module).items():
            where = f"{module.__name__}.{name}"
            used = set(re.findall(rf"\b{re.escape(name)}\.({'|'.join(METHODS)})\b", source))
            for pattern in held(value):
                found[where, pattern] = used or USED.get(where, {"finditer"})
        for call in ast.walk(ast.parse(source)):
            match call:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id="re"), attr=attr),
                    args=[ast.Constant(value=text), *rest],
                ) if attr in METHODS:
                    given = [*rest, *(word.value for word in call.keywords if word.arg == "flags")]
                    named = [one.attr for one in given if isinstance(one, ast.Attribute)]
                    flags = sum(getattr(re, name) for name in named if name.isupper())
                    found[f"{module.__name__}:{call.lineno}", re.compile(text, flags)] = {attr}
    return found


def slow(pattern: "re.Pattern[Any]", methods: set[str]) -> str | None:
    """The beginning of a text that a pattern is too slow for."""
    for text in attacks(pattern, LENGTH):
        given = text.encode("latin-1", "ignore") if isinstance(pattern.pattern, bytes) else text
        try:
            signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
            try:
                for method in methods & AT_ONE_PLACE:
                    getattr(pattern, method)(given)
                if methods - AT_ONE_PLACE:
                    deque(pattern.finditer(given), maxlen=0)
            finally:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        except TooSlow:
            return text[:40] + "…" + text[-4:]
    return None


@pytest.fixture
def timed() -> Iterator[None]:
    def late(_: int, __: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGVTALRM, late)
    yield
    signal.signal(signal.SIGVTALRM, before)


@pytest.mark.slow
def test_no_text_makes_a_pattern_slow(timed):
    found = patterns()
    assert len(found) > 200
    slowed = {}
    for (where, pattern), methods in found.items():
        if text := slow(pattern, methods):
            slowed[where] = pattern.pattern, text
    assert slowed == {}
