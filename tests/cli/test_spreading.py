"""`docent index --shard` and `--bundles`: vectors made by several processes, and an index built from them."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import ANSWER, ATTENDED, STAGES, Run, timeless
from tests.words_encoder import WordsEncoder


def test_shards_are_encoded_and_an_index_is_built_from_them(run: Run, tmp_path: Path):
    to = str(tmp_path / "my bundles")
    first = run("index", "--shard", "1/2", "--to", to)
    assert (first.code, timeless(first.out)) == (
        0,
        "shard 1/2: 1 document, 8 texts (0 there already, 8 embedded) in 0.0 s\n",
    )
    assert first.err == "reading documents (1)\nloading the model\nencoding documents (1)\n"
    second = json.loads(run("index", "--shard", "2/2", "--to", to, "--json").out)
    assert 0 < second.pop("seconds") < 60
    assert second == {
        "shard": "2/2",
        "folder": to,
        "documents": 2,
        "texts": 7,
        "kept": 0,
        "embedded": 7,
        "unchanged": 0,
        "skipped": [],
        "encoder": "words",
    }
    again = run("index", "--shard", "1/2", "--to", to)
    assert timeless(again.out) == "shard 1/2: 1 document, 8 texts (8 there already, 0 embedded) in 0.0 s\n"

    built = run("index", "--bundles", to)
    assert (built.code, built.err) == (0, STAGES)
    assert timeless(built.out) == (
        "indexed: 3 documents, 5 passages, 13 sentences (0 reused, 15 from bundles, 0 embedded) in 0.0 s\n"
    )
    assert run("ask", "who", "attended", "the", "meeting?").code == 0


def test_what_bundles_lack_is_encoded_and_said(run: Run, docs: Path, tmp_path: Path):
    run("index", "--shard", "2/2", "--to", str(tmp_path / "b"))
    (docs / "empty.txt").touch()
    built = run("index", "--bundles", str(tmp_path / "b"), "--json")
    summary = json.loads(built.out)
    assert (summary["bundled"], summary["embedded"], summary["reused"]) == (7, 8, 0)
    assert built.err.splitlines()[-1] == (
        "The bundles lacked 8 texts, encoded here: documents changed since the shards were encoded, or a "
        "shard is missing."
    )
    unread = run("index", "--shard", "1/1", "--to", str(tmp_path / "b"))
    assert timeless(unread.out) == (
        "shard 1/1: 0 documents, 3 more as the index has them, 0 texts (0 there already, 0 embedded) in 0.0 s"
        "\nskipped: empty.txt (empty)\n"
    )


def test_bundles_of_another_model_are_refused_and_the_index_stays(
    indexed: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as patch:
        patch.setattr(WordsEncoder, "name", "another")
        patch.setattr(WordsEncoder, "fingerprint", "another")
        indexed("index", "--shard", "1/1", "--to", str(tmp_path / "b"), "--docs", str(tmp_path / "docs"))
    refused = indexed("index", "--full", "--bundles", str(tmp_path / "b"))
    assert refused.code == 1
    assert refused.err.startswith(f"docent: The vectors in '{tmp_path}/b/vectors-")
    assert "were made with the model another, the settings name words. Give all machines" in refused.err
    assert indexed("ask", "who", "attended", "the", "meeting?").code == 0


def test_vectors_are_not_written_among_the_documents(run: Run, docs: Path):
    refused = run("index", "--shard", "1/1", "--to", str(docs / "letters" / ".." / "b"))
    assert (refused.code, refused.out) == (1, "")
    assert refused.err == (
        f"docent: '{docs}/letters/../b' would be among the documents. Name another folder with --to.\n"
    )
    assert not (docs / "b").exists()


def test_a_folder_without_bundles(run: Run, tmp_path: Path):
    (tmp_path / "b").mkdir()
    refused = run("index", "--bundles", str(tmp_path / "b"))
    assert (refused.code, refused.err) == (
        1,
        f"docent: There are no bundles of vectors in '{tmp_path}/b'. `docent index --shard I/N --to DIR` "
        "makes them.\n",
    )
    assert run("index", "--bundles", str(tmp_path / "missing")).code == 2


def test_an_index_goes_to_a_server_as_it_is(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("qdrant_client")
    from tests.engines.double import running

    assert json.loads(run("index", "--json").out)["embedded"] == 15
    with running() as double:
        monkeypatch.setenv("DOCENT_INDEX__URL", double.url)
        monkeypatch.chdir(tmp_path)
        (tmp_path / "qdrant").touch()  # a file is not meant
        moved = json.loads(run("index", "--to", "qdrant", "--json").out)
        assert (moved["embedded"], moved["sentences"]) == (0, 13)
        monkeypatch.setenv("DOCENT_INDEX__ENGINE", "qdrant")
        assert run("ask", *ATTENDED).out == ANSWER


@pytest.mark.parametrize(
    "options",
    [
        ["--shard", "1/2"],
        ["--to", "b"],
        ["--shard", "1/2", "--to", "b", "--full"],
        ["--shard", "1/2", "--to", "b", "--watch"],
        ["--shard", "1/2", "--to", "b", "--bundles", "."],
        ["--watch", "--bundles", "."],
        ["--shard", "3/2", "--to", "b"],
        ["--shard", "0/2", "--to", "b"],
        ["--shard", "2", "--to", "b"],
        ["--shard", "½", "--to", "b"],
        ["--shard", "1/2", "--to", ""],
        ["--shard", "1/2", "--to", __file__],
    ],
)
def test_options_that_do_not_go_together(run: Run, options: list[str]):
    refused = run("index", *options)
    assert (refused.code, refused.out) == (2, "")
    assert "Error: " in refused.err
