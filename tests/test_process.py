"""Docent as its users run it: whole processes, the shipped document, the real model."""

import json
import os
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from bot.engine import Engine
from bot.settings import load
from index.catalogue import MINILM
from index.errors import IndexMissing
from index.serving import ServedEncoder
from tests.conftest import ROOT, UNTRACED

pytestmark = pytest.mark.slow

DOCENT = str(Path(sys.executable).with_name("docent"))
SEED = "000_7ed84d5328117ab5.txt"

Run = Callable[..., subprocess.CompletedProcess[str]]


def environment(state: Path, **more: str) -> dict[str, str]:
    """No network, no colour, all state in a folder of the test's own."""
    offline = {"PYTHONPATH": str(ROOT / "tests" / "offline"), "HF_HUB_OFFLINE": "1"}
    return {**os.environ, **offline, "DOCENT_STATE__FOLDER": str(state), "COLUMNS": "80", **more}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs ``docent`` with arguments to its end, in the checkout."""

    def run(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
        command = [DOCENT, *map(str, arguments)]
        state = environment(tmp_path / "state")
        options = {"env": state, "cwd": ROOT, "timeout": 120, **options}
        return subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload, no-any-return]

    return run


def test_the_first_question_is_answered_from_a_fresh_checkout_with_no_network(run: Run) -> None:
    done = run("ask", "who attended?", "--json")
    assert done.returncode == 0, done.stderr
    assert "There is no index yet: building it from 'seeds'." in done.stderr
    answer = json.loads(done.stdout)
    text = (ROOT / "seeds" / SEED).read_text(encoding="utf-8")
    assert json.loads(run("show", SEED, "--json").stdout)["text"] == text
    for citation in answer["citations"]:
        assert text[citation["start"] : citation["end"]] == citation["quote"]
        assert text[citation["passage_start"] : citation["passage_end"]] == citation["passage"]
    quoted = " ".join(citation["quote"].replace("\xa0", " ") for citation in answer["citations"])
    for evidence in (
        "members of the government-appointed Peace Council are attending the event",
        "among the dozen nations to send envoys to the event is the United States",
        "India has sent an envoy to attend the talks",
    ):
        assert evidence in quoted


def test_many_questions_are_answered_in_order_each_on_a_line(run: Run) -> None:
    questions = [
        "Who is Russia's foreign minister?",
        "How do I reset my router?",
        "Who won the 2018 World Cup?",
    ]
    done = run("ask", "-", input="\n\n".join(questions))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["question"] for answer in answers] == questions
    assert [answer["found"] for answer in answers] == [True, False, False]
    assert "Sergey Lavrov" in answers[0]["answer"]
    assert done.returncode == 0


def test_what_the_documents_do_not_hold_is_not_found(run: Run) -> None:
    done = run("ask", "How do I reset my router?")
    assert done.returncode == 3
    assert done.stdout.startswith("The documents do not answer this.\n")


@pytest.mark.parametrize("arguments", [["--help"], ["status"], ["--version"], ["feedback", "export"]])
def test_it_starts_without_torch_numpy_faiss_and_telegram(arguments: list[str], tmp_path: Path) -> None:
    code = (
        "import sys\n"
        f"sys.argv = ['docent', *{arguments!r}]\n"
        "from bot.terminal.main import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert end.code == 0\n"
        "heavy = {'torch', 'numpy', 'faiss', 'sentence_transformers', 'langchain_text_splitters'}\n"
        "heavy |= {'telegram', 'httpx', 'tornado'}\n"
        "assert not heavy & sys.modules.keys(), heavy & sys.modules.keys()\n"
    )
    state = environment(tmp_path / "state")
    done = subprocess.run(
        [sys.executable, "-c", code], env=state, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_killing_the_build_at_any_moment_leaves_an_index_that_answers(
    tmp_path: Path, real_encoder: ServedEncoder
) -> None:
    """20 kills between the first sign of life and the end; half of them while files are written."""
    docs, index, state = tmp_path / "docs", tmp_path / "index", tmp_path / "state"
    docs.mkdir()
    command = [DOCENT, "index", "--docs", str(docs), "--index", str(index)]
    light = {"DOCENT_ENCODER__MODEL": MINILM.name, "DOCENT_READER__MODEL": "docent"}
    flags = {"documents.folder": docs, "index.folder": str(index), "state.folder": str(state)}
    engine = Engine(load(environment=light, flags=flags), real_encoder)
    rng = random.Random(20)

    def write(version: int) -> None:
        for number in range(30):
            text = (
                f"Report {number}\n\nThe harbour of town {number} was opened in the year {1800 + version}.\n"
            )
            (docs / f"{number}.txt").write_text(text, encoding="utf-8")

    write(0)
    engine.build()
    killed = 0
    for attempt in range(1, 21):
        write(attempt)
        process = subprocess.Popen(
            command, env=environment(state, **light, **UNTRACED), stderr=subprocess.PIPE, text=True
        )
        assert process.stderr is not None
        awaited = "indexing words" if attempt % 2 else "reading documents"
        for line in process.stderr:
            if line.startswith(awaited):
                break
        with suppress(subprocess.TimeoutExpired):
            process.wait(rng.uniform(0, 0.08 if attempt % 2 else 8))
        process.kill()
        killed += process.wait() != 0
        process.stderr.close()
        engine.generation().check()
        answer = engine.ask("When was the harbour of town 7 opened?")
        assert answer.found
        year = int(answer.citations[0].quote.removesuffix(".").rsplit(" ", 1)[1])
        assert year in range(1800, 1801 + attempt)
    assert killed >= 10  # else the moments were too late to show anything
    engine.build()
    assert "1820" in engine.ask("When was the harbour of town 7 opened?").text
    assert not list((index / "generations").glob(".draft-*"))


def test_killing_the_very_first_build_leaves_none_and_the_next_succeeds(tmp_path: Path, run: Run) -> None:
    index = tmp_path / "index"
    command = [DOCENT, "index", "--index", str(index)]
    process = subprocess.Popen(
        command, env=environment(tmp_path), stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stderr is not None
    assert process.stderr.readline() == "reading documents (1)\n"
    process.kill()
    process.wait()
    process.stderr.close()
    with pytest.raises(IndexMissing):
        Engine(load(flags={"index.folder": str(index)})).generation()
    assert run("index", "--index", index).returncode == 0


def test_of_a_thousand_documents_only_the_edited_one_is_embedded_again(
    tmp_path: Path, real_encoder: ServedEncoder
) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    for number in range(1000):
        (docs / f"{number}.txt").write_text(f"The lighthouse {number} is {number + 5} metres high.\n")
    settings = load(flags={"documents.folder": docs, "state.folder": str(tmp_path / "state")})
    engine = Engine(settings, real_encoder)
    first = engine.build()
    assert (first.documents, first.embedded, first.reused) == (1000, 1000, 0)
    (docs / "500.txt").write_text("The lighthouse 500 was painted green.\n")
    second = engine.build()
    assert (second.documents, second.embedded, second.reused, second.documents_embedded) == (1000, 1, 999, 1)
    assert "green" in engine.ask("Which colour has lighthouse 500?").text


def test_an_installed_wheel_works_outside_the_checkout(tmp_path: Path, docs: Path) -> None:
    pip = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-build-isolation",
        "--no-deps",
        "-q",
        "-w",
        str(tmp_path),
    ]
    if shutil.which("pip", path=str(Path(sys.executable).parent)) is None:  # `make` installs without pip
        pip = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
        subprocess.run(pip, cwd=ROOT, check=True, capture_output=True)
    else:
        subprocess.run([*pip, str(ROOT)], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("docent_bot-*.whl")
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    code = "import bot, sys; from bot.terminal.main import main; assert 'site' in bot.__file__; main()"
    state = environment(tmp_path / "unused", XDG_STATE_HOME=str(tmp_path / "xdg"))
    del state["DOCENT_STATE__FOLDER"]
    state["PYTHONPATH"] = f"{site}{os.pathsep}{state['PYTHONPATH']}"
    command = [sys.executable, "-c", code, "ask", "who attended the meeting?", "--docs", docs.name]
    done = subprocess.run(command, env=state, cwd=docs.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Alice Archer, Bob Baker and Carol Cook" in done.stdout
    assert (tmp_path / "xdg" / "docent" / "indexes").is_dir()  # the platform's place, on Linux
