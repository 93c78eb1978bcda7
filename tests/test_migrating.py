"""Files of earlier formats are brought to the newest by steps; those of later ones are left alone."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.feedback import Feedback
from bot.migrating import Step, migrate, missing_columns, script, version
from bot.telegram.persistence import state
from index.errors import StateError

FIRST = script("CREATE TABLE one (a TEXT);  -- a comment; with a semicolon\nINSERT INTO one VALUES ('x;y');")
SECOND = missing_columns("one", b="INTEGER")
THIRD = script("UPDATE one SET b = 5; CREATE TABLE two (c);")
STEPS = FIRST, SECOND, THIRD


@pytest.fixture
def database(tmp_path: Path):
    with closing(sqlite3.connect(tmp_path / "x.sqlite", isolation_level=None)) as database:
        yield database


def tables(database: sqlite3.Connection) -> list[str]:
    return [name for (name,) in database.execute("SELECT name FROM sqlite_master ORDER BY name")]


def test_a_new_file_goes_through_all_steps_and_an_older_one_through_the_rest(database: sqlite3.Connection):
    migrate(database, STEPS[:1], "x")
    assert (version(database), tables(database)) == (1, ["one"])
    migrate(database, STEPS, "x")
    assert (version(database), tables(database)) == (3, ["one", "two"])
    assert database.execute("SELECT * FROM one").fetchall() == [("x;y", 5)]


def test_a_file_of_the_newest_format_is_only_read(database: sqlite3.Connection, tmp_path: Path):
    migrate(database, STEPS, "x")
    with closing(sqlite3.connect(f"file:{tmp_path / 'x.sqlite'}?mode=ro", uri=True)) as readonly:
        migrate(readonly, STEPS, "x")
    assert database.execute("SELECT count(*) FROM one").fetchone() == (1,)


def test_a_column_that_is_there_is_not_added_again(database: sqlite3.Connection):
    database.execute("CREATE TABLE one (a TEXT, b INTEGER)")
    migrate(database, [SECOND], "x")
    assert [row[1] for row in database.execute("PRAGMA table_info(one)")] == ["a", "b"]


def test_a_step_that_fails_leaves_the_file_as_the_one_before_it_left_it(database: sqlite3.Connection):
    breaks = script("CREATE TABLE two (c); INSERT INTO nowhere VALUES (1);")
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        migrate(database, [FIRST, breaks], "x")
    assert (version(database), tables(database)) == (1, ["one"])
    migrate(database, STEPS, "x")
    assert version(database) == 3


def test_two_processes_at_once_do_a_step_once(database: sqlite3.Connection, tmp_path: Path):
    def meanwhile(_: sqlite3.Connection) -> None:
        raise AssertionError("it was done already")

    class Slow(sqlite3.Connection):
        """Another process has migrated the file between this one's look and its transaction."""

        def execute(self, sql: str, *values: object) -> sqlite3.Cursor:
            if sql.startswith("BEGIN") and version(database) == 0:
                migrate(database, [FIRST], "x")
            return super().execute(sql, *values)

    steps: list[Step] = [meanwhile]
    with closing(sqlite3.connect(tmp_path / "x.sqlite", isolation_level=None, factory=Slow)) as other:
        migrate(other, steps, "x")
        assert (version(other), tables(other)) == (1, ["one"])


def test_a_file_of_a_later_format_is_refused_and_left_alone(tmp_path: Path):
    bot, log = tmp_path / "bot.sqlite", tmp_path / "feedback.sqlite"
    for file in (bot, log):
        with closing(sqlite3.connect(file, isolation_level=None)) as database:
            database.execute("PRAGMA user_version = 99")
    with pytest.raises(StateError) as refusal:
        state.connect(bot)
    assert str(refusal.value) == (
        f"The bot's file {bot} was written by a newer Docent: it has format 99, and this one knows none "
        f"above {len(state.STEPS)}. Install the newer Docent again, or run `docent restore FILE --force` "
        "with a backup that was made before the update."
    )
    with pytest.raises(StateError, match=r"The feedback log .* has format 99, .* knows none above 1\."):
        next(Feedback(log, tmp_path).export())
    for file in (bot, log):
        with closing(sqlite3.connect(file)) as database:
            assert (version(database), tables(database)) == (99, [])


def test_a_bot_s_file_that_counted_no_steps_yet_becomes_like_a_new_one(tmp_path: Path):
    with closing(sqlite3.connect(tmp_path / "old.sqlite")) as database:
        database.execute(
            "CREATE TABLE answers (id INTEGER PRIMARY KEY AUTOINCREMENT, chat, question_message)"
        )
    columns = []
    for name in ("old.sqlite", "new.sqlite"):
        with closing(state.connect(tmp_path / name)) as database:
            assert version(database) == len(state.STEPS)
            known = {row[1] for row in database.execute("PRAGMA table_info(answers)")}
            columns.append((tables(database), known & {"thread", "doubtful", "now", "scope"}))
    assert columns[0] == columns[1]
    assert columns[1][1] == {"thread", "doubtful", "now", "scope"}
