"""What has changed of late, for whoever may see it."""

from datetime import UTC, datetime, timedelta

from bot.changelog import Change, first_of, recent, text
from index.history import Edit, Place, Renewal

NOW = datetime.now(UTC)
PLACE = Place(("Two.",), ("Three.",), (0,))


def renewal(days: float, *edits: Edit) -> Renewal:
    when = (NOW - timedelta(days=days)).isoformat()
    return Renewal(generation=f"g{days}", before="", created=when, edits=edits)


def edit(kind: str, source: str, **more: object) -> Edit:
    return Edit(kind=kind, source=source, title=source, **more)  # type: ignore[arg-type]


OLD, FIRST = (
    renewal(8, edit("added", "old.txt")),
    renewal(2, edit("added", "a/x.txt"), edit("edited", "b/y.txt")),
)
LAST = renewal(
    1, edit("moved", "b/z.txt", before="a/x.txt", places=(PLACE,), left_out=3), edit("removed", "b/w.txt")
)


def test_the_newest_come_first_and_old_ones_not_at_all():
    found = recent([OLD, FIRST, LAST])
    assert [(one.when, one.edit.source) for one in found] == [
        (LAST.created, "b/z.txt"), (LAST.created, "b/w.txt"),
        (FIRST.created, "a/x.txt"), (FIRST.created, "b/y.txt"),
    ]  # fmt: skip
    assert len(recent([OLD, FIRST, LAST], days=9)) == 5


def test_of_what_is_not_seen_nothing_is_told_not_even_that_something_came_from_there():
    only_a, only_b = (
        recent([FIRST, LAST], shows=lambda source, x=x: source.startswith(x)) for x in ("a/", "b/")
    )
    assert [one.edit for one in only_a] == [
        Edit(kind="removed", source="a/x.txt", title="a/x.txt"), edit("added", "a/x.txt"),
    ]  # fmt: skip
    assert [one.edit for one in only_b] == [
        edit("added", "b/z.txt"),
        edit("removed", "b/w.txt"),
        edit("edited", "b/y.txt"),
    ]


def test_only_so_many_units_are_shown_and_the_rest_is_counted():
    places = [Place(("a", "b", "c"), ("d",)), Place((), ("e", "f")), Place(("g",), ("h",))]
    assert first_of(places, 4) == ([Place(("a", "b", "c"), ("d",)), Place((), ("e",))], 3)
    assert first_of(places, 2) == ([Place(("a", "b"), ("d",))], 5)
    assert first_of(places, 9) == (places, 0)


def test_in_a_terminal():
    when = "2026-11-29T10:11:12.5+00:00"
    moved = edit("moved", "b.txt", before="a.txt", places=(PLACE,), left_out=3)
    assert text([Change(when, moved), Change(when, edit("removed", "c\x1b[2J.txt"))], 7).split("\n") == [
        "2026-11-29 10:11  moved    b.txt (was a.txt)",
        "    - Two.",
        "    + Three.",
        "    and 3 more sentences",
        "2026-11-29 10:11  removed  c[2J.txt",
    ]
    assert text([], 30) == "Nothing has changed in the documents in the last 30 days."
