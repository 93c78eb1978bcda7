"""Examples of paragraphs: answers stand where they are said to, and articles are held out in all files."""

import json
import random
from pathlib import Path

import pytest

from bot.reader import paragraphs
from bot.reader.examples import held_out
from bot.reader.mixture import Mixture

FERRY = "The ferry sails at nine. It carries forty people. Dogs ride free. Ada Holm steers it."
MILL = "The mill is old. It grinds rye. Ben Carver keeps it."


def article(title: str, *texts: str, answer: str = "forty") -> dict[str, object]:
    def marked(text: str) -> list[dict[str, object]]:
        return [{"text": answer, "answer_start": text.index(answer)}] if answer in text else []

    return {
        "title": title,
        "paragraphs": [
            {
                "context": text,
                "qas": [
                    {
                        "question": f"How many people, {title}?",
                        "answers": marked(text),
                    }
                ],
            }
            for text in texts
        ],
    }  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "one.json"
    data = [article(f"Title_{letter}", FERRY, MILL) for letter in "ABCDEFGH"]
    path.write_text(json.dumps({"data": data}), encoding="utf-8")
    return path


def test_answers_stand_where_they_are_marked(file: Path):
    found = paragraphs.examples([file], set(), share=0, seed=1)
    assert len(found) == 16
    for example in found:
        first, *others = example.reads
        if first.right:
            assert {first.text[start:end] for start, end in first.spans} == {"forty"}
        assert not any("forty" in read.text and first.right for read in others)


def test_articles_are_held_out_by_title_in_every_file(file: Path, tmp_path: Path):
    other = tmp_path / "two.json"
    other.write_text(json.dumps({"data": [article("title a", FERRY, MILL)]}), encoding="utf-8")
    found = paragraphs.examples([file, other], {"one.json"}, share=0.5, seed=1)
    kept = {example.title for example in found if example.held_out and example.file == "one.json"}
    assert kept == {f"Title_{letter}" for letter in "ABCDEFGH" if held_out(f"Title_{letter}", 0.5, 1)}
    assert 0 < len(kept) < 8
    assert {e.held_out for e in found if e.file == "two.json"} == {"Title_A" in kept}


def test_a_stretch_is_of_whole_sentences_about_what_is_wanted():
    text = " ".join(f"Sentence number {number} says little." for number in range(60))
    wanted = text.index("number 30"), text.index("number 30") + 9
    for seed in range(20):
        start, end = paragraphs.stretch(text, wanted, random.Random(seed))
        assert start <= wanted[0]
        assert wanted[1] <= end
        assert text[start:].startswith("Sentence")
        assert text[:end].endswith("little.")
        assert end - start < 1000


def test_small_files_are_read_more_than_their_size_and_shares_are_kept(file: Path, tmp_path: Path):
    large = tmp_path / "large.json"
    data = [article(f"Other {number}", FERRY, MILL) for number in range(72)]
    large.write_text(json.dumps({"data": data}), encoding="utf-8")
    found = paragraphs.examples([file, large], set(), share=0, seed=1)
    asked = [one for batch in Mixture(found, count=4000, seed=2).batches() for one, _ in batch]
    assert len(asked) == 4000
    assert sum(one.file == "one.json" for one in asked) / 4000 == pytest.approx(1 / 4, abs=0.03)
    fixed = Mixture(found, count=4000, seed=2, shares={"one.json": 0.6}, batch=8).batches()
    assert sum(one.file == "one.json" for batch in fixed for one, _ in batch) / 4000 == pytest.approx(
        0.6, abs=0.03
    )
    assert max(map(len, fixed)) == 8
