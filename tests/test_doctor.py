"""The doctor names each thing that is wrong with a set-up, and says how to mend it."""

import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from filelock import FileLock

from bot.engine import Engine
from bot.reader.together import Readers
from bot.settings import Settings, load
from bot.telegram import identity
from bot.telegram.persistence import state
from bot.telegram.persistence.access import Access
from bot.telegram.persistence.listened import Listened
from bot.telegram.transport.receiving import CONFLICT
from bot.terminal import doctor, telegram_doctor
from bot.terminal import main as cli
from bot.terminal.doctor import examine
from bot.terminal.findings import Finding, text
from index.serving import ServedEncoder
from tests.conftest import WordsEncoder
from tests.reader.words import WordReader
from tests.telegram.server import TOKEN, BotApi

Examined = list[Finding]
Examine = Callable[..., Examined]


@pytest.fixture(scope="module")
def server() -> Iterator[BotApi]:
    with BotApi() as server:
        yield server


@pytest.fixture
def api(server: BotApi) -> Iterator[BotApi]:
    """One server for all, as good as new."""
    me = dict(server.me)
    server.me["can_read_all_group_messages"] = True
    yield server
    server.clear_faults()
    server.me.update(me)
    server.updates.webhook = None
    server.updates.last_error = ""


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.engine.encoder_of", WordsEncoder)
    for name in [name for name in os.environ if name.startswith(("DOCENT_", "TELEGRAM_"))]:
        monkeypatch.delenv(name)


@pytest.fixture
def flags(docs: Path, tmp_path: Path, api: BotApi) -> dict[str, object]:
    """Settings with which all is well."""
    return {
        "documents.folder": docs,
        "state.folder": str(tmp_path / "state"),
        "reader.model": "none",
        "telegram.base_url": api.url,
        "telegram.admins": [5],
    }


@pytest.fixture
def built(flags: dict[str, object]) -> Settings:
    """The same, with an index."""
    settings = load(flags=flags)
    Engine(settings).build()
    return settings


@pytest.fixture
def look(built: Settings, flags: dict[str, object]) -> Examine:
    """Examines with some settings changed; the token is never told, whatever is wrong."""

    def look(token: str = TOKEN, listen: int = 0, **changed: object) -> Examined:
        names = {name.replace("__", "."): value for name, value in changed.items()}
        found = list(examine(load(flags=flags | names), {identity.TOKEN: token} if token else {}, listen))
        assert TOKEN not in repr(found)
        return found

    return look


def wrong(found: Examined) -> list[str]:
    return [finding.text for finding in found if finding.level == "wrong"]


def only(found: Examined) -> str:
    """The one thing that is wrong."""
    (text,) = wrong(found)
    return text


def test_files_not_of_docent_s_making_are_named(look: Examine, tmp_path: Path):
    for number in range(4):
        (tmp_path / "state" / f"copy{number}.sqlite").touch()
    (noted,) = [finding.text for finding in look(token="") if finding.text.startswith("state:")]
    names = ", ".join(str(tmp_path / "state" / f"copy{number}.sqlite") for number in range(3))
    assert noted == (
        f"state: 4 files in its folders not of Docent's making: {names} and 1 more. `docent backup` leaves "
        "them out; move away what is not needed there."
    )


def test_all_is_well(look: Examine, docs: Path, tmp_path: Path, built: Settings):
    found = look()
    assert {finding.level for finding in found} == {"ok"}
    texts = [finding.text for finding in found]
    assert texts[0] == f"documents: 3 files in '{docs}'"
    assert texts[1].startswith("model: words loads without network in ")
    assert texts[2].startswith("index: 3 documents, built 20")
    assert texts[3:] == [
        f"disk: the state folder {tmp_path / 'state'} is writable",
        f"disk: the index folder {built.index_folder()} is writable",
        "access: 1 administrator, 0 others may ask",
        "token: Telegram knows it as @docent_test_bot",
        "polling: no other program polls with this token",
    ]


def test_a_reader_that_loads(look: Examine, monkeypatch: pytest.MonkeyPatch):
    reader = WordReader({})
    monkeypatch.setattr("bot.engine.readers_of", lambda settings: Readers(reader))
    texts = [finding.text for finding in look() if finding.level == "ok"]
    assert texts[2] == "reader: words loads without network"
    assert reader.asked == [("?", ["."])]


def test_a_reader_that_does_not_load(look: Examine, tmp_path: Path):
    (tmp_path / "reader").mkdir()
    said = only(look(reader__model=str(tmp_path / "reader")))
    assert said.startswith(f"reader: The model in {tmp_path / 'reader'} has no .safetensors weights.")


def test_it_leaves_no_trace(look: Examine, tmp_path: Path):
    before = sorted(tmp_path.rglob("*"))
    look()
    assert sorted(tmp_path.rglob("*")) == before


def test_findings_are_written_one_a_line():
    assert text(Finding("ok", "disk: fine")) == "ok     disk: fine"
    assert text(Finding("note", "disk: so so")) == "note   disk: so so"
    assert text(Finding("wrong", "disk: full")) == "WRONG  disk: full"


# ------------------------------------------------------------------------------------------ token


def test_a_token_that_is_missing(look: Examine):
    for token in ("", "  "):
        assert wrong(look(token)) == []
        assert look(token)[-1] == Finding(
            "note", f"telegram: {identity.NO_TOKEN} Without one, Docent answers in the terminal alone."
        )


@pytest.mark.parametrize(
    "token", ["abc", "123456", "123456:", ":abc", "x123:abc", "123:a b", "123:ä", "１２:abc"]
)
def test_a_token_that_cannot_be_one(look: Examine, token: str):
    text = only(look(token))
    assert text == "token: What stands in TELEGRAM_BOT_TOKEN is no token: one looks like 123456:ABC-def."


@pytest.mark.slow
@pytest.mark.parametrize("token", ["123456:short", "123456:TEST-another_0123456789012345678901"])
def test_a_token_that_telegram_refuses(look: Examine, token: str):
    found = look(token)
    assert only(found) == f"token: {identity.REFUSED}"
    assert token not in repr(found)


def test_white_space_around_a_token_does_no_harm(look: Examine):
    assert wrong(look(f" {TOKEN}\n")) == []


# --------------------------------------------------------------------------------------- telegram


def set_webhook(api: BotApi, url: str) -> None:
    httpx.post(f"{api.url}{TOKEN}/setWebhook", json={"url": url}, trust_env=False).raise_for_status()


def test_a_webhook_that_was_left_set(look: Examine, api: BotApi):
    set_webhook(api, "https://example.org/hook")
    assert only(look()).startswith(
        "webhook: one is left set (https://example.org/hook), so polling gets nothing."
    )


def test_a_webhook_that_holds_the_token_does_not_tell_it(look: Examine, api: BotApi):
    """As many guides advise: the address ends with the token."""
    set_webhook(api, f"https://example.org/{TOKEN}")
    assert "webhook: one is left set (https://example.org/***)" in only(look())


def test_a_webhook_that_is_wanted(look: Examine, api: BotApi):
    wanted = "https://example.org/hook"
    found = look(telegram__webhook_url=wanted)
    assert found[-1] == Finding("note", "webhook: not set yet; `docent telegram` sets it when it starts")
    set_webhook(api, wanted)
    assert look(telegram__webhook_url=wanted)[-1] == Finding("ok", f"webhook: {wanted}")
    api.updates.last_error = "Connection refused"
    text = only(look(telegram__webhook_url=wanted))
    assert text == f"webhook: Telegram cannot deliver to {wanted}: Connection refused"


@pytest.mark.slow
def test_a_second_poller(look: Examine, api: BotApi):
    over = threading.Event()

    def poll() -> None:
        while not over.is_set():
            httpx.post(f"{api.url}{TOKEN}/getUpdates", json={"timeout": 1}, trust_env=False)
            time.sleep(0.1)

    other = threading.Thread(target=poll)
    other.start()
    api.wait_call("getUpdates", api.count("getUpdates"))
    try:
        assert only(look(listen=5)) == f"polling: {CONFLICT}"
    finally:
        over.set()
        other.join()


def test_updates_that_wait_are_left_for_the_bot(look: Examine, api: BotApi):
    chat = api.private(api.user("Ann"))
    chat.send("Who came?")
    before = list(api.updates.waiting)
    assert wrong(look()) == []
    assert before
    assert api.updates.waiting == before


def test_privacy_mode_is_no_fault_but_may_surprise(look: Examine, api: BotApi):
    api.me["can_read_all_group_messages"] = False
    api.me["supports_inline_queries"] = False
    found = look()
    assert wrong(found) == []
    notes = [finding.text for finding in found if finding.level == "note"]
    assert notes == [telegram_doctor.PRIVACY_MODE, telegram_doctor.NO_INLINE]
    assert "/setprivacy" in notes[0]


def test_a_bot_that_shall_listen_needs_privacy_mode_off_or_to_be_administrator(
    look: Examine, api: BotApi, built: Settings
):
    one, other = (api.group(name) for name in ("Garden", "Kitchen"))
    with closing(state.connect(identity.state_file(built, TOKEN))) as database:
        listened = Listened(database)
        listened.start(one.id)
        listened.start(other.id)
    other.status = "administrator"
    assert wrong(look()) == []
    api.me["can_read_all_group_messages"] = False
    assert wrong(look()) == [telegram_doctor.LISTENS_IN_VAIN.format(groups=one.id)]


def test_a_server_that_cannot_be_reached(look: Examine):
    text = only(look(telegram__base_url="http://127.0.0.1:9/bot"))
    assert text.startswith("telegram: http://127.0.0.1:9/bot cannot be reached (httpx.ConnectError: ")
    assert "Check the network" in text


@pytest.mark.parametrize(
    ("method", "kind"),
    [("getMe", "502"), ("getMe", "drop_before"), ("getWebhookInfo", "garbage"), ("getUpdates", "500")],
)
def test_a_server_that_is_out_of_order(look: Examine, api: BotApi, method: str, kind: str):
    api.fault(method, kind)
    assert " cannot be reached (" in only(look())


# ----------------------------------------------------------------------------------------- access


def test_nobody_may_ask(look: Examine):
    text = only(look(telegram__admins=[]))
    assert text == "access: nobody may ask. Start `docent telegram` and open the link that it prints."


def test_who_was_allowed_in_the_chat_counts(look: Examine, built: Settings):
    with closing(state.connect(identity.state_file(built, TOKEN))) as database:
        access = Access(built.telegram, database)
        access.decide(7, "allowed")
        access.decide(8, "denied")
        access.decide(9, "asked")
    assert wrong(look(telegram__admins=[])) == []
    text = next(finding.text for finding in look() if finding.text.startswith("access"))
    assert text == "access: 1 administrator, 1 others may ask"


def test_a_bot_open_to_everybody_is_noted(look: Examine):
    found = look(telegram__admins=[], telegram__access="open")
    assert wrong(found) == []
    assert any(finding.level == "note" and finding.text.startswith("access: open") for finding in found)


def test_a_damaged_file_of_the_bot(look: Examine, built: Settings):
    file = identity.state_file(built, TOKEN)
    file.parent.mkdir(parents=True)
    file.write_bytes(b"no database" * 100)
    assert only(look()).startswith(f"access: The bot's file {file} cannot be used: ")


# -------------------------------------------------------------------------------------- documents


def test_documents_that_are_missing(look: Examine, docs: Path):
    docs.rename(docs.with_name("elsewhere"))
    assert only(look()).startswith(f"documents: There is no documents folder '{docs}'.")


def test_a_documents_folder_that_is_empty(look: Examine, docs: Path):
    shutil.rmtree(docs)
    docs.mkdir()
    texts = wrong(look())
    assert texts[0] == f"documents: '{docs}' is empty. Put files there, or name another folder."
    assert texts[1].startswith("index: stale, 3 documents changed since.")


def test_files_that_are_passed_over_are_noted(look: Examine, docs: Path):
    for number in range(5):
        (docs / f"{number}.zip").touch()
    found = look()
    assert wrong(found) == []
    (note,) = [finding.text for finding in found if finding.level == "note"]
    assert note.startswith("documents: passed over 5 files: 0.zip ('.zip' files are not read")
    assert "3.zip" not in note


def test_a_collection_of_no_documents_is_noted(look: Examine):
    folders = {"post": "letters", "hr": ["hr", "letter"], "all": "."}
    named = {f"collections__{name}__folders": value for name, value in folders.items()}
    notes = [found.text for found in look(**named) if found.level == "note"]
    assert [note for note in notes if note.startswith("Collection")] == [
        f"Collection 'hr': no document lies below '{folder}' yet. If that is a slip, mend "
        "collections.hr.folders."
        for folder in ("hr", "letter")
    ]


def test_documents_that_changed(look: Examine, docs: Path):
    (docs / "soup.txt").write_text("Tea.", encoding="utf-8")
    (docs / "tea.txt").write_text("Tea.", encoding="utf-8")
    text = only(look())
    assert text == "index: stale, 2 documents changed since. Run `docent index` or /reindex."


# ------------------------------------------------------------------------------------------ index


def test_an_index_that_is_missing(look: Examine, built: Settings):
    shutil.rmtree(built.index_folder())
    assert only(look()).startswith("index: there is none. Run `docent index`")


def test_an_index_of_another_model(look: Examine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(WordsEncoder, "fingerprint", "another")
    assert only(look()).startswith("index: The index was made with the model words")


@pytest.mark.slow
@pytest.mark.parametrize(
    "file", ["texts.sqlite", "vectors.npy", "manifest.json", "lexical/meta.json", "current"]
)
@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-2],
        lambda data: bytes(len(data)),
        lambda data: data[:9] + bytes([data[9] ^ 1]) + data[10:],
    ],
    ids=["cut", "zeros", "one bit"],
)
def test_an_index_that_is_damaged(
    look: Examine, built: Settings, file: str, damage: Callable[[bytes], bytes]
):
    folder = built.index_folder()
    place = folder / file if file == "current" else Engine(built).generation().folder / file
    place.write_bytes(damage(place.read_bytes()))
    found = look()
    assert only(found).startswith("index: ")
    assert found[-1].text.startswith("polling: ")  # the rest is examined all the same


def test_an_index_that_does_not_say_whose_it_is(look: Examine, built: Settings):
    (Engine(built).generation().folder / "manifest.json").write_bytes(b"{}")
    alone = {"index.folder": str(built.index_folder()), "state.folder": built.state.folder}
    (finding,) = [one for one in examine(load(flags=alone), {}) if one.text.startswith("index: ")]
    assert (finding.level, "--docs DIR" in finding.text) == ("wrong", True)


# ----------------------------------------------------------------------------------- model, disk


def test_a_model_that_cannot_be_loaded_offline(look: Examine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bot.engine.encoder_of", ServedEncoder)
    texts = wrong(look(encoder__model="no-such-model"))
    reason = "The model 'no-such-model' is not on this machine and HF_HUB_OFFLINE forbids fetching it."
    assert texts[0].startswith(f"model: {reason}")
    assert len([text for text in texts if not text.startswith(("model: ", "index: "))]) == 0


def test_a_disk_that_cannot_be_written(look: Examine, tmp_path: Path):
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "state"
    texts = wrong(look(state__folder=str(folder)))
    assert [text for text in texts if text.startswith("disk: the state folder")] == [
        f"disk: the state folder {folder} is not writable (Not a directory). Mend its rights."
    ]
    assert any(text.startswith("disk: the index folder") for text in texts)
    assert not any(text.startswith(("token", "telegram", "polling")) for text in texts)


def test_a_disk_that_is_nearly_full(look: Examine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(
        doctor.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 7 * 10**6)
    )
    assert [text.partition(" for the ")[0] for text in wrong(look())] == ["disk: only 7 MB are free"] * 2


# ----------------------------------------------------------------------------------- running here


@pytest.fixture
def running(built: Settings) -> Iterator[Path]:
    """A bot runs here, with a sign of life; the result is the sign."""
    file = identity.state_file(built, TOKEN)
    with closing(state.connect(file)), FileLock(file.with_suffix(".lock")):
        alive = file.parent / "alive"
        alive.touch()
        yield alive


def test_a_bot_that_runs_here_is_not_taken_for_a_second_poller(look: Examine, running: Path, api: BotApi):
    polls = api.count("getUpdates")
    found = look()
    assert wrong(found) == []
    assert Finding("ok", "bot: it runs on this machine") in found
    assert api.count("getUpdates") == polls


def test_a_bot_that_runs_here_but_is_silent(look: Examine, running: Path):
    os.utime(running, (time.time() - 600, time.time() - 600))
    silent = "bot: it runs here, but has not heard from Telegram for minutes. See its log."
    assert only(look()) == silent
    running.unlink()
    assert only(look()) == silent


def test_a_bot_that_ran_here_is_no_matter(look: Examine, running: Path):
    state.connect(
        identity.state_file(load(flags={"state.folder": str(running.parent.parent)}), "77:x")
    ).close()
    other = "77:" + "x" * 35
    assert only(look(other)) == f"token: {identity.REFUSED}"


def test_a_lock_that_may_not_be_touched_is_no_crash(look: Examine, built: Settings):
    """As when another user's bot runs here."""
    file = identity.state_file(built, TOKEN)
    state.connect(file).close()
    file.with_suffix(".lock").mkdir()
    assert only(look()).startswith("bot: ")


# ------------------------------------------------------------------------------- the command line


def ran(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], docs: Path
) -> tuple[object, str, str]:
    with monkeypatch.context() as patch, pytest.raises(SystemExit) as left:
        patch.setattr("sys.argv", ["docent", "doctor", "--docs", str(docs)])
        patch.setattr(logging.root, "handlers", [])
        cli.main()
    logging.root.setLevel(logging.WARNING)
    return left.value.code, *capsys.readouterr()


def test_the_command_says_how_many_things_are_wrong(
    built: Settings, docs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    for name, value in (
        ("DOCENT_STATE__FOLDER", built.state.folder),
        ("DOCENT_READER__MODEL", "none"),
        ("DOCENT_TELEGRAM__BASE_URL", built.telegram.base_url),
        ("DOCENT_TELEGRAM__ADMINS", "5"),
        (identity.TOKEN, TOKEN),
    ):
        monkeypatch.setenv(name, value)
    code, out, err = ran(monkeypatch, capsys, docs)
    assert (code, err) == (0, "")
    assert len(out.splitlines()) == 8
    assert all(line.startswith("ok     ") for line in out.splitlines())
    monkeypatch.delenv(identity.TOKEN)
    code, out, err = ran(monkeypatch, capsys, docs)
    assert (code, err) == (0, "")
    assert out.splitlines()[-1].startswith(f"note   telegram: {identity.NO_TOKEN}")
    (docs / "a\x1b[2Jb.txt").write_text("x")
    (docs / "a\x1b[2Jb.zip").write_text("x")
    code, out, err = ran(monkeypatch, capsys, docs)
    assert (code, err) == (1, "docent: One thing is wrong.\n")
    assert "\x1b" not in out
