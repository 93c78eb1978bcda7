"""The image: clean by the linter, true to what is promised; `make image` builds it and tries it out."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from bot.settings import load
from tests import containers
from tests.conftest import ROOT
from tests.telegram.server import BotApi

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
COMPOSE = ROOT / "compose.yaml"
WITHOUT = "DOCENT_IMAGE" not in os.environ and "`make image` builds the image: that takes minutes"


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, each with the rest of its line."""
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if line.strip() and not line.lstrip().startswith("#"))
    return [tuple(line.split(maxsplit=1)) for line in text.replace("\\\n", "").splitlines()]  # type: ignore[misc]


@pytest.fixture
def final() -> dict[str, str]:
    """The last of each instruction in the last stage."""
    steps = instructions()
    return dict(steps[max(number for number, (name, _) in enumerate(steps) if name == "FROM") :])


@pytest.fixture
def variables(final: dict[str, str]) -> dict[str, str]:
    """The environment of a container."""
    return dict(re.findall(r"(\w+)=(\S+)", final["ENV"]))


@pytest.fixture
def bot() -> dict[str, object]:
    """The bot as compose runs it."""
    return yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]["bot"]


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


def test_what_has_to_last_is_in_volumes_that_the_settings_name(
    final: dict[str, str], variables: dict[str, str]
) -> None:
    settings = load(
        environment={name: value for name, value in variables.items() if name.startswith("DOCENT_")}
    )
    folders = [str(settings.documents.folder), str(settings.index_folder()), str(settings.state_folder())]
    assert json.loads(final["VOLUME"]) == folders == ["/documents", "/index", "/state"]
    assert str(settings.graphs_folder()) == "/models"


def test_nothing_is_fetched_when_it_runs(final: dict[str, str], variables: dict[str, str]) -> None:
    assert variables["HF_HUB_OFFLINE"] == "1"
    assert variables["DOCENT_ENCODER__DEVICE"] == "cpu", "a GPU would want torch, which is not there"
    assert "--require-hashes --requirement requirements.lock" in " ".join(text for _, text in instructions())


def test_the_health_check_asks_where_the_bot_tells(final: dict[str, str], variables: dict[str, str]) -> None:
    command = json.loads(final["HEALTHCHECK"].partition("CMD ")[2])
    assert command[:3] == ["python", "-IS", "-c"]
    compile(command[3], "HEALTHCHECK", "exec")
    assert "'/healthz'" in command[3]
    assert variables["DOCENT_MONITORING__PORT"] == "9464"


def test_the_label_has_the_version(final: dict[str, str]) -> None:
    assert f'image.version="{PROJECT["project"]["version"]}"' in final["LABEL"]


def test_the_context_is_what_the_image_is_built_from_and_nothing_else() -> None:
    rules = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    given = {rule.removeprefix("!") for rule in rules if rule.startswith("!")}
    build = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    sources = {*build["packages"], *(str(Path(file).parent) for file in build["force-include"])}
    assert given == {
        *sources, "pyproject.toml", "README.md", "LICENSE", "constraints.txt", "requirements.lock"
    }  # fmt: skip
    assert [rule for rule in rules if not rule.startswith(("!", "#"))] == ["*", "**/__pycache__"]


def test_compose_locks_the_bot_in(bot: dict[str, object]) -> None:
    assert bot["read_only"] is True
    assert bot["cap_drop"] == ["ALL"]
    assert bot["security_opt"] == ["no-new-privileges"]
    assert not {"privileged", "user", "ports", "network_mode", "devices"} & bot.keys()
    documents, *others = bot["volumes"]  # type: ignore[misc]
    assert (documents["target"], documents["read_only"]) == ("/documents", True)
    assert others == ["index:/index", "state:/state"]


def test_compose_has_the_token_as_a_secret_and_nowhere_else(bot: dict[str, object]) -> None:
    assert bot["secrets"] == ["telegram-token"]
    assert bot["environment"] == {"TELEGRAM_BOT_TOKEN_FILE": "/run/secrets/telegram-token"}
    secrets = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["secrets"]
    assert secrets == {"telegram-token": {"file": "${DOCENT_TOKEN_FILE:-./telegram-token}"}}


# The image itself


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The image, built; layers that did not change are taken from the time before."""
    if WITHOUT or (why := containers.missing()):
        pytest.skip(WITHOUT or why)
    scratch = tmp_path_factory.mktemp("podman")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONTAINERS_CONF", str(containers.configure(scratch)))
        containers.build(scratch)
        yield containers.IMAGE


LOCKED = (
    *("--rm", "--no-healthcheck", "--network=none", "--read-only", "--read-only-tmpfs=false"),
    "--tmpfs=/tmp:noexec",
    *("--cap-drop=all", "--security-opt=no-new-privileges", f"--volume={ROOT / 'seeds'}:/documents:ro"),
)


def inside(image: str, *command: str) -> str:
    """What a program prints in a container that is locked in."""
    program, *arguments = command
    return containers.said("run", *LOCKED, f"--entrypoint={program}", image, *arguments)


@pytest.mark.slow
def test_the_image_answers_over_seeds_with_no_network_and_nothing_to_write_on(image: str) -> None:
    answer = json.loads(containers.said("run", *LOCKED, image, "ask", "--json", "who attended?"))
    text = (ROOT / "seeds" / "000_7ed84d5328117ab5.txt").read_text(encoding="utf-8")
    quotes = [citation["quote"] for citation in answer["citations"]]
    assert answer["found"] is True
    assert any("representatives" in quote or "Taliban" in quote for quote in quotes)
    assert all(quote in text for quote in quotes)


@pytest.mark.slow
def test_the_image_holds_what_it_runs_and_not_what_made_it(image: str) -> None:
    assert inside(image, "id", "-u") == "10001"
    assert (
        inside(image, "sh", "-c", "touch /x /app/x /models/x 2>&1; true").count("Read-only file system") == 3
    )
    gone = "import importlib.util as u; print([u.find_spec(n) for n in ('torch', 'transformers', 'pip')])"
    assert inside(image, "python", "-c", gone) == "[None, None, None]"


@pytest.mark.slow
def test_a_model_that_is_not_baked_in_is_refused_in_a_sentence(image: str) -> None:
    model = ["--env=DOCENT_SERVING__FOLDER=/tmp", "--env=DOCENT_ENCODER__MODEL=all-MiniLM-L6-v2"]
    done = containers.podman("run", *LOCKED, *model, image, "ask", "who attended?")
    assert done.returncode == 1
    assert "torch, which is not installed here" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_the_bot_answers_as_compose_runs_it_with_no_other_network(image: str, tmp_path: Path) -> None:
    with containers.offline(), BotApi() as api:
        olga = api.user("Olga")
        token = tmp_path / "telegram-token"
        token.write_text(api.token, encoding="ascii")
        token.chmod(0o400)
        os.chown(token, 10001, 10001)
        mine = {"DOCENT_TELEGRAM__BASE_URL": api.url, "DOCENT_TELEGRAM__ADMINS": f"[{olga.id}]"}
        service = {
            "image": image,
            "network_mode": "host",
            "environment": mine,
        }
        other = tmp_path / "other.yaml"
        other.write_text(yaml.safe_dump({"services": {"bot": service}}), encoding="utf-8")
        files = ["--file", COMPOSE, "--file", other, "--project-name", "docent-test", "--in-pod", "false"]
        given = {**os.environ, "DOCENT_DOCUMENTS": str(ROOT / "seeds"), "DOCENT_TOKEN_FILE": str(token)}

        def compose(*arguments: str) -> None:
            subprocess.run(["podman-compose", *files, *arguments], env=given, cwd=tmp_path, check=True)

        compose("up", "--detach", "--no-build")
        name = containers.said("ps", "--quiet", "--filter=label=io.podman.compose.project=docent-test")

        def healthy() -> bool:
            return containers.podman("healthcheck", "run", name).returncode == 0

        try:
            until = time.monotonic() + 300
            while not healthy():
                assert time.monotonic() < until, containers.podman("logs", name).stderr
                time.sleep(2)
            chat = api.private(olga)
            chat.send("who attended?")
            chat.wait_until(lambda sent: any("Moscow" in message.text for message in sent), timeout=60)
            assert api.token not in containers.said("inspect", name)
            process = int(containers.said("inspect", "--format={{.State.Pid}}", name))
            os.kill(process, signal.SIGSTOP)
            assert not healthy(), "its event loop stands still"
            os.kill(process, signal.SIGCONT)
            assert healthy()
            begun = time.monotonic()
            containers.said("stop", "--time=10", name)
            assert time.monotonic() - begun < 10
            assert containers.said("inspect", "--format={{.State.ExitCode}}", name) == "0"
        finally:
            compose("down", "--volumes")
