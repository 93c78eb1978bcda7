"""The fuzzer itself: what it makes of files, and that it tells what goes wrong."""

import json
from random import Random

import pytest

from benchmarks.fuzzing import checks
from benchmarks.fuzzing.mutation import Mutator, unzipped, words
from index.parsing.base import Parsed
from index.parsing.formats import FORMATS
from index.parsing.outline import Outline
from tests.parsing.office import open_text, p, word, zipped
from tests.parsing.ole import compound

SEEDS = {
    "markdown": [b"# Club\n\nWe met. {{< hint >}}\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"],
    "office.docx": [word(p("The club met.") + "<w:tbl><w:tr><w:tc>" + p("Ann") + "</w:tc></w:tr></w:tbl>")],
    "office.odt": [open_text("<text:h text:outline-level='1'>Club</text:h><text:p>We met.</text:p>")],
    "jsonlines": [b'{"title": "Club", "text": ["We met.", {"who": "Ann"}]}'],
    "letters.msg": [compound({"__properties_version1.0": bytes(32), "__substg1.0_1000001F": b"W\0e\0"})],
}


@pytest.mark.slow
@pytest.mark.parametrize("module", SEEDS)
def test_damaged_files_are_read_as_promised_or_refused(module: str):
    form = next(form for form in FORMATS if form.module == module)
    check, mutator = checks.checker(form), Mutator(module, SEEDS[module], Random(7))
    damaged = [mutator.mutate(SEEDS[module][0]) for _ in range(60)]
    assert len(set(damaged)) > 40
    read = [check(data, f"a{form.suffixes[0]}") for data in damaged]
    assert sum(read) > 10 or module == "letters.msg"


def test_the_same_seed_makes_the_same_files():
    one, other = (Mutator("markdown", SEEDS["markdown"], Random(3)) for _ in range(2))
    assert [one.mutate(b"a b\nc\n") for _ in range(9)] == [other.mutate(b"a b\nc\n") for _ in range(9)]


def test_most_damaged_containers_can_be_opened_and_json_is_still_json():
    mutator = Mutator("office.docx", SEEDS["office.docx"], Random(5))
    opened = [unzipped(mutator.mutate(SEEDS["office.docx"][0])) for _ in range(40)]
    assert sum("word/document.xml" in entries for entries in opened) > 25
    mutator = Mutator("jsonlines", SEEDS["jsonlines"], Random(5))
    assert sum(_is_json(mutator.mutate(SEEDS["jsonlines"][0])) for _ in range(40)) > 25


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except ValueError:
        return False
    return True


def test_a_broken_promise_is_found(monkeypatch: pytest.MonkeyPatch):
    form = next(form for form in FORMATS if form.module == "plain")

    def parse(data: bytes, name: str) -> Parsed:
        outline = Outline()
        outline.add("paragraph", 0, len(data) + 1)
        return Parsed(data.decode(), outline.layout())

    monkeypatch.setattr("index.parsing.plain.parse", parse)
    with pytest.raises(AssertionError):
        checks.checker(form)(b"We met.", "a.txt")


def test_words_of_each_format_are_known():
    known = words()
    assert b"9" * 400 in known["numbers"]
    assert b"\\par" in known["office.rtf"]
    assert b"* - a\n     - b\n" in b"".join(known["markup.rst"])
    assert {form.module for form in FORMATS} - known.keys() == {
        "letters.msg", "office.legacy", "pages.picture",  # damaged by their bytes
    }  # fmt: skip


def test_what_is_no_container_has_no_entries():
    assert unzipped(zipped({"a": "b"})) == {"a": b"b"}
    assert unzipped(b"nothing") == {}
