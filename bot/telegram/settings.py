"""The sections ``[telegram]``, ``[logging]`` and ``[monitoring]``."""

from dataclasses import dataclass
from typing import Literal

from index.values import Ids, Port, Positive


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramSettings:
    """Whom the bot answers, and how it reaches Telegram. The token is no setting but a secret."""

    base_url: str
    access: Literal["closed", "open"]
    admins: Ids
    allowed: Ids
    webhook_url: str
    webhook_listen: str
    webhook_port: Positive
    questions_per_minute: Positive
    listen_minutes: Positive
    keep_days: Positive
    log_questions: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggingSettings:
    """How the bot's log is written; see ``bot/telegram/events.py``."""

    format: Literal["text", "logfmt", "json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringSettings:
    """Where the bot tells how it is; see ``bot/telegram/monitoring.py``."""

    listen: str
    port: Port
