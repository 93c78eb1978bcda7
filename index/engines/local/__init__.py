"""An index in a folder of this machine: vectors by FAISS, words by tantivy, texts in SQLite."""

from index.engines.local.store import Store
from index.settings import Settings


def open_index(settings: Settings) -> Store:
    """The index of the settings."""
    return Store(settings.index_folder())
