"""Notebooks: their words, code, and what it printed."""

import json

import pytest

from index.parsing.base import Parsed, Unreadable
from index.parsing.notebook import parse
from tests.parsing.outlined import outlined, styled


def read(cells: list[dict], **more: object) -> Parsed:
    return parse(json.dumps({"nbformat": 4, "metadata": {}, "cells": cells, **more}).encode(), "a.ipynb")


def test_cells():
    parsed = read(
        [
            {
                "cell_type": "markdown",
                "source": ["# Tea\n", "\n", "Some **green** tea &mdash; and\n", "- milk\n"],
            },
            {
                "cell_type": "code",
                "source": "x = 1\nprint(x)",
                "outputs": [
                    {"output_type": "stream", "name": "stdout", "text": ["\x1b[31m1\x1b[0m\n"]},
                    {"output_type": "stream", "name": "stderr", "text": "warning"},
                    {
                        "output_type": "execute_result",
                        "data": {"text/plain": "<Figure size 1>", "image/png": "iVBO"},
                    },
                    {"output_type": "stream", "text": "long\n" * 100},
                ],
            },
            {
                "cell_type": "markdown",
                "source": "| a | b |\n|---|---|\n| 1 | 2 |\n\n![plot](attachment:p.png)",
            },
        ],
        metadata={"title": "Lab", "authors": [{"name": "Anna"}, {"name": "Ben"}]},
    )
    assert outlined(parsed) == [
        "heading1: Tea",
        "paragraph: Some **green** tea &mdash; and",
        "list",
        "  item",
        "    paragraph: milk",
        "code: x = 1\nprint(x)",
        "code: 1",
        "table",
        "  head: a | b",
        "  row: 1 | 2",
        "paragraph: plot",
    ]
    assert styled(parsed) == [("bold", "green", "")]
    assert [(parsed.text[mark.start : mark.end], mark.instead) for mark in parsed.layout.markup[:3]] == [
        ("**", ""), ("**", ""), ("&mdash;", "—"),
    ]  # fmt: skip
    assert parsed.title == "Lab"
    assert parsed.properties == {"author": "Anna, Ben"}


def test_notebooks_of_old():
    parsed = parse(
        json.dumps({
            "nbformat": 3,
            "worksheets": [{
                "cells": [
                    {"cell_type": "heading", "level": 2, "source": "Tea"},
                    {"cell_type": "code", "input": "x", "outputs": [{"output_type": "pyout", "text": "1"}]},
                ]
            }],
        }).encode(),
        "a.ipynb",
    )  # fmt: skip
    assert outlined(parsed) == ["heading2: Tea", "code: x", "code: 1"]


def test_no_notebook():
    for data, reason in (
        (b"words", "^damaged, or no notebook$"),
        (b"[]", "^no notebook$"),
        (b"{}", "^empty of words$"),
        (b'{"cells": [1, {"cell_type": "markdown", "source": 3}], "metadata": 4}', "^empty of words$"),
    ):
        with pytest.raises(Unreadable, match=reason):
            parse(data, "a.ipynb")
