"""Shards: which documents are whose, what a shard writes, and an index that is built from bundles."""

from pathlib import Path

import numpy as np
import pytest

from index.building.build import build
from index.building.bundles import Bundled, Bundles
from index.building.sharding import Encoded, Shard, encode, of_shard
from index.documents import File
from index.errors import BundleError, DocumentsError
from index.settings import Settings, load
from tests.building.conftest import age, content, fill, rows_fit
from tests.building.failing import Failing
from tests.conftest import WordsEncoder


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A block is a handful of texts."""
    monkeypatch.setattr("index.building.encoding.BLOCK", 5)
    monkeypatch.setattr("index.building.sharding.BLOCK", 5)


def files(*sizes: int, suffix: str = ".txt") -> list[File]:
    return [
        File(f"{number:03}{suffix}", Path(f"{number:03}{suffix}"), size, 0)
        for number, size in enumerate(sizes)
    ]


def loads(all_files: list[File], count: int) -> list[int]:
    return [
        sum(file.size for file in of_shard(all_files, Shard(number + 1, count))) for number in range(count)
    ]


def of_folder(settings: Settings, name: str) -> Settings:
    """The same documents and another state."""
    state = str(settings.state_folder().with_name(name))
    return load(
        flags={
            "documents.folder": settings.documents.folder,
            "state.folder": state,
            "encoder.model": "all-MiniLM-L6-v2",
        }
    )


def run(settings: Settings, number: int, count: int, folder: Path, encoder: WordsEncoder) -> Encoded:
    return encode(settings, encoder, Shard(number, count), folder)


def test_shards_share_out_all_files_and_get_as_many_bytes_of_each_kind():
    mixed = files(900, 500, 400, 300, 100, 100, 100) + files(80, 70, 50, 20, 20, suffix=".PDF")
    shards = [of_shard(mixed, Shard(number, 2)) for number in (1, 2)]
    assert sorted(file.source for shard in shards for file in shard) == sorted(file.source for file in mixed)
    kinds = [sum(file.size for file in shard if file.path.suffix == ".PDF") for shard in shards]
    assert sorted(kinds) == [120, 120]
    assert loads(mixed, 2) == [1320, 1320]
    assert of_shard(mixed, Shard(2, 2)) == of_shard(list(mixed), Shard(2, 2))
    assert loads(files(5, 5), 4) == [5, 5, 0, 0]
    assert loads(files(), 2) == [0, 0]
    assert of_shard(files(7, 9), Shard(2, 10**18)) == files(7, 9)[:1]
    assert of_shard(files(7, 9), Shard(10**18, 10**18)) == []
    assert loads(files(*range(1, 1000)), 7) == [71360, 71359, 71358, 71357, 71356, 71355, 71355]


@pytest.mark.parametrize(("number", "count"), [(0, 2), (3, 2), (-1, 1), (1, 0)])
def test_a_shard_that_there_is_not(number, count):
    with pytest.raises(ValueError, match="There is no shard"):
        Shard(number, count)


@pytest.mark.slow
def test_an_index_built_from_bundles_is_the_same_as_one_built_alone(folder, settings, tmp_path):
    fill(folder, 20)
    (folder / "empty.txt").touch()
    (folder / "picture.xyz").write_bytes(b"no document")
    age(folder)
    encoders = [WordsEncoder() for _ in range(3)]
    done = [
        run(of_folder(settings, f"machine{number}"), number, 3, tmp_path / f"bundles/{number}", encoder)
        for number, encoder in enumerate(encoders, start=1)
    ]
    assert [(one.shard, one.kept, one.unchanged) for one in done] == [
        ("1/3", 0, 0), ("2/3", 0, 0), ("3/3", 0, 0),
    ]  # fmt: skip
    assert [one.embedded for one in done] == [one.texts for one in done]
    assert [one.embedded for one in done] == [len(set(encoder.encoded)) for encoder in encoders]
    assert sum(one.documents for one in done) == 23
    assert min(one.texts for one in done) > 10
    assert sorted(skip.source for one in done for skip in one.skipped) == ["empty.txt", "picture.xyz"]
    assert not settings.state_folder().exists()

    inner = WordsEncoder()
    there = Bundles([tmp_path / "bundles"], inner)
    summary = build(settings, Bundled(inner, there))
    assert inner.encoded == []
    assert summary.embedded == there.taken
    alone = of_folder(settings, "alone")
    build(alone, WordsEncoder())
    assert content(settings) == content(alone)
    assert rows_fit(settings)
    assert build(settings, WordsEncoder()).changed is False


def test_vectors_that_no_bundle_has_are_encoded(folder, settings, tmp_path):
    fill(folder, 20)
    run(settings, 1, 2, tmp_path / "bundles", WordsEncoder())
    (folder / "late.txt").write_text("This came late.")
    inner = WordsEncoder()
    there = Bundles([tmp_path / "bundles"], inner)
    summary = build(settings, Bundled(inner, there))
    assert "This came late." in inner.encoded
    assert len(inner.encoded) == summary.embedded - there.taken > 10
    assert there.taken > 10
    assert rows_fit(settings)


@pytest.mark.slow
def test_a_shard_that_was_broken_off_goes_on_where_it_was(folder, settings, tmp_path):
    fill(folder, 20)
    broken = Failing(4, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        run(settings, 1, 1, tmp_path / "bundles", broken)
    assert len(broken.encoded) == 20
    assert len(list((tmp_path / "bundles").iterdir())) == 4
    rest = WordsEncoder()
    done = run(settings, 1, 1, tmp_path / "bundles", rest)
    assert not set(broken.encoded) & set(rest.encoded)
    assert (done.kept, done.embedded) == (20, len(rest.encoded))
    again = WordsEncoder()
    assert run(settings, 1, 1, tmp_path / "bundles", again).embedded == 0
    assert again.encoded == []
    split = WordsEncoder()  # one that is split otherwise finds the same
    assert run(settings, 2, 3, tmp_path / "bundles", split).embedded == 0


def test_what_the_index_has_is_not_encoded_again(folder, settings, tmp_path):
    build(settings, WordsEncoder())
    (folder / "late.txt").write_text("This came late.")
    encoder = WordsEncoder()
    done = run(settings, 1, 1, tmp_path / "bundles", encoder)
    assert (done.documents, done.unchanged, encoder.encoded) == (1, 3, ["This came late."])


def test_a_shard_of_no_documents_writes_nothing(folder, settings, tmp_path):
    done = run(settings, 9, 9, tmp_path / "bundles", WordsEncoder())
    assert (done.documents, done.texts) == (0, 0)
    assert not (tmp_path / "bundles").exists()


def test_a_shard_adds_nothing_to_what_is_damaged_or_of_another_model(folder, settings, tmp_path):
    class Other(WordsEncoder):
        name = fingerprint = "another"

    bundles = tmp_path / "bundles"
    run(settings, 1, 1, bundles, Other())
    before = {file: file.read_bytes() for file in bundles.iterdir()}
    with pytest.raises(BundleError, match="the model another, the settings name words"):
        run(settings, 1, 1, bundles, WordsEncoder())
    for file in before:
        file.write_bytes(before[file][:100])
    with pytest.raises(BundleError, match="is damaged"):
        run(settings, 1, 1, bundles, Other())
    assert {file: file.read_bytes() for file in bundles.iterdir()} == {
        file: data[:100] for file, data in before.items()
    }


def test_a_shard_of_a_missing_folder(settings, tmp_path):
    gone = load(flags={"documents.folder": tmp_path / "gone", "state.folder": str(settings.state_folder())})
    with pytest.raises(DocumentsError, match="There is no documents folder"):
        run(gone, 1, 1, tmp_path / "bundles", WordsEncoder())


@pytest.mark.slow
def test_vectors_of_the_real_model_make_the_same_index(folder, settings, tmp_path, real_encoder):
    fill(folder, 5)
    for number in (1, 2):
        encode(of_folder(settings, f"m{number}"), real_encoder, Shard(number, 2), tmp_path / "bundles")
    build(settings, Bundled(real_encoder, Bundles([tmp_path / "bundles"], real_encoder)))
    alone = of_folder(settings, "alone")
    build(alone, real_encoder)
    shared, own = (content(one) for one in (settings, alone))
    assert np.allclose(shared.pop("vectors"), own.pop("vectors"), atol=1e-5)
    assert shared == own
