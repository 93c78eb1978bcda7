"""Looks for what is wrong with a set-up, and says in plain words how to mend it."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bot.engine import Engine
from bot.plain import counted
from bot.settings import Settings
from bot.status import empty_folders, fallback
from bot.telegram.errors import TelegramRefused
from index import catalogue, documents
from index.errors import DocentError, DocumentsError, reason

if TYPE_CHECKING:
    from telegram import Bot

_LITTLE = 200_000_000  # bytes free, below which an index may not fit
_HEARD = 120.0  # seconds; a running bot shows life every 15
_LISTEN = 3  # seconds; another poller comes back after one

RUN = "`docent telegram`"
PRIVACY_MODE = (
    "groups: privacy mode is on, so in groups the bot may see only commands and replies to it, and may miss "
    "mentions. To change that: @BotFather, /setprivacy, Disable; then remove the bot from the group and add "
    "it again."
)
LISTENS_IN_VAIN = (
    "groups: the bot shall listen (/listen) in {groups}, but privacy mode is on and it is no administrator "
    "there, so it sees only what is addressed to it. @BotFather, /setprivacy, Disable; then remove the bot "
    "from the group, add it again, and send /listen."
)
NO_INLINE = "inline mode is off. To use it: @BotFather, /setinline."
WEBHOOK_LEFT = (
    "webhook: one is left set ({url}), so polling gets nothing. " + RUN + " removes it when it starts; if "
    "another program set it, get a token of its own for one of them."
)
STRANGE = (
    "state: {count} in its folders not of Docent's making: {names}{more}. `docent backup` leaves them out; "
    "move away what is not needed there."
)
UNREACHABLE = (
    "telegram: {url} cannot be reached ({reason}). Check the network, and telegram.base_url if you run a Bot "
    "API server of your own."
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One result: ``ok``, ``note`` for what may be meant so, or ``wrong``; and what to do."""

    level: Literal["ok", "note", "wrong"]
    text: str


def examine(settings: Settings, environment: Mapping[str, str], listen: int = _LISTEN) -> Iterator[Finding]:
    """All findings, as they are made.

    Args:
        settings: what is examined.
        environment: where the token stands.
        listen: seconds in which another poller would be heard of.
    """
    try:
        engine = Engine(settings)
    except DocentError as error:  # the index is named alone, and does not say of which documents it is
        yield Finding("wrong", f"index: {error}")
        return
    yield from _documents(engine)
    yield from _model(engine)
    yield from _index(engine)
    for name, folder in (("state", settings.state_folder()), ("index", settings.index_folder())):
        yield _writable(name, folder)
    yield from _strange(settings)
    yield from _telegram(engine, environment, listen)


def text(finding: Finding) -> str:
    """A finding for a person to read."""
    return f"{'WRONG' if finding.level == 'wrong' else finding.level:<6} {finding.text}"


def _documents(engine: Engine) -> Iterator[Finding]:
    place = engine.settings.documents
    try:
        files, skipped = documents.found_by(engine.settings)
    except DocumentsError as error:
        yield Finding("wrong", f"documents: {error}")
        return
    if files:
        yield Finding("ok", f"documents: {counted(len(files), 'file')} in '{place.folder}'")
    else:
        yield Finding(
            "wrong", f"documents: '{place.folder}' is empty. Put files there, or name another folder."
        )
    if skipped:
        named = ", ".join(f"{skip.source} ({skip.reason})" for skip in skipped[:3])
        yield Finding("note", f"documents: passed over {counted(len(skipped), 'file')}: {named}")


def _model(engine: Engine) -> Iterator[Finding]:
    started = time.perf_counter()
    try:
        engine.encoder.encode_questions(["?"])
    except DocentError as error:
        yield Finding("wrong", f"model: {error}")
    else:
        seconds = time.perf_counter() - started
        known = catalogue.models_of(engine.encoder.name)
        languages = f" ({', '.join(model.languages for model in known)})" if known else ""
        name = f"{engine.encoder.name}{languages}"
        yield Finding("ok", f"model: {name} loads without network in {seconds:.1f} s")
        if (better := fallback(engine.settings)) is not None:
            yield Finding("note", f"model: {better}")
    if engine.reader is None:
        return
    try:
        engine.reader.read("?", ["."])
    except DocentError as error:
        yield Finding("wrong", f"reader: {error}")
    else:
        yield Finding("ok", f"reader: {engine.reader.name} loads without network")


def _index(engine: Engine) -> Iterator[Finding]:
    try:
        if not engine.has_index():
            hint = f"Run `docent index`; {RUN} and `docent ask` do it too."
            yield Finding("wrong", f"index: there is none. {hint}")
            return
        generation = engine.generation()
        if engine.fault:
            yield Finding("wrong", f"index: {engine.fault}")
        generation.check()
        engine.check_encoder()
    except DocentError as error:
        yield Finding("wrong", f"index: {error}")
        return
    manifest = generation.manifest
    yield Finding(
        "ok", f"index: {counted(manifest.documents, 'document')}, built {manifest.created[:16]} UTC"
    )
    sources = [entry.source for entry in generation.entries()]
    yield from (Finding("note", told) for told in empty_folders(engine.settings, sources))
    try:
        changes = engine.changes()
    except DocumentsError:
        return  # told already
    if changes:
        count = len(changes.added) + len(changes.edited) + len(changes.removed)
        yield Finding(
            "wrong",
            f"index: stale, {counted(count, 'document')} changed since. Run `docent index` or /reindex.",
        )


def _strange(settings: Settings) -> Iterator[Finding]:
    """Files among Docent's own that are nothing of its, and that no backup would keep."""
    from bot import kept

    if names := kept.unknown(settings):
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        told = STRANGE.format(count=counted(len(names), "file"), names=", ".join(names[:3]), more=more)
        yield Finding("note", told)


def _writable(name: str, folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"docent")
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Finding(
            "wrong", f"disk: the {name} folder {folder} is not writable ({error.strerror}). Mend its rights."
        )
    if free < _LITTLE:
        return Finding("wrong", f"disk: only {free / 1e6:.0f} MB are free for the {name} folder {folder}.")
    return Finding("ok", f"disk: the {name} folder {folder} is writable")


def _telegram(engine: Engine, environment: Mapping[str, str], listen: int) -> Iterator[Finding]:
    from bot.telegram import identity

    if not any(environment.get(name, "").strip() for name in (identity.TOKEN, identity.TOKEN_FILE)):
        yield Finding(
            "note", f"telegram: {identity.NO_TOKEN} Without one, Docent answers in the terminal alone."
        )
        return
    yield from _access(engine, environment)
    try:
        token = identity.token_from(environment)
    except TelegramRefused as error:
        yield Finding("wrong", f"token: {error}")
        return
    running = _running(engine.settings, token)
    yield from running
    for finding in asyncio.run(_ask_telegram(engine.settings, token, listen, alone=not running)):
        yield replace(finding, text=finding.text.replace(token, "***"))  # a webhook's address may hold it


def _access(engine: Engine, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Whether anybody may ask."""
    from bot.telegram import identity
    from bot.telegram.persistence import state
    from bot.telegram.persistence.access import Access

    telegram = engine.settings.telegram
    admins, allowed = len(telegram.admins), len(telegram.allowed)
    try:
        file = identity.state_file(engine.settings, identity.token_from(environment))
        if file.exists():
            with closing(state.connect(file)) as database:
                access = Access(telegram, database)
                admins = len(access.admins())
                allowed += sum(guest.role == "allowed" for guest in access.guests())
    except TelegramRefused:
        pass  # told elsewhere
    except DocentError as error:
        yield Finding("wrong", f"access: {error}")
        return
    if telegram.access == "open":
        yield Finding(
            "note", "access: open, so everybody who finds the bot can read the documents through it"
        )
    elif admins or allowed:
        yield Finding("ok", f"access: {counted(admins, 'administrator')}, {allowed} others may ask")
    else:
        yield Finding("wrong", f"access: nobody may ask. Start {RUN} and open the link that it prints.")


def _running(settings: Settings, token: str) -> list[Finding]:
    """Whether the bot runs on this machine, and well."""
    from bot.telegram import identity
    from bot.telegram.persistence import state

    if not identity.state_file(settings, token).exists():
        return []
    try:
        if not identity.is_running(settings, token):
            return []
    except OSError as error:
        return [
            Finding("wrong", f"bot: whether it runs here cannot be told ({reason(error)}). Mend its rights.")
        ]
    try:
        silent = time.time() - (state.folder(settings.state_folder()) / "alive").stat().st_mtime
    except OSError:
        silent = float("inf")
    if silent > _HEARD:
        return [
            Finding("wrong", "bot: it runs here, but has not heard from Telegram for minutes. See its log.")
        ]
    return [Finding("ok", "bot: it runs on this machine")]


async def _ask_telegram(settings: Settings, token: str, listen: int, *, alone: bool) -> list[Finding]:
    """What Telegram knows about the bot; ``alone`` is whether no bot of ours polls."""
    from telegram import Bot
    from telegram.error import Conflict, InvalidToken, TelegramError

    from bot.telegram import identity
    from bot.telegram.transport.receiving import CONFLICT

    bot = Bot(token, base_url=settings.telegram.base_url)
    found = []
    try:
        async with bot:
            me = bot.bot
            found.append(Finding("ok", f"token: Telegram knows it as @{me.username}"))
            if not me.can_read_all_group_messages:
                found.append(Finding("note", PRIVACY_MODE))
                if deaf := [
                    str(group) for group in _listens_in(settings, token) if not await _sees_all(bot, group)
                ]:
                    found.append(Finding("wrong", LISTENS_IN_VAIN.format(groups=", ".join(deaf))))
            if not me.supports_inline_queries:
                found.append(Finding("note", NO_INLINE))
            webhook = await bot.get_webhook_info()
            if settings.telegram.webhook_url:
                found.append(_webhook(settings.telegram.webhook_url, webhook.url, webhook.last_error_message))
            elif webhook.url:
                found.append(Finding("wrong", WEBHOOK_LEFT.format(url=webhook.url)))
            elif alone:
                await bot.get_updates(timeout=listen, limit=1)  # without an offset it takes nothing away
                found.append(Finding("ok", "polling: no other program polls with this token"))
    except InvalidToken:
        found.append(Finding("wrong", f"token: {identity.REFUSED}"))
    except Conflict:
        found.append(Finding("wrong", f"polling: {CONFLICT}"))
    except TelegramError as error:
        told = UNREACHABLE.format(url=settings.telegram.base_url, reason=error)
        found.append(Finding("wrong", told))
    return found


async def _sees_all(bot: "Bot", group: int) -> bool:
    """Whether the bot is an administrator of a group, to which Telegram shows all."""
    from telegram.error import TelegramError

    with suppress(TelegramError):
        return (await bot.get_chat_member(group, bot.id)).status == "administrator"
    return False


def _listens_in(settings: Settings, token: str) -> list[int]:
    """The groups in which the bot listens."""
    from bot.telegram import identity
    from bot.telegram.persistence import state
    from bot.telegram.persistence.listened import Listened

    file = identity.state_file(settings, token)
    if not file.exists():
        return []
    with closing(state.connect(file)) as database:
        return Listened(database).groups()


def _webhook(wanted: str, found: str, error: str | None) -> Finding:
    if found != wanted:
        return Finding("note", f"webhook: not set yet; {RUN} sets it when it starts")
    if error:
        return Finding("wrong", f"webhook: Telegram cannot deliver to {wanted}: {error}")
    return Finding("ok", f"webhook: {wanted}")
