"""/healthz, /readyz and /metrics: of a real bot while it is asked, and who gets no answer."""

import asyncio
import json
import re
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from telegram.error import TelegramError

from bot.answering.answers import chat as talk
from bot.engine import Engine
from bot.telegram.metrics import Metrics
from bot.telegram.monitoring import NO_INDEX, Monitoring, may_ask_for
from bot.telegram.persistence.state import Memory
from bot.telegram.services import Services
from index.errors import SettingsError
from tests.conftest import ROOT
from tests.telegram.chats import User
from tests.telegram.conftest import Start
from tests.telegram.desk import until
from tests.telegram.inside import Desk
from tests.telegram.server import BotApi
from tests.telegram.talks import CROSSING, STOCK, press, say

WATCHED = "-m", "tests.telegram.watched_bot"
UNKNOWN = "Which dog sings zebra opera?"
STARTING = "The bot is starting: it loads its models, and calls Telegram.\n"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def samples(text: str) -> dict[tuple[str, ...], float]:
    """All samples by name and values of labels; each series once."""
    found: dict[tuple[str, ...], float] = {}
    for family in text_string_to_metric_families(text):
        assert family.documentation, family.name
        for sample in family.samples:
            key = (sample.name, *(value for _, value in sorted(sample.labels.items())))
            assert key not in found, key
            found[key] = sample.value
    return found


def check_histograms(text: str) -> set[str]:
    """Buckets only grow, and the last is the count; the names of the histograms that hold something."""
    filled = set()
    for family in text_string_to_metric_families(text):
        if family.type != "histogram":
            continue
        series: dict[tuple[tuple[str, str], ...], list[float]] = {}
        counts = {}
        for sample in family.samples:
            labels = tuple(sorted(pair for pair in sample.labels.items() if pair[0] != "le"))
            if sample.name.endswith("_bucket"):
                series.setdefault(labels, []).append(sample.value)
            elif sample.name.endswith("_count"):
                counts[labels] = sample.value
        for labels, buckets in series.items():
            assert buckets == sorted(buckets)
            assert buckets[-1] == counts[labels]
            filled |= {family.name} if buckets[-1] else set()
    return filled


@pytest.fixture
def supervisor() -> Iterator[tuple[str, list[bytes]]]:
    """The address of one as systemd is, and what it has heard."""
    heard: list[bytes] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind("")  # Linux chooses a name

        def listen() -> None:
            while (told := line.recv(99)) != b"over":
                heard.append(told)

        thread = threading.Thread(target=listen)
        thread.start()
        yield line.getsockname().decode().replace("\0", "@"), heard
        line.sendto(b"over", line.getsockname())
        thread.join(10)


def test_a_bot_is_watched_from_start_to_stop(
    start: Start, api: BotApi, owner: User, supervisor: tuple[str, list[bytes]]
) -> None:
    port, (address, told) = free_port(), supervisor
    watched = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=5)

    def is_up() -> bool:
        try:
            return watched.get("/healthz").text == "alive\n"
        except httpx.ConnectError:
            return False

    def ready() -> tuple[int, str]:
        answer = watched.get("/readyz")
        return answer.status_code, answer.text

    api.fault("getMe", "502", times=3)
    running = start(
        ready=False,
        command=WATCHED,
        DOCENT_TELEGRAM__ADMINS=f"[{owner.id}]",
        DOCENT_MONITORING__PORT=str(port),
        DOCENT_LOGGING__FORMAT="json",
        NOTIFY_SOCKET=address,
        WATCHDOG_USEC="1500000",
    )
    until(is_up, 60)
    assert set(told) == {b"READY=1", b"WATCHDOG=1"}
    assert ready() == (503, STARTING)
    assert samples(watched.get("/metrics").text)["docent_ready",] == 0
    running.wait_line("Answering as")
    until(lambda: ready() == (200, "ready\n"))

    chat = api.private(owner)
    answer = say(chat, CROSSING)
    say(chat, STOCK)
    say(chat, UNKNOWN)
    api.inline(owner, CROSSING)
    api.fault("sendMessage", "429", retry_after=1)
    api.fault("sendMessage", "400", description="Bad Request: no such thing")
    say(chat, CROSSING)  # the first attempt hits flood control, the second is refused
    opened = press(api, answer, "[1]")
    for _ in range(2):  # the second time by its id
        assert press(api, opened, "📄 Send the file").document
    text = watched.get("/metrics").text
    found = samples(text)
    assert found["docent_questions_total", "found", "chat"] == 2
    assert found["docent_questions_total", "not_found", "chat"] == 1
    assert found["docent_questions_total", "talk", "chat"] == 0
    assert found["docent_questions_total", "found", "inline"] == 1
    assert found["docent_answer_seconds_count",] == 3
    assert found["docent_answer_seconds_sum",] > 0
    for stage in ("encode", "search", "fuse", "read", "compose", "check files"):
        assert found["docent_stage_seconds_count", stage] == 4, stage
    assert found["docent_telegram_errors_total", "RetryAfter", "sendMessage"] == 1
    assert found["docent_telegram_errors_total", "BadRequest", "sendMessage"] == 1
    assert found["docent_telegram_requests_total", "answerInlineQuery"] == 1
    assert found["docent_telegram_requests_total", "sendDocument"] == 2
    assert found["docent_telegram_files_total",] == 1
    assert [found["docent_uploads_total", result] for result in ("added", "refused", "clash")] == [0, 0, 0]
    assert found["docent_index_documents",] == 3
    assert found["docent_index_sentences",] == 13
    assert 0 < found["docent_index_age_seconds",] < 120
    assert (found["docent_ready",], found["docent_inbox_waiting",]) == (1, 0)
    assert 3 <= found["docent_event_loop_tasks",] < 40
    assert 3 <= found["docent_threads",] < 60
    assert found["process_resident_memory_bytes",] > 20e6
    assert check_histograms(text) == {
        "docent_answer_seconds",
        "docent_stage_seconds",
        "docent_event_loop_lag_seconds",
    }
    for secret in (api.token.partition(":")[2], "Olga", "garden", "minutes", "ferry", "docs"):
        assert secret not in text, secret
    assert str(owner.id) not in re.findall(r"[\d.]+", text)  # amid the digits of a value it may be
    logged = [json.loads(line) for line in running.log if line.startswith("{")]
    (failed,) = (line for line in logged if line["event"] == "failed")
    assert failed["error"] == "BadRequest"
    assert failed["traceback"].startswith("Traceback")
    assert [line["found"] for line in logged if line["event"] == "answered"] == [True, True, False]
    assert api.token.partition(":")[2] not in running.text

    chat.send("/add The plum tree bears forty kilos of plums.")
    until(lambda: samples(watched.get("/metrics").text)["docent_uploads_total", "added"] == 1)
    found = samples(watched.get("/metrics").text)
    assert found["docent_renewals_total", "changed"] == found["docent_renewal_seconds_count",] == 1
    assert found["docent_index_documents",] == 4

    api.fault("getUpdates", "502", times=None)
    until(lambda: ready()[0] == 503, 15)
    assert re.fullmatch(r"Telegram was not heard of for \d+ seconds\.\n", ready()[1])
    assert is_up()
    api.clear_faults()
    until(lambda: ready() == (200, "ready\n"), 20)
    assert samples(watched.get("/metrics").text)["docent_telegram_errors_total", "NetworkError", "getUpdates"]

    with socket.create_connection(("127.0.0.1", port)) as slow:
        slow.sendall(b"GET /metrics HTTP/1.1\r\nHost: 127")  # and no more
        assert running.stop(timeout=5) == 0
    assert not is_up()
    assert (told.count(b"READY=1"), told.count(b"STOPPING=1")) == (1, 1)
    assert told.count(b"WATCHDOG=1") > 5  # two a second, while Telegram was silent too


# --------------------------------------------------------------------------------------- in this process


@pytest.fixture
def services(engine: Engine, database: Memory, tmp_path: Path) -> Services:
    return Desk(engine, database, tmp_path).services


def served(
    services: Services, ask: Callable[[httpx.AsyncClient], Awaitable[None]], unready: str = ""
) -> None:
    """Ask a server of these services."""
    port = free_port()
    monitoring = replace(services.settings.monitoring, port=port)
    settings = replace(services.settings, monitoring=monitoring)

    async def scene() -> None:
        server = Monitoring(replace(services, settings=settings), lambda: unready)
        server.start()
        try:
            with pytest.raises(SettingsError) as error:
                Monitoring(replace(services, settings=settings), lambda: unready).start()
            assert str(error.value) == (
                "monitoring.listen and monitoring.port: nothing can listen there: Address already in use "
                f"(while attempting to bind on address ('127.0.0.1', {port})). Choose others, or the port 0 "
                "for none."
            )
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
                await ask(client)
        finally:
            await server.stop()

    asyncio.run(scene())


def test_only_get_and_head_are_answered_and_nothing_is_repeated(services: Services):
    async def ask(client: httpx.AsyncClient) -> None:
        for path, text in {"/healthz": "alive\n", "/readyz": "ready\n"}.items():
            answer = await client.get(path)
            assert (answer.status_code, answer.text) == (200, text)
            assert answer.headers["content-type"] == "text/plain; charset=utf-8"
            assert "server" not in answer.headers
            head = await client.head(path)
            assert (head.status_code, head.content, head.headers["content-length"]) == (
                200,
                b"",
                str(len(text)),
            )
        metrics = await client.get("/metrics")
        assert metrics.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
            answer = await client.request(method, "/metrics", content=b"secret" if method == "POST" else b"")
            assert (answer.status_code, answer.text) == (405, "Method Not Allowed\n")
            assert answer.headers["allow"] == "GET, HEAD"
        for path in ("/", "/metrics/x<b>", "/../etc/passwd", "/Healthz", "/healthz/"):
            answer = await client.get(path)
            assert (answer.status_code, answer.text) == (404, "Not Found\n")
        for name in ("evil.example", "127.0.0.1.evil.example:80", ""):
            answer = await client.get("/metrics", headers={"Host": name})
            assert (answer.status_code, answer.text) == (421, "Misdirected Request\n")

    served(services, ask)


def test_the_bots_own_reason_comes_first_then_the_index(services: Services):
    async def stopping(client: httpx.AsyncClient) -> None:
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.text) == (503, "The bot is stopping.\n")
        assert samples((await client.get("/metrics")).text)["docent_ready",] == 0

    async def damaged(client: httpx.AsyncClient) -> None:
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.text) == (503, f"{NO_INDEX}\n")
        found = samples((await client.get("/metrics")).text)
        assert (found["docent_ready",], found["docent_index_documents",]) == (0, 0)
        assert (await client.get("/healthz")).status_code == 200

    served(services, stopping, "The bot is stopping.")
    engine = services.engine
    (engine.generation().folder / "manifest.json").write_text("{")
    served(replace(services, engine=Engine(engine.settings, engine.encoder)), damaged)


def test_what_is_no_question_goes_through_no_stage_and_builds_are_counted_by_how_they_end():
    metrics = Metrics()
    metrics.answered(talk("Hi!", "greeting"), 0.25)
    metrics.answered(replace(talk("Hi!", ""), found=True, stages={"read": 40.0}), 3.0)
    metrics.renewed(2.0, changed=True)
    metrics.renewed(0.1, changed=False)
    metrics.not_renewed()
    text = metrics.exposition().decode()
    found = samples(text)
    assert [
        found["docent_questions_total", outcome, "chat"] for outcome in ("talk", "found", "not_found")
    ] == [
        1,
        1,
        0,
    ]
    assert found["docent_answer_seconds_sum",] == 3.25
    assert found["docent_answer_seconds_bucket", "0.25"] == 1
    assert found["docent_answer_seconds_bucket", "2.5"] == 1
    assert found["docent_answer_seconds_bucket", "5.0"] == 2
    assert (found["docent_stage_seconds_count", "read"], found["docent_stage_seconds_sum", "read"]) == (
        1,
        0.04,
    )
    assert found["docent_stage_seconds_bucket", "0.025", "read"] == 0
    assert found["docent_stage_seconds_bucket", "0.05", "read"] == 1
    for result in ("changed", "unchanged", "failed"):
        assert found["docent_renewals_total", result] == 1
    assert (found["docent_renewal_seconds_count",], found["docent_renewal_seconds_sum",]) == (1, 2.0)
    assert "_created" not in text
    assert samples(Metrics().exposition().decode())["docent_answer_seconds_count",] == 0  # nothing is shared


def test_the_page_names_every_metric_with_its_labels():
    metrics = Metrics()
    with pytest.raises(TelegramError), metrics.request("sendMessage", with_file=False):
        raise TelegramError("no")
    metrics.answered(replace(talk("Hi!", ""), stages={"read": 40.0}))
    named = set()
    for family in text_string_to_metric_families(metrics.exposition().decode()):
        if family.name.startswith("docent_"):
            name = f"{family.name}_total" if family.type == "counter" else family.name
            labels = {label for sample in family.samples for label in sample.labels} - {"le"}
            named.add((name, frozenset(labels)))
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `docent_")]
    found = re.findall(r"`(docent_\w+)(?:\{([\w,]+)\})?`", " ".join(rows))
    assert {(name, frozenset(filter(None, labels.split(",")))) for name, labels in found} == named


@pytest.mark.parametrize(
    ("host", "may"),
    [
        ("127.0.0.1:9464", True),
        ("192.168.1.5", True),
        ("[::1]:9464", True),
        ("localhost:9464", True),
        ("docent:9464", True),
        ("DOCENT.example.org:9464", True),
        ("docent.example.org.:9464", False),
        ("example.org", False),
        ("127.0.0.1.example.org", False),
        ("user@example.org", False),
        ("[::1", False),
        ("", False),
    ],
)
def test_hosts_that_are_ours(host: str, may: bool):
    assert may_ask_for(host, "docent.example.org") is may
