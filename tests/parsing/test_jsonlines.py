"""JSON and JSON Lines: tables, records and sections."""

import json

import pytest

from index.parsing.base import Parsed, Unreadable
from index.parsing.jsonlines import parse
from tests.parsing.outlined import outlined


def read(value: object) -> Parsed:
    return parse(json.dumps(value, ensure_ascii=False).encode(), "a.json")


def test_objects_that_are_alike_are_rows():
    data = (
        b'{"name": "Anna", "age": 31, "address": {"city": "Bonn"}, "tags": ["a", "b"]}\n\n'
        b'{"name": "Ben", "age": 25, "address": {"city": "K\xc3\xb6ln"}, "on": true}\n'
    )
    parsed = parse(data, "a.jsonl")
    assert parsed.text == "name\tage\taddress.city\ttags\ton\nAnna\t31\tBonn\ta, b\t\nBen\t25\tKöln\t\ttrue"
    assert outlined(parsed) == [
        "table",
        "  head: name | age | address.city | tags | on",
        "  row: Anna | 31 | Bonn | a, b | ",
        "  row: Ben | 25 | Köln |  | true",
    ]


def test_objects_that_differ_are_records_below_their_names():
    assert outlined(
        read([{"title": "Tea", "price": 3}, {"name": "Opening", "from": 9, "to": None, "on": "Monday"}])
    ) == [
        "heading1: Tea",
        "list",
        "  record: price: 3",
        "heading1: Opening",
        "list",
        "  record: from: 9",
        "  record: on: Monday",
    ]


def test_long_texts_are_paragraphs():
    answer = "Press the button until the light blinks. " * 10
    parsed = parse(
        json.dumps({"question": "How?", "answer": answer + "\n\nThen wait.", "id": 1}).encode() + b"\n{}",
        "a.jsonl",
    )
    assert outlined(parsed) == [
        "heading1: How?",
        "list",
        "  term: answer",
        "  definition",
        f"    paragraph: {answer.strip()}",
        "    paragraph: Then wait.",
        "list",
        "  record: id: 1",
    ]


def test_an_object_with_objects_in_it():
    assert outlined(
        read({
            "app": {"name": "Docent", "hosts": ["a", "b"]},
            "users": [{"n": "Anna", "role": "admin"}, {"n": "Ben", "role": "user"}],
            "debug": True,
            "limits": {"hours": 3},
        })
    ) == [
        "list",
        "  record: debug: true",
        "  record: limits.hours: 3",
        "heading1: app",
        "list",
        "  record: name: Docent",
        "  record: hosts: a, b",
        "heading1: users",
        "table",
        "  head: n | role",
        "  row: Anna | admin",
        "  row: Ben | user",
    ]  # fmt: skip


def test_lists_of_words_and_single_values():
    assert outlined(read(["tea", "milk"])) == ["list", "  record: tea", "  record: milk"]
    assert outlined(read("tea")) == ["paragraph: tea"]
    assert outlined(read([["a", 1], ["b", 2]])) == ["list", "  record: 1: a, 1", "  record: 2: b, 2"]


def test_vectors_and_files_in_letters_are_left_out():
    assert outlined(read({"word": "tea", "vector": [0.5] * 384, "picture": "QUJD" * 500})) == [
        "list",
        "  record: word: tea",
    ]


def test_a_few_broken_lines_are_left_out():
    assert outlined(parse(b'{"a": "x", "b": 1}\n{"a": "y", "b": 2}\n{"a": ', "a.jsonl")) == [
        "table", "  head: a | b", "  row: x | 1", "  row: y | 2",
    ]  # fmt: skip


def test_characters_that_no_text_holds():
    assert parse(b'{"a": "x\\u0000y\\ud800z"}', "a.json").text == "a: xy?z"


def test_deep_values():
    data = b'{"a":' * 40 + b'"deep"' + b"}" * 40
    assert parse(data, "a.json").text.endswith(".a: deep")
    with pytest.raises(Unreadable, match=r"^damaged, or no JSON$"):
        parse(b"[" * 100_000 + b"]" * 100_000, "a.json")


def test_no_json():
    for data, reason in (
        (b"Hello there.", "^damaged, or no JSON$"),
        (b"", "^damaged, or no JSON$"),
        (b"{}", "^empty of words$"),
        (b"[null, []]", "^empty of words$"),
        (bytes(range(32)) * 9, "^binary"),
    ):
        with pytest.raises(Unreadable, match=reason):
            parse(data, "a.json")
