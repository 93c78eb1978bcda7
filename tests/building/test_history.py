"""What a build writes down of how the documents changed, and what became of words since."""

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from index import history
from index.building.build import build
from index.building.differences import plain, said, stands
from index.engines.local.store import Store
from index.history import Edit, Place, Renewal, Said, traced
from index.settings import load
from tests.building.conftest import current
from tests.conftest import LETTER, MINUTES, WordsEncoder

TWO, THREE = "The crossing takes two days.", "The crossing takes three days."
FERRY = "letters/ferry.txt"


def known(settings) -> tuple[Renewal, ...]:
    store = Store(settings.index_folder())
    return history.read(store.folder, str(store.current_name()))


def edits(settings) -> list[Edit]:
    """Those of the last build."""
    return list(known(settings)[-1].edits)


def rewrite(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_the_first_build_and_one_that_changes_nothing_tell_of_no_change(folder, settings, encoder):
    first = build(settings, encoder)
    assert [(one.generation, one.before, one.edits) for one in known(settings)] == [
        (first.generation, "", ())
    ]
    build(settings, encoder)
    assert len(known(settings)) == 1


def test_documents_are_added_edited_moved_and_removed(folder, settings, encoder):
    build(settings, encoder)
    rewrite(folder / FERRY, TWO, f"{THREE} Bring food.")
    rewrite(folder / "minutes.md", "It will stand behind the school.\n", "")
    (folder / "soup.txt").rename(folder / "onion-soup.txt")
    (folder / "plums.txt").write_text("The plum tree bears forty kilos.")
    build(settings, encoder)
    assert edits(settings) == [
        Edit(
            kind="edited", source=FERRY, title="ferry",
            places=(Place((TWO,), (THREE, "Bring food."), (0,)),),
        ),
        Edit(
            kind="edited", source="minutes.md", title="Minutes of the garden club",
            places=(Place(("It will stand behind the school.",), (), (-1,)),),
        ),
        Edit(kind="moved", source="onion-soup.txt", title="Onion soup", before="soup.txt"),
        Edit(kind="added", source="plums.txt", title="plums"),
    ]  # fmt: skip
    (folder / "plums.txt").unlink()
    build(settings, encoder)
    assert edits(settings) == [Edit(kind="removed", source="plums.txt", title="plums")]
    assert [len(one.edits) for one in known(settings)] == [0, 4, 1]
    assert "forty kilos" not in (settings.index_folder() / history.NAME).read_text(encoding="utf-8")


def test_what_only_looks_otherwise_or_stands_elsewhere_is_no_change(folder, settings, encoder):
    build(settings, encoder)
    text = MINUTES.replace("attended the", "attended\nthe").replace("greenhouse", "**greenhouse**")
    sorry = "Dora Dean sent her apologies.\n"
    (folder / "minutes.md").write_text(f"{text.replace(sorry, '')}\n{sorry}")
    summary = build(settings, encoder)
    assert (summary.changed, edits(settings)) == (True, [])


def test_a_moved_document_may_be_edited_too(folder, settings, encoder):
    build(settings, encoder)
    (folder / FERRY).unlink()
    (folder / "iceland.txt").write_text(LETTER.replace(TWO, THREE), encoding="utf-8")
    build(settings, encoder)
    [edit] = edits(settings)
    assert (edit.kind, edit.source, edit.before) == ("moved", "iceland.txt", FERRY)
    assert edit.places == (Place((TWO,), (THREE,), (0,)),)


def test_another_way_of_dividing_is_no_change_and_a_full_build_tells_of_real_ones(
    folder, settings, encoder, tmp_path
):
    build(settings, encoder)
    other = load(flags={
        "documents.folder": folder, "state.folder": str(tmp_path / "state"), "reader.model": "none",
        "encoder.model": "all-MiniLM-L6-v2", "passages.max_tokens": 20, "passages.min_tokens": 1,
    })  # fmt: skip
    again = build(other, WordsEncoder())
    assert (again.changed, again.reused, edits(other)) == (True, 13, [])
    rewrite(folder / FERRY, TWO, THREE)
    build(other, WordsEncoder(), full=True)
    assert [(edit.source, edit.places) for edit in edits(other)] == [
        (FERRY, (Place((TWO,), (THREE,), (0,)),))
    ]
    assert len(known(other)) == 3


def test_what_came_before_an_index_that_cannot_be_read_is_kept_and_the_gap_tells_of_no_change(
    folder, settings, encoder
):
    build(settings, encoder)
    rewrite(folder / FERRY, TWO, THREE)
    build(settings, encoder)
    shutil.rmtree(current(settings).folder / "lexical")
    (folder / "plums.txt").write_text("The plum tree bears forty kilos.")
    build(settings, encoder)
    assert [len(one.edits) for one in known(settings)] == [0, 1, 0]


def test_an_old_index_that_was_altered_stops_no_build(folder, settings, encoder, caplog):
    build(settings, encoder)
    texts = current(settings).folder / "texts.sqlite"
    with closing(sqlite3.connect(texts)) as database, database:
        database.execute("UPDATE documents SET contexts = zeroblob(length(contexts))")
    rewrite(folder / FERRY, TWO, THREE)
    assert build(settings, encoder).changed
    assert [len(one.edits) for one in known(settings)] == [0, 0]
    assert "what changed since generation" in caplog.text


def test_a_renewal_that_never_became_current_is_no_part_of_the_chain(tmp_path):
    now = datetime.now(UTC).isoformat()
    for name, before in (("a", ""), ("orphan", "a"), ("b", "a"), ("c", "b")):
        history.append(tmp_path, Renewal(generation=name, before=before, created=now))
    chain = history.read(tmp_path, "c")
    assert [one.generation for one in chain] == ["a", "b", "c"]
    assert [one.generation for one in history.after(chain, "a") or ()] == ["b", "c"]
    assert history.after(chain, "c") == ()
    assert history.after(chain, "orphan") is None


@pytest.mark.parametrize(
    "content", [b"", b"\0\xff\n{", b'{"format": 99}\n{"other": 1}\n', b'{"format": 1}\n{"gen']
)
def test_a_history_that_cannot_be_read_is_begun_anew(tmp_path, content):
    (tmp_path / history.NAME).write_bytes(content)
    assert history.read(tmp_path, "a") == ()
    renewal = Renewal(generation="a", before="", created=datetime.now(UTC).isoformat())
    history.append(tmp_path, renewal)
    assert history.read(tmp_path, "a") == (renewal,)
    assert json.loads((tmp_path / history.NAME).read_bytes().splitlines()[0]) == {"format": 1}


def test_it_is_bounded_by_age_and_size(tmp_path):
    now = datetime.now(UTC)
    edit = Edit(kind="edited", source="a", title="a", places=(Place(("x" * 900,), ()),))
    for age, name in ((32, "old"), (3, "one"), (2, "two"), (1, "three")):
        created = (now - timedelta(days=age)).isoformat()
        history.append(tmp_path, Renewal(generation=name, before="", created=created, edits=(edit,)))
    assert history.read(tmp_path, "old") == ()
    assert len(history.read(tmp_path, "one")) == 1
    fourth = Renewal(generation="four", before="", created=now.isoformat(), edits=(edit,))
    history.append(tmp_path, fourth, most_bytes=2500)
    names = [
        msgspec.json.decode(one)["generation"]
        for one in (tmp_path / history.NAME).read_bytes().splitlines()[1:]
    ]
    assert names == ["three", "four"]


def test_a_large_edit_is_cut_with_a_count(folder, settings, encoder):
    file = folder / "rows.txt"
    file.write_text("\n\n".join(f"Sort {i} costs {i} euros today." for i in range(600)))
    build(settings, encoder)
    file.write_text("\n\n".join(f"Sort {i} costs {i + i % 2} euros today." for i in range(600)))
    build(settings, encoder)
    [edit] = edits(settings)
    assert (len(edit.places), edit.left_out) == (200, 200)
    assert edit.places[0] == Place(("Sort 1 costs 1 euros today.",), ("Sort 1 costs 2 euros today.",), (0,))


def test_units_that_recur_hide_no_change(folder, settings, encoder):
    file = folder / "votes.txt"
    lines = [f"Vote {i} was held." if i % 9 == 0 else f"Nobody spoke {i % 2}." for i in range(300)]
    file.write_text("\n\n".join(lines))
    build(settings, encoder)
    file.write_text("\n\n".join(lines).replace("Vote 18 was", "Vote 18 was not"))
    build(settings, encoder)
    [edit] = edits(settings)
    assert edit.places == (Place(("Vote 18 was held.",), ("Vote 18 was not held.",), (0,)),)


def test_what_cannot_be_written_down_stops_no_build(folder, settings, encoder, caplog):
    build(settings, encoder)
    (settings.index_folder() / history.NAME).unlink()
    (settings.index_folder() / history.NAME).mkdir()
    rewrite(folder / FERRY, TWO, THREE)
    assert build(settings, encoder).changed
    assert "what changed cannot be kept" in caplog.text
    assert THREE in current(settings).document(FERRY).text


UNITS = ["Costs", "The fee is 5 euros for guests.", "Yes. It is open.", "Anna; 5", "Dogs stay out! Cats too."]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("The fee is 5 euros for guests.", True),
        ("The fee is 5 euros", False),
        ("fee is 5 euros for guests.", False),
        ("Yes.", True),
        ("It is open. Anna; 5", True),
        ("Anna", False),
        ("Cats too.", True),
        ("too.", False),
        ("Dogs stay out!", True),
    ],
)
def test_words_stand_where_they_are_whole_sentences(words, found):
    assert stands(UNITS, words) is found


def renewals(*kept: tuple[Edit, ...]) -> list[Renewal]:
    return [
        Renewal(generation=f"g{i}", before=f"g{i - 1}", created=f"2026-01-0{i}", edits=one)
        for i, one in enumerate(kept, 1)
    ]


def edited(*places: Place, kind="edited", source="a.txt", before="") -> tuple[Edit, ...]:
    return (Edit(kind=kind, source=source, title=source, before=before, places=places),)


def test_what_became_of_words():
    said_once = Said("a.txt", "Two.")
    change = edited(Place(("Two.",), ("Three.",), (0,)))
    again = edited(Place(("Three.",), ("Four.",), (0,)))
    moved = edited(kind="moved", source="b.txt", before="a.txt")
    cases = [
        ((), "Two.", said_once),
        ((change,), "Three.", Said("a.txt", "Three.", "2026-01-01")),
        ((change, again), "Four.", Said("a.txt", "Four.", "2026-01-02")),
        ((change, moved, ()), "Three.", Said("b.txt", "Three.", "2026-01-01")),
        ((moved,), "Two.", Said("b.txt", "Two.")),
        ((edited(Place(("Two.",), (), (-1,))), again), "", Said("a.txt", "", "2026-01-01")),
        ((edited(kind="removed"),), "", Said("a.txt", "", "2026-01-01")),
        ((edited(source="c.txt"),), "", said_once),  # another document
        ((edited(Place(("Six.",), ("Seven.",), (0,))),), "Two.", said_once),
        ((edited(),), "Seven.", Said("a.txt", "", "2026-01-01")),  # among what was left out
    ]
    for kept, now, expected in cases:
        assert traced(said_once, renewals(*kept), lambda _, words, now=now: words == now) == expected
    # what was found before is where the next search begins
    assert traced(Said("a.txt", "Three.", "2025-12-31"), renewals(again), lambda *_: True).words == "Four."


def test_units_are_told_in_one_line(engine):
    generation = engine.generation()
    assert said(generation, generation.entry("letters/ferry.txt"))[:3] == [
        "Dear Miriam,", "the ferry to Iceland leaves from Hirtshals on Tuesday.", TWO,
    ]  # fmt: skip
    assert plain(" a\n b\t" + "c" * 5000) == "a b " + "c" * 1996
