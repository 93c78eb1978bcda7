"""The engines by name: the setting ``index.engine`` is one of these rows.

A row names the module that opens the index of the settings, imported when it is wanted, and what has to be
installed for it. How to add one: ``docs/engines.md``.
"""

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from index.engines.base import Index
from index.errors import SettingsError
from index.settings import Settings


@dataclass(frozen=True, slots=True)
class Row:
    """An engine: its module, which has ``open_index(settings)``; a package that it needs, of which extra."""

    module: str
    needs: str = ""
    extra: str = ""


ENGINES = {
    "local": Row("index.engines.local"),
    "qdrant": Row("index.engines.qdrant", needs="qdrant_client", extra="remote"),
}


def index_of(settings: Settings) -> Index:
    """The index of the settings, wherever it lies; nothing is read or reached yet.

    Raises:
        SettingsError: there is no such engine, or what it needs is not installed.
    """
    name = settings.index.engine
    if (row := ENGINES.get(name)) is None:
        raise SettingsError(f"There is no engine '{name}' for index.engine; there are: {', '.join(ENGINES)}.")
    if row.needs and find_spec(row.needs) is None:
        raise SettingsError(
            f"The engine '{name}' is not installed. Run `pip install 'docent-bot[{row.extra}]'`, "
            'or set index.engine = "local".'
        )
    index: Index = import_module(row.module).open_index(settings)
    return index
