"""Tests hold to what is public: a private name is no seam, and a scene that many need is no test's own."""

import ast
from collections.abc import Callable, Iterable, Iterator

from tests.conftest import ROOT

TESTS = ROOT / "tests"


def private_names_set(source: str) -> Iterator[str]:
    """Private names that ``setattr`` sets, as of ``monkeypatch``, by name or at the end of a dotted path."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("setattr"):
            for given in node.args[:2]:
                name = str(given.value).rpartition(".")[2] if isinstance(given, ast.Constant) else ""
                if name.startswith("_") and not name.startswith("__"):
                    yield name


def modules_of_tests_imported(source: str) -> Iterator[str]:
    """Test modules that another one takes something from."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").rpartition(".")[2].startswith("test_"):
            yield str(node.module)


def found(search: Callable[[str], Iterable[str]], word: str) -> dict[str, list[str]]:
    """What is found in each file of the tests that has the word."""
    files = {file.relative_to(TESTS).as_posix(): file.read_text("utf-8") for file in TESTS.rglob("*.py")}
    having = {name: source for name, source in files.items() if word in source}
    return {name: names for name, source in having.items() if (names := sorted(search(source)))}


def test_no_test_sets_a_private_name():
    assert list(private_names_set('monkeypatch.setattr(module, "_EVERY", 2)')) == ["_EVERY"]
    assert list(private_names_set('monkeypatch.setattr("index.store._flush", 2)')) == ["_flush"]
    assert list(private_names_set('monkeypatch.setattr(sys.stderr, "isatty", f)')) == []
    assert found(private_names_set, "setattr") == {}


def test_no_test_module_is_imported_by_another():
    assert list(modules_of_tests_imported("from tests.cli.test_ask import one")) == ["tests.cli.test_ask"]
    assert list(modules_of_tests_imported("from tests.cli import one")) == []
    assert found(modules_of_tests_imported, ".test_") == {}
