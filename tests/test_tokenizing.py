"""Tokenizers cut texts as each graph needs them, and equal ones are in memory once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit

from index import tokenizing
from index.graphs import NotExported
from index.tokenizing import SharedTokenizer


@pytest.fixture
def kept(tmp_path: Path) -> Callable[[str], Path]:
    """Makes folders with a tokenizer of three words, which was cut otherwise in each."""

    def keep(name: str) -> Path:
        words = Tokenizer(WordLevel({"one": 1, "two": 2, "?": 0}, unk_token="?"))
        words.pre_tokenizer = WhitespaceSplit()
        words.enable_truncation(len(name))
        words.enable_padding(length=50)
        (tmp_path / name).mkdir()
        tokenizing.keep(words, tmp_path / name)
        return tmp_path / name

    return keep


def test_equal_tokenizers_are_one_in_memory_but_each_cuts_as_it_should(kept: Callable[[str], Path]):
    short, long = SharedTokenizer(kept("a"), 2), SharedTokenizer(kept("other"), 4)
    assert short._cutter is long._cutter
    texts = ["one two one two one two", "two"]
    with ThreadPoolExecutor(4) as pool:  # those of Hugging Face fail with "Already borrowed"
        jobs = [pool.submit(each.encode_batch_fast, texts) for each in [short, long] * 200]
        counts = [pool.submit(long.count, texts[0]) for _ in range(200)]
        found = [[one.ids for one in job.result()] for job in jobs]
        assert {job.result() for job in counts} == {6}
    assert found == [[[1, 2], [2]], [[1, 2, 1, 2], [2]]] * 200
    assert [one.offsets for one in short.encode_batch([("one", "two")])] == [[(0, 3), (0, 3)]]
    assert long.special == 0


def test_other_tokenizers_are_loaded_themselves_and_leave_with_their_users(kept: Callable[[str], Path]):
    folder = kept("a")
    first = SharedTokenizer(folder, 9)
    file = folder / tokenizing._FILE
    file.write_text(file.read_text().replace('"two"', '"second"'))
    other = SharedTokenizer(folder, 9)
    assert [one.encode_batch_fast(["second two"])[0].ids for one in (first, other)] == [[0, 2], [2, 0]]
    known = len(tokenizing._loaded)
    del first
    assert len(tokenizing._loaded) == known - 1


@pytest.mark.parametrize("content", ["{broken", None])
def test_a_damaged_file_is_told(tmp_path: Path, content: str | None):
    if content is not None:
        (tmp_path / "tokenizer.json").write_text(content)
    with pytest.raises(NotExported):
        SharedTokenizer(tmp_path, 9)
