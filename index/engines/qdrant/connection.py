"""Calls to a Qdrant server: with a time limit, tried again where that may help, errors in one clear line.

Everything that is sent can be sent twice: points have the same ids the second time. What is read is tried
once more at once; what a build sends, for about a minute.
"""

import logging
import os
import time
import warnings
from collections.abc import Callable, Sequence
from json import JSONDecodeError
from typing import Any

from qdrant_client import QdrantClient, models
from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from index.engines.base import Lease
from index.engines.settings import IndexSettings
from index.errors import IndexAway, reason

KEY = "QDRANT_API_KEY"
"""The secret that a server may want, in the environment."""

READING = (0.2,)
"""Seconds before what is read is tried again."""

BUILDING = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
"""Seconds before what a build sends is tried again."""

_PAGE = 1000  # points that are asked for at once

_log = logging.getLogger(__name__)


def client_of(settings: IndexSettings) -> QdrantClient:
    """A client of the server of the settings; nothing is sent yet."""
    key = os.environ.get(KEY, "").strip() or None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of a key without TLS, as on a machine's own network
        return QdrantClient(
            url=settings.url, api_key=key, timeout=settings.timeout, check_compatibility=False
        )


class Connection:
    """A server. Safe to share between threads.

    Args:
        client: that reaches it.
        address: as it is named to people.
        building: seconds before each further try of what a build sends.
    """

    def __init__(self, client: QdrantClient, address: str, building: Sequence[float] = BUILDING) -> None:
        self.client = client
        self.address = address
        self._building = building

    def send(self, made: Callable[..., Any], *args: Any, lease: Lease | None = None, **more: Any) -> Any:
        """As ``call``, with the patience of a build, whose lease is looked at before each try.

        Raises:
            IndexBusy: the lease ran out, so another machine may write here by now.
        """

        def tried(*args: Any, **more: Any) -> Any:
            if lease is not None:
                lease.check()
            return made(*args, **more)

        return self.call(tried, *args, pauses=self._building, **more)

    def call(
        self, made: Callable[..., Any], *args: Any, pauses: Sequence[float] = READING, **more: Any
    ) -> Any:
        """What a method of the client returns.

        Args:
            made: the method.
            args: of it.
            pauses: seconds before each further try.
            more: arguments by name.

        Raises:
            IndexAway: the server does not answer, or refuses.
        """
        for pause in (*pauses, None):
            try:
                return made(*args, **more)
            except (ResponseHandlingException, ResourceExhaustedResponse, JSONDecodeError) as error:
                said = _reason(error)
            except UnexpectedResponse as error:
                if error.status_code in (401, 403):
                    raise IndexAway(
                        f"Qdrant at {self.address} refuses this key. Set {KEY} in the environment."
                    ) from None
                said = f"HTTP {error.status_code} {error.reason_phrase}".strip()
                if error.status_code < 500 and error.status_code != 429:
                    detail = error.content.decode(errors="replace")[:200]
                    raise IndexAway(f"Qdrant at {self.address} refuses a request: {said}: {detail}") from None
            if pause is not None:
                _log.info("Qdrant at %s: %s; tried again in %s s", self.address, said, pause)
                time.sleep(pause)
        raise IndexAway(
            f"Qdrant at {self.address}, which holds the index, does not answer: {said}. "
            "Look whether it runs and is reached (index.url); then questions are answered again."
        )

    def points(self, collection: str, ids: Sequence[Any], fields: Sequence[str] | bool = True) -> list[Any]:
        """The points of these ids that there are, with all of their payload or just some fields."""
        wanted = fields if isinstance(fields, bool) else list(fields)
        found: list[Any] = []
        for begin in range(0, len(ids), _PAGE):
            part = list(ids[begin : begin + _PAGE])
            found += self.call(self.client.retrieve, collection, part, with_payload=wanted)
        return found

    def scroll(self, collection: str, where: models.Filter, fields: Sequence[str] | bool) -> list[Any]:
        """All points that a filter lets through, with all of their payload or just some fields."""
        wanted = fields if isinstance(fields, bool) else list(fields)
        found: list[Any] = []
        offset: Any = None
        while True:
            page, offset = self.call(
                self.client.scroll, collection, where, limit=_PAGE, offset=offset, with_payload=wanted
            )
            found += page
            if offset is None:
                return found

    def create(self, collection: str, lease: Lease | None = None, **settings: Any) -> None:
        """Make a collection, if it is not there; the reply to an earlier try may have been lost.

        Raises:
            IndexAway: the server does not answer.
            IndexBusy: another builder took over.
        """

        def made() -> None:
            if not self.client.collection_exists(collection):
                self.client.create_collection(collection, **settings)

        self.send(made, lease=lease)

    def exists(self, collection: str) -> bool:
        """Whether there is a collection of that name."""
        return bool(self.call(self.client.collection_exists, collection))

    def collections(self) -> set[str]:
        """The names of all collections of the server."""
        return {one.name for one in self.call(self.client.get_collections).collections}


def _reason(error: Exception) -> str:
    source = getattr(error, "source", error)
    if isinstance(source, ValueError):  # of the JSON, or of what stands in it
        return "half an answer, or none of Qdrant's"
    return reason(source if isinstance(source, Exception) else error).rstrip(".")
