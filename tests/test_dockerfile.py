"""The image: clean by the linter, true to what is promised, and what its steps come to does serve."""

import importlib.machinery
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import ROOT
from tests.telegram.conftest import Running
from tests.telegram.server import BotApi

SCRIPT = ROOT / ".ci" / "dockerfile"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """The script that carries out the Dockerfile, as a module; it has no suffix."""
    pytest.importorskip("fcntl", reason="the script needs Linux")
    loader = importlib.machinery.SourceFileLoader("dockerfile", str(SCRIPT))
    spec = importlib.util.spec_from_loader("dockerfile", loader)
    assert spec
    module = sys.modules["dockerfile"] = importlib.util.module_from_spec(spec)
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = written
    return module


@pytest.fixture
def final(script: ModuleType) -> dict[str, str]:
    """The last of each instruction in the last stage."""
    steps = [(instruction, text) for instruction, _, text in script.instructions()]
    start = max(number for number, (instruction, _) in enumerate(steps) if instruction == "FROM")
    return dict(steps[start:])


@pytest.mark.skipif(sys.platform == "win32", reason="PyPI has no hadolint for Windows")
def test_the_linter_finds_nothing() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_exception_for_the_linter_has_its_reason_above_it() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    for before, line in pairwise(lines):
        assert "hadolint" not in line or before.startswith("# "), line


def test_it_does_not_run_as_root(final: dict[str, str]) -> None:
    user = final["USER"].split(":")[0]
    assert user.isdecimal(), "by number, which an orchestrator can check"
    assert int(user) > 0


def test_process_1_is_docent_itself_so_that_it_gets_the_signal_to_stop(final: dict[str, str]) -> None:
    assert json.loads(final["ENTRYPOINT"]) == ["docent"]
    assert json.loads(final["CMD"]) == ["telegram"]
    assert final["STOPSIGNAL"] == "SIGTERM"


def test_what_has_to_last_is_in_volumes_that_the_settings_name(final: dict[str, str]) -> None:
    variables = dict(re.findall(r"(\w+)=(\S+)", final["ENV"]))
    folders = [variables["DOCENT_DOCUMENTS__FOLDER"], variables["DOCENT_STATE__FOLDER"]]
    assert json.loads(final["VOLUME"]) == folders
    assert variables["HF_HUB_OFFLINE"] == "1"
    assert f"{folders[1]}/telegram/alive" in final["HEALTHCHECK"]


def test_the_label_has_the_version(final: dict[str, str]) -> None:
    assert f'image.version="{PROJECT["project"]["version"]}"' in final["LABEL"]


@pytest.mark.slow
def test_the_context_is_what_the_wheel_is_built_from(script: ModuleType) -> None:
    context = {file.as_posix() for file in script.context()}
    build = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    sources = {
        file.relative_to(ROOT).as_posix()
        for package in build["packages"]
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    others = {*build["force-include"], "pyproject.toml", "constraints.txt", "README.md", "LICENSE"}
    assert context == sources | others


def cannot_build() -> str:
    """Why the image is not made here; empty if it is."""
    if "DOCENT_IMAGE" not in os.environ:
        return "`make image` carries out the Dockerfile: that takes minutes"
    if sys.platform != "linux" or os.geteuid() or not shutil.which("debootstrap"):
        return "carrying out the Dockerfile needs Linux, root and debootstrap"
    separate = ["unshare", "--mount", "--net", "--pid", "--fork", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    if subprocess.run(separate, capture_output=True, check=False).returncode:
        return "carrying out the Dockerfile needs leave to mount file systems"
    return ""


@pytest.mark.slow
@pytest.mark.skipif(bool(cannot_build()), reason=cannot_build())
def test_the_image_answers_in_telegram_with_no_other_network(monkeypatch: pytest.MonkeyPatch) -> None:
    with BotApi() as api:
        olga = api.user("Olga")
        monkeypatch.setenv("TELEGRAM_BOT_TOKEN", api.token)
        admins = f"DOCENT_TELEGRAM__ADMINS=[{olga.id}]"
        running = Running([str(SCRIPT), "--telegram", api.url, "--env", admins], dict(os.environ))
        try:
            running.wait_line("== answered with no network", timeout=1800)
            running.wait_line("== healthy", timeout=120)
            chat = api.private(olga)
            chat.send("who attended?")
            chat.wait_until(lambda sent: any("Moscow" in message.text for message in sent), timeout=60)
            assert running.stop() == 0, running.text
            running.wait_line("== stopped")
        finally:
            running.stop()
