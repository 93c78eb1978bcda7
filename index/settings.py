"""Settings of the index: the sections that its stages declare, and the folders that follow from them.

Defaults live in ``config/docent.toml`` alone, where each has its reason beside it; the classes only give
them types. What the bot's stages declare, ``bot/settings.py`` adds.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from index import layered
from index.building.settings import DocumentsSettings
from index.engines.settings import IndexSettings, LexicalSettings
from index.model_settings import EncoderSettings, ServingSettings
from index.search.settings import SearchSettings
from index.units.settings import PassagesSettings

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderSetting:
    """A folder that Docent chooses by itself when it is left empty."""

    folder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(layered.Layered):
    """All settings of the index; ``given`` names those that some layer above the defaults has set."""

    documents: DocumentsSettings
    state: FolderSetting
    index: IndexSettings
    passages: PassagesSettings
    encoder: EncoderSettings
    serving: ServingSettings
    lexical: LexicalSettings
    search: SearchSettings

    def state_folder(self) -> Path:
        """Where indexes and histories are kept."""
        if self.state.folder:
            return Path(self.state.folder).expanduser()
        if _in_checkout():
            return ROOT / "var"
        import platformdirs

        return Path(platformdirs.user_state_dir("docent"))

    def graphs_folder(self) -> Path:
        """Where models are kept as they are run."""
        if self.serving.folder:
            return Path(self.serving.folder).expanduser()
        return self.state_folder() / "models"

    def own_folders(self) -> tuple[Path, ...]:
        """Folders of Docent's own, whose files are no documents, even below the documents folder."""
        return self.state_folder(), self.graphs_folder(), self.index_folder()

    def bin_folder(self) -> Path:
        """Where documents that were removed are kept for a while."""
        return self.state_folder() / "bin"

    def index_folder(self) -> Path:
        """The folder of the index: as set, or one that belongs to the documents folder."""
        if self.index.folder:
            return Path(self.index.folder).expanduser()
        documents = self.documents.folder.resolve()
        tag = sha256(os.fsencode(documents)).hexdigest()[:8]
        name = os.fsencode(documents.name).decode("utf-8", "replace")
        return self.state_folder() / "indexes" / f"{name or 'root'}-{tag}"


def load(
    file: Path | None = None,
    environment: Mapping[str, str] | None = None,
    flags: Mapping[str, Any] | None = None,
) -> Settings:
    """Read and check the settings of the index, as ``layered.load`` does.

    Raises:
        SettingsError: a file cannot be read, a name is unknown or a value does not fit.
    """
    return layered.load(Settings, default_file(), file, environment, flags)


def default_file() -> Path:
    """The file of defaults: in a checkout ``config/docent.toml``, else its copy in the wheel."""
    if _in_checkout():
        return ROOT / "config" / "docent.toml"
    return Path(__file__).with_name("docent.toml")


def _in_checkout() -> bool:
    return (ROOT / "config" / "docent.toml").is_file() and (ROOT / "pyproject.toml").is_file()
