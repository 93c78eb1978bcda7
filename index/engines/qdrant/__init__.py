"""An index on a Qdrant server, built on one machine and asked from any number: see ``docs/scaling.md``."""

from index.engines.qdrant.connection import Connection, client_of
from index.engines.qdrant.remote import Remote
from index.settings import Settings


def open_index(settings: Settings) -> Remote:
    """The index of the settings; the server is not reached yet."""
    return Remote(Connection(client_of(settings.index), settings.index.url), settings)
