"""All settings of Docent: those of the index, and the sections that the bot's stages declare beside them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.answering.settings import AnswerSettings
from bot.collections import CollectionSettings
from bot.reader.settings import ReaderSettings
from bot.telegram.settings import LoggingSettings, MonitoringSettings, TelegramSettings
from index import layered
from index import settings as of_index
from index.errors import SettingsError
from index.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(of_index.Settings):
    """All settings, of which the index sees its own."""

    reader: ReaderSettings
    answer: AnswerSettings
    telegram: TelegramSettings
    logging: LoggingSettings
    monitoring: MonitoringSettings
    collections: Mapping[str, CollectionSettings] = field(default_factory=dict)

    def scope_of(self, collection: str) -> Scope:
        """What a collection shows.

        Raises:
            SettingsError: there is none of that name.
        """
        if collection not in self.collections:
            known = ", ".join(sorted(self.collections)) or "none"
            raise SettingsError(
                f"There is no collection '{collection}' in the settings; there are: {known}. "
                f"Make one in a file for --config, as [collections.{collection}]."
            )
        return self.collections[collection].scope

    def feedback_file(self) -> Path:
        """Where verdicts on answers are kept."""
        return self.state_folder() / "feedback.sqlite"


def load(
    file: Path | None = None,
    environment: Mapping[str, str] | None = None,
    flags: Mapping[str, Any] | None = None,
) -> Settings:
    """Read and check all settings, as ``layered.load`` does.

    Raises:
        SettingsError: a file cannot be read, a name is unknown or a value does not fit.
    """
    return layered.load(Settings, of_index.default_file(), file, environment, flags)
