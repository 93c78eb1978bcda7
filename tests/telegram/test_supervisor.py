"""What systemd hears, and the unit that is shipped."""

import asyncio
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from bot.settings import load
from bot.telegram import supervisor
from bot.telegram.identity import TOKEN_FILE
from bot.terminal.main import docent
from tests.conftest import ROOT

UNIT = ROOT / "docs" / "docent.service"
Unit = dict[str, list[str]]

needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze")


@pytest.fixture
def unit() -> Unit:
    """Values by the names of directives."""
    found: Unit = {}
    for line in UNIT.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", "[")):
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


@pytest.fixture
def heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    monkeypatch.chdir(tmp_path)  # names of sockets are short
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind("notify")
        line.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", "notify")
        yield line


def feed_for(seconds: float) -> None:
    async def scene() -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(supervisor.feed_watchdog(), seconds)

    asyncio.run(scene())


def test_the_watchdog_is_fed_three_times_in_its_time(heard: socket.socket, monkeypatch: pytest.MonkeyPatch):
    feed_for(0.05)  # it is not asked for
    monkeypatch.setenv("WATCHDOG_USEC", "60000000")
    feed_for(0.05)
    supervisor.tell(supervisor.STOPPING)
    assert [heard.recv(99), heard.recv(99)] == [b"WATCHDOG=1", b"STOPPING=1"]


def test_nothing_holds_the_bot_up_where_nobody_listens(heard: socket.socket, monkeypatch: pytest.MonkeyPatch):
    for _ in range(2000):  # nobody takes them out: the socket is full at some time
        supervisor.tell(supervisor.READY)
    for nowhere in ("", "gone", "@docent-of-nobody"):
        monkeypatch.setenv("NOTIFY_SOCKET", nowhere)
        supervisor.tell(supervisor.READY)
    assert heard.recv(99) == b"READY=1"


def test_the_unit_starts_what_there_is_with_settings_that_there_are(unit: Unit):
    (start,) = unit["ExecStart"]
    program, command, *options = shlex.split(start)
    assert program.endswith("/docent")
    known = {option for parameter in docent.commands[command].params for option in parameter.opts}
    assert {option for option in options if option.startswith("-")} <= known
    environment = dict(word.split("=", 1) for line in unit["Environment"] for word in line.split())
    settings = load(environment=environment)
    assert settings.given == {"documents.folder", "state.folder"}
    assert str(settings.documents.folder) in unit["ReadOnlyPaths"]
    assert settings.state.folder == f"%S/{unit['StateDirectory'][0]}"
    credential = unit["LoadCredential"][0].partition(":")[0]
    assert environment[TOKEN_FILE] == f"%d/{credential}"
    assert unit["Type"] == ["notify"]
    assert unit["Restart"] == ["on-failure"]
    assert unit["WatchdogSec"] == ["2min"]


@needs_systemd
def test_systemd_knows_all_of_the_unit_and_thinks_it_safe(tmp_path: Path):
    copy = tmp_path / "docent.service"
    here = re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={sys.executable}", UNIT.read_text(encoding="utf-8"))
    copy.write_text(here, encoding="utf-8")
    verified = subprocess.run(
        ["systemd-analyze", "verify", copy], capture_output=True, text=True, check=False, timeout=60
    )
    assert (verified.returncode, verified.stderr) == (0, "")
    safe = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", copy],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert safe.returncode == 0, safe.stdout
    assert "Overall exposure level for docent.service: 1." in safe.stdout
