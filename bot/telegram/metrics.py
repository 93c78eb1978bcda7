"""What is counted and timed while the bot runs, for Prometheus: no texts, no names, no ids.

Labels take few values, all of them words of ours or of Telegram's (methods, kinds of errors).
https://prometheus.io/docs/practices/naming/
"""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from telegram.error import TelegramError

from bot.answering.answers import Answer

disable_created_metrics()  # type: ignore[no-untyped-call] # else each series has one more, of when it began

_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)  # seconds
_SLOW = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60, 120)
_BUILDS = (0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600)


class Metrics:
    """One of each, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)  # memory, processor time, open files, start: on Linux
        self._questions = Counter(
            "docent_questions",
            "Questions answered, by where (chat, inline, unasked) and outcome (found, not_found, talk).",
            ["where", "outcome"],
            registry=registry,
        )
        self._answer = Histogram(
            "docent_answer_seconds",
            "From the turn of a question in a chat to its answer being shown there.",
            buckets=_SLOW,
            registry=registry,
        )
        self._stages = Histogram(
            "docent_stage_seconds",
            "How long each stage of finding an answer took.",
            ["stage"],
            buckets=_QUICK,
            registry=registry,
        )
        self._requests = Counter(
            "docent_telegram_requests",
            "Requests of the Bot API but the polls, repetitions included, by method.",
            ["method"],
            registry=registry,
        )
        self._errors = Counter(
            "docent_telegram_errors",
            "Requests and polls that failed, by method and kind; flood control (429) is RetryAfter.",
            ["method", "kind"],
            registry=registry,
        )
        self._files = Counter(
            "docent_telegram_files",
            "Files and pictures sent to Telegram; those sent again by their id are none.",
            registry=registry,
        )
        self._uploads = Counter(
            "docent_uploads",
            "What was sent in to become a document, by result (added, refused, clash: that name is taken).",
            ["result"],
            registry=registry,
        )
        self._renewals = Counter(
            "docent_renewals",
            "Times the index was brought up to date, by result (changed, unchanged, failed).",
            ["result"],
            registry=registry,
        )
        self._renewal = Histogram(
            "docent_renewal_seconds",
            "How long builds of the index took that changed it.",
            buckets=_BUILDS,
            registry=registry,
        )
        self._lag = Histogram(
            "docent_event_loop_lag_seconds",
            "By how much a timer of the event loop was late; looked at every second.",
            buckets=_QUICK,
            registry=registry,
        )
        self._ready = Gauge("docent_ready", "1 where /readyz says so, else 0.", registry=registry)
        self._waiting = Gauge("docent_inbox_waiting", "Updates received, not handled yet.", registry=registry)
        self._tasks = Gauge("docent_event_loop_tasks", "Tasks of the event loop.", registry=registry)
        self._threads = Gauge("docent_threads", "Threads of Python, idle ones included.", registry=registry)
        self._documents = Gauge("docent_index_documents", "Documents of the index.", registry=registry)
        self._sentences = Gauge("docent_index_sentences", "Sentences of the index.", registry=registry)
        self._age = Gauge("docent_index_age_seconds", "Since the index last changed.", registry=registry)
        for result in ("changed", "unchanged", "failed"):  # so that a first one is seen as a rise
            self._renewals.labels(result)
        for outcome in ("found", "not_found", "talk"):
            self._questions.labels("chat", outcome)
        for result in ("added", "refused", "clash"):
            self._uploads.labels(result)

    def answered(self, answer: Answer, seconds: float | None = None, *, where: str = "chat") -> None:
        """A question was answered; ``seconds`` passed until its answer was shown."""
        outcome = "talk" if answer.talk else "found" if answer.found else "not_found"
        self._questions.labels(where, outcome).inc()
        for stage, took_ms in answer.stages.items():
            self._stages.labels(stage).observe(took_ms / 1000)
        if seconds is not None:
            self._answer.observe(seconds)

    @contextmanager
    def request(self, method: str, *, with_file: bool) -> Iterator[None]:
        """A request of the Bot API is made; ``with_file`` tells whether it carries one."""
        self._requests.labels(method).inc()
        try:
            yield
        except TelegramError as error:
            self.refused(method, error)
            raise
        self._files.inc(with_file)

    def refused(self, method: str, error: TelegramError) -> None:
        """A request failed."""
        self._errors.labels(method, type(error).__name__).inc()

    def uploaded(self, result: str) -> None:
        """Something that was sent in was added, refused, or there is a clash."""
        self._uploads.labels(result).inc()

    def renewed(self, seconds: float, *, changed: bool) -> None:
        """A build ended well."""
        self._renewals.labels("changed" if changed else "unchanged").inc()
        if changed:
            self._renewal.observe(seconds)

    def not_renewed(self) -> None:
        """A build failed."""
        self._renewals.labels("failed").inc()

    def lagged(self, seconds: float) -> None:
        """A timer of the event loop was so late."""
        self._lag.observe(seconds)

    def stands(self, *, ready: bool, waiting: int, tasks: int, threads: int) -> None:
        """How the bot is just now."""
        self._ready.set(ready)
        self._waiting.set(waiting)
        self._tasks.set(tasks)
        self._threads.set(threads)

    def holds(self, documents: int, sentences: int, age: float) -> None:
        """What the index holds just now, and for how many seconds it has."""
        self._documents.set(documents)
        self._sentences.set(sentences)
        self._age.set(age)

    def exposition(self) -> bytes:
        """All of it as Prometheus reads it (text format 0.0.4, UTF-8)."""
        return generate_latest(self._registry)
