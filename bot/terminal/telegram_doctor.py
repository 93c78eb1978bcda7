"""Looks for what is wrong between the bot and Telegram: its token, who may ask, who else polls, groups."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.engine import Engine
from bot.plain import counted
from bot.settings import Settings
from bot.telegram.errors import TelegramRefused
from bot.terminal.findings import Finding
from index.errors import DocentError, reason

if TYPE_CHECKING:
    from telegram import Bot

_HEARD = 120.0  # seconds; a running bot shows life every 15
LISTEN = 3  # seconds; another poller comes back after one

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
UNREACHABLE = (
    "telegram: {url} cannot be reached ({reason}). Check the network, and telegram.base_url if you run a Bot "
    "API server of your own."
)


def examine(engine: Engine, environment: Mapping[str, str], listen: int) -> Iterator[Finding]:
    """All findings, as they are made; ``listen`` is the seconds in which another poller would be heard of."""
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
