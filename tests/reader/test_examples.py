"""Question files made into examples: right passages, nearly right ones, and what is kept back."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.questions import plain_quotes, read_squad
from bot.reader import examples as module
from bot.reader.examples import Example, held_out, prepare
from index.building.progress import Silent
from index.errors import QuestionsError
from tests.conftest import WordsEncoder

SHARE, SEED = 0.5, 3


class Told(Silent):
    """Keeps the stages that it is told of."""

    def __init__(self) -> None:
        self.stages: list[str] = []

    def stage(self, name: str, total: int) -> None:
        self.stages.append(name)


@pytest.fixture(scope="module")
def made(
    home: Path, away: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> list[Example]:
    patch = pytest.MonkeyPatch()
    request.addfinalizer(patch.undo)
    patch.setattr(module, "encoder_of", WordsEncoder)
    folder = tmp_path_factory.mktemp("made")
    return prepare([away], [home], folder, share=SHARE, seed=SEED, progress=Silent())


def test_every_question_is_an_example_once(made: list[Example], home: Path, away: Path):
    asked = {
        (article.title, question.text)
        for article in read_squad([home, away])
        for question in article.questions
    }
    assert sorted((example.title, example.question) for example in made) == sorted(asked)
    assert {example.file for example in made} == {"home.json", "away.json"}


def test_right_passages_come_first_and_hold_the_answers(made: list[Example], home: Path, away: Path):
    answers = {
        question.text: question.evidence
        for article in read_squad([home, away])
        for question in article.questions
    }
    for example in made:
        rights = [read.right for read in example.reads]
        assert rights == sorted(rights, reverse=True)
        assert any(rights) == bool(answers[example.question])
        for read in example.reads:
            assert bool(read.spans) == read.right
            assert {read.text[start:end] for start, end in read.spans} <= set(answers[example.question])
            assert read.home or not read.right
    both = next(example for example in made if example.question.startswith("Who built the lighthouse"))
    assert {both.reads[0].text[start:end] for start, end in both.reads[0].spans} == {
        "Ada Holm", "the engineer Ada Holm",
    }  # fmt: skip


def test_wrong_passages_do_not_answer_and_come_as_retrieval_ranks_them(
    made: list[Example], home: Path, away: Path
):
    answers = {
        question.text: question.evidence
        for article in read_squad([home, away])
        for question in article.questions
    }
    for example in made:
        wrong = [read for read in example.reads if not read.right]
        assert wrong
        assert len(wrong) <= module.NEAR + module.ELSEWHERE
        assert [read.score for read in wrong] == sorted((read.score for read in wrong), reverse=True)
        for read in wrong:
            assert not any(
                plain_quotes(answer) in plain_quotes(read.text) for answer in answers[example.question]
            )
        texts = [read.text for read in example.reads]
        assert len(set(texts)) == len(texts)


def titles(*files: Path) -> set[str]:
    return {article.title for article in read_squad(files)}


def test_articles_are_kept_back_whole(made: list[Example], home: Path):
    for example in made:
        assert example.held_out == (example.title in titles(home) and held_out(example.title, SHARE, SEED))
    assert {example.held_out for example in made if example.file == "home.json"} == {True, False}


def test_an_article_that_is_kept_back_is_not_learned_from_another_file(
    home: Path, away: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "encoder_of", WordsEncoder)
    kept = {title for title in titles(home) if held_out(title, SHARE, 2)}
    assert kept & titles(away) == {"Merrin clock"}
    for example in prepare([away], [home], tmp_path, share=SHARE, seed=2, progress=Silent()):
        assert example.held_out == (example.title in kept)


def test_examples_are_made_once_and_again_where_anything_differs(
    home: Path, away: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: list[Example]
):
    monkeypatch.setattr(module, "encoder_of", WordsEncoder)

    def run(**more: object) -> tuple[list[Example], bool]:
        told = Told()
        given = {"share": SHARE, "seed": SEED, "progress": told, **more}
        return prepare([away], [home], tmp_path, **given), bool(told.stages)  # type: ignore[arg-type]

    assert run() == (made, True)
    assert run() == (made, False)
    shuffled, anew = run(seed=SEED + 1)
    assert anew
    assert [example.question for example in shuffled] != [example.question for example in made]
    assert run(share=1.0)[1]
    assert not list(tmp_path.glob("*.part"))


def test_a_file_that_is_wrong_is_named(tmp_path: Path):
    file = tmp_path / "q.json"
    file.write_text("{}", encoding="utf-8")
    with pytest.raises(QuestionsError, match=r"q\.json is not in SQuAD's format"):
        prepare([], [file], tmp_path, share=SHARE, seed=SEED, progress=Silent())


@pytest.mark.slow
@given(st.text(max_size=30), st.integers(0, 9), st.floats(0, 1), st.floats(0, 1))
def test_a_greater_share_keeps_back_what_the_smaller_one_does(
    title: str, seed: int, one: float, other: float
):
    small, large = sorted((one, other))
    assert held_out(title, large, seed) or not held_out(title, small, seed)
    assert not held_out(title, 0.0, seed)
    assert held_out(title, 1.0, seed)


def test_about_the_share_is_kept_back():
    kept = sum(held_out(f"Article {number}", 0.2, 1) for number in range(2000))
    assert 320 < kept < 480
    assert sum(held_out(f"A{n}", 0.5, 1) != held_out(f"A{n}", 0.5, 2) for n in range(100)) > 20
