"""Many at once: an engine under 64 askers, and what a chat with many questions does to the others.

    python -m benchmarks.many FILE... [--askers N] [--questions N]

* Threads share one warm engine, in a process that built nothing; each asks its questions one after the other,
  without a pause. Questions a second, and milliseconds until an asker has the answer: retrieval only, and
  with the reader.
* Chats as the Telegram front end serves them: its processor of updates, which takes a chat's questions in
  order, and as many workers as it has. One chat asks 20 questions at once, and right after it 20 others ask
  one each. How long each of these waited; "alone" is a question that nobody else is in the way of.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.corpus import lay
from benchmarks.machine import docent, machine, percentile, resident_mb, table
from bot.engine import Engine
from bot.settings import load

if TYPE_CHECKING:
    from collections.abc import Sequence

AT_ONCE, OTHERS = 20, 20  # questions of the one chat, and chats that ask one each
WITH_READER = 8  # so many times fewer questions are asked with the reader


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("files", nargs="+", type=Path, help="of SQuAD's format")
    parser.add_argument("--askers", type=int, default=64)
    parser.add_argument("--questions", type=int, default=24, help="of each asker")
    arguments = parser.parse_args()
    print(f"{machine()}\n", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        corpus = lay(arguments.files, Path(temporary), arguments.askers * arguments.questions)
        questions = [question for question, _ in corpus.questions]
        os.environ.update(corpus.environment)
        folder = f"{temporary}/index"
        docent("index", "--json", "--docs", corpus.documents, "--index", folder, extra=corpus.environment)
        crowd, chats = [], []
        for reader in ("none", "docent"):
            flags = {"documents.folder": corpus.documents, "index.folder": folder, "reader.model": reader}
            engine = Engine(load(environment=os.environ, flags=flags))
            engine.warm()
            each = arguments.questions if reader == "none" else max(1, arguments.questions // WITH_READER)
            label = "retrieval only" if reader == "none" else "with the reader"
            crowd.append((label, *_crowd(engine, questions, arguments.askers, each)))
            chats.append((label, *asyncio.run(_chats(engine, questions))))
    print(f"{len(corpus.paragraphs):,} paragraphs, {arguments.askers} askers:\n")
    print(table(["", "questions", "a second", "p50 ms", "p95 ms", "slowest ms", "resident MB"], crowd))
    print(f"\nOne chat asks {AT_ONCE} at once, then {OTHERS} chats ask one each:\n")
    head = ["", "alone ms", "the others, p50 ms", "the others, worst ms", "the one chat, last answer ms"]
    print(table(head, chats))


def _crowd(engine: Engine, questions: Sequence[str], askers: int, each: int) -> list[float]:
    """Let threads ask; questions, questions a second, three percentiles of milliseconds, memory."""
    ready = threading.Barrier(askers + 1)

    def ask(number: int) -> list[float]:
        ready.wait()
        times = []
        for question in (questions[(number + step * askers) % len(questions)] for step in range(each)):
            begin = time.perf_counter()
            engine.ask(question)
            times.append((time.perf_counter() - begin) * 1000)
        return times

    with ThreadPoolExecutor(askers) as pool:
        running = [pool.submit(ask, number) for number in range(askers)]
        ready.wait()
        begin = time.perf_counter()
        times = [ms for one in running for ms in one.result()]
        seconds = time.perf_counter() - begin
    shares = (0.5, 0.95, 1.0)
    spread = [percentile(times, share) for share in shares]
    return [len(times), len(times) / seconds, *spread, resident_mb()["VmRSS"]]


class _NoInbox:
    """Stands where the front end keeps updates that were not answered yet."""

    suspects: frozenset[int] = frozenset()

    def begin(self, update: Any) -> None:
        """Nothing is kept."""

    def settle(self, update: Any) -> None:
        """Nothing is kept."""


async def _chats(engine: Engine, questions: Sequence[str]) -> list[float]:
    """Let chats ask by the front end's processor; milliseconds."""
    from telegram import Chat, Message, Update

    from bot.telegram.transport.inbox import InOrder
    from bot.telegram.workers import Workers

    processor, workers, left = InOrder(_NoInbox()), Workers(), iter(questions)

    async def ask(chat: int, number: int) -> float:
        message = Message(number, datetime.now(UTC), Chat(chat, "private"), text=next(left))

        async def answer() -> None:
            await workers.do(lambda: engine.ask(message.text or ""))

        begin = time.perf_counter()
        await processor.do_process_update(Update(number, message=message), answer())
        return (time.perf_counter() - begin) * 1000

    alone = percentile([await ask(1, number) for number in range(5)], 0.5)
    many = [asyncio.create_task(ask(1, number)) for number in range(AT_ONCE)]
    await asyncio.sleep(0)  # they are queued by now
    others = [asyncio.create_task(ask(2 + number, AT_ONCE + number)) for number in range(OTHERS)]
    waited = await asyncio.gather(*others)
    last = max(await asyncio.gather(*many))
    workers.stop()
    return [alone, percentile(waited, 0.5), max(waited), last]


if __name__ == "__main__":
    main()
