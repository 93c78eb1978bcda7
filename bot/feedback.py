"""What readers thought of answers, kept so that it can become questions to test with."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import msgspec

from bot import migrating
from bot.answering.answers import Answer
from bot.answering.intent import by_pattern
from index.errors import StateError, reason
from index.names import folder_as_text

SCHEMA = """
CREATE TABLE IF NOT EXISTS feedback (
    voter TEXT PRIMARY KEY,  -- who judged which answer, as a digest: nobody judges twice
    documents TEXT NOT NULL, question TEXT NOT NULL, searched_for TEXT NOT NULL, found INTEGER NOT NULL,
    quoted TEXT NOT NULL,    -- JSON: source, start, end and quote of each citation
    generation TEXT NOT NULL, verdict TEXT NOT NULL, time TEXT NOT NULL
);
"""

STEPS = (migrating.script(SCHEMA),)
"""How the log comes to its newest format; see ``bot/migrating.py``. A change of it is a step at the end."""


def name_of(documents: Path) -> str:
    """By what the log knows a documents folder."""
    return folder_as_text(documents)


Verdict = Literal["good", "bad"]


class Feedback:
    """The feedback log: an SQLite file that needs no server and no cleaning."""

    def __init__(self, file: Path, documents: Path) -> None:
        self._file = file
        self._documents = name_of(documents)

    def add(self, answer: Answer, generation: str, verdict: Verdict, voter: str) -> None:
        """Keep a verdict; the same voter's earlier one is replaced.

        Args:
            answer: what was judged.
            generation: of the index that it was made from.
            verdict: of the voter.
            voter: names one reader of one answer; only a digest of it is kept.

        Raises:
            StateError: the log cannot be written.
        """
        quoted = [
            {"source": c.source, "start": c.start, "end": c.end, "quote": c.quote} for c in answer.citations
        ]
        row = (
            sha256(voter.encode()).hexdigest()[:16],
            self._documents,
            answer.question,
            answer.searched_for,
            answer.found,
            msgspec.json.encode(quoted).decode(),
            generation,
            verdict,
            datetime.now(UTC).isoformat(timespec="seconds"),
        )
        with self._open() as database:
            database.execute("INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def export(self) -> Iterator[dict[str, Any]]:
        """Questions for ``docent eval``, oldest first.

        Of an answer judged good, the quotes are the evidence; where it said that the documents do not
        answer, the question is unanswerable. Of one judged bad the kind is "review" and the evidence
        empty: a person has to say what would have been right.

        Raises:
            StateError: the log cannot be read.
        """
        if not self._file.exists():
            return
        with self._open() as database:
            rows = database.execute(
                "SELECT question, searched_for, found, quoted, generation, verdict, time FROM feedback "
                "WHERE documents = ? ORDER BY time, rowid",
                [self._documents],
            ).fetchall()
        for question, searched_for, found, quoted, generation, verdict, time in rows:
            citations = msgspec.json.decode(quoted)
            good = verdict == "good"
            kind = ("list" if by_pattern(searched_for) == "several" else "fact") if found else "unanswerable"
            yield {
                "question": question,
                "kind": kind if good else "review",
                "evidence": [citation["quote"] for citation in citations] if good else [],
                "searched_for": searched_for,
                "quoted": citations,
                "verdict": verdict,
                "generation": generation,
                "time": time,
            }

    def move(self, before: str) -> None:
        """Have the verdicts on answers from documents that were in another folder be on those of this one.

        Raises:
            StateError: the log cannot be written.
        """
        with self._open() as database:
            database.execute(
                "UPDATE feedback SET documents = ? WHERE documents = ?", [self._documents, before]
            )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """The log for one transaction."""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._file, timeout=1)) as database, database:
                migrating.migrate(database, STEPS, f"The feedback log {self._file}")
                yield database
        except (OSError, sqlite3.Error) as error:
            raise StateError(
                f"The feedback log {self._file} cannot be used: {reason(error)}. Check that the disk is "
                "writable; if the file is damaged, move it away."
            ) from None
