"""The figures of docs/reliability.md come from one command; tests/test_faults.py and others run its parts."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import faults, reliability
from benchmarks.reliability import Row
from benchmarks.soak.scene import Plan


def printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *given: str
) -> tuple[str, int]:
    monkeypatch.setattr(sys, "argv", ["reliability", *given])
    with pytest.raises(SystemExit) as ended:
        reliability.main()
    return capsys.readouterr().out, int(ended.value.code or 0)


def test_one_table_tells_of_all_and_the_exit_code_of_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def killed(tries: int, seed: int) -> Iterator[Row]:
        yield Row("killed while indexing", tries, tries - 1, ("the index is gone",), 5000)

    def soak(plan: Plan, folder: Path) -> tuple[dict[str, str], list[str]]:
        assert (plan.seconds, plan.models, folder.is_dir()) == (9.0, False, True)
        return {"questions": "1234 (private 1234)", "answered": "1234, 5 of them …", "memory": "200 MB"}, []

    monkeypatch.setattr(reliability, "killed", killed)
    monkeypatch.setattr(reliability, "soak", soak)
    assert printed(monkeypatch, capsys, "--tries", "7", "--soak", "9", "--fuzz", "0", "--words") == (
        "| | tried | went well | confirmed | lost or wrong |\n"
        "|---|--:|--:|--:|--:|\n"
        "| killed while indexing | 7 | 6 | 5,000 | 1 |\n"
        "| questions of a soak | 1,234 | 1,234 |  | 0 |\n"
        "\n"
        "| soak | |\n"
        "|---|---|\n"
        "| questions | 1234 (private 1234) |\n"
        "| answered | 1234, 5 of them … |\n"
        "| memory | 200 MB |\n"
        "the index is gone\n",
        1,
    )


@pytest.mark.slow
def test_processes_are_killed_for_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(faults, "WORKS", {"uploading": faults.WORKS["uploading"]})
    out, code = printed(monkeypatch, capsys, "--tries", "2", "--soak", "0", "--fuzz", "0")
    (row,) = out.splitlines()[2:]
    assert (row[:35], row[-6:], code) == ("| killed while uploading | 2 | 2 | ", " | 0 |", 0)
