"""Small valid files of each format, to be damaged: those that the tests of the parsers write.

    python -m benchmarks.fuzzing.seeds FOLDER

runs these tests and keeps each file that a parser is given, in a folder for each format.
"""

import hashlib
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path, PurePosixPath

import pytest

from index.parsing.base import Parsed
from index.parsing.formats import FORMATS, Format

_LARGEST = 40_000  # bytes: what is larger is parsed too seldom
_MOST = 200  # of a format


def folder_of(root: Path, form: Format) -> Path:
    """Where the seeds of a format lie."""
    return root / form.module


class Keeper:
    """A plugin of pytest that keeps the files that parsers are given."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def pytest_configure(self) -> None:
        """Wrap the parsers before any test imports them."""
        for form in FORMATS:
            module = import_module(f"index.parsing.{form.module}")
            module.parse = self._keeping(form, module.parse)  # type: ignore[attr-defined]

    def _keeping(self, form: Format, parse: Callable[[bytes, str], Parsed]) -> Callable[[bytes, str], Parsed]:
        def keeping(data: bytes, name: str) -> Parsed:
            keep(self._root, form, data, name)
            return parse(data, name)

        return keeping


def keep(root: Path, form: Format, data: bytes, name: str) -> None:
    """Keep a file as a seed, unless it is too large or there are enough."""
    suffix = PurePosixPath(name).suffix.lower()
    suffix = suffix if suffix in form.suffixes else form.suffixes[0]
    folder = folder_of(root, form)
    folder.mkdir(parents=True, exist_ok=True)
    if 0 < len(data) <= _LARGEST and sum(1 for _ in folder.iterdir()) < _MOST:
        (folder / f"{hashlib.sha256(data).hexdigest()[:16]}{suffix}").write_bytes(data)


def main() -> None:
    """Run the tests of the parsers."""
    sys.exit(
        pytest.main(
            ["tests/parsing", "-p", "no:cacheprovider", "-p", "no:xdist"], plugins=[Keeper(Path(sys.argv[1]))]
        )
    )


if __name__ == "__main__":
    main()
