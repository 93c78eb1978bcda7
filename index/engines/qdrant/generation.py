"""A generation that lies in a collection of a Qdrant server, as far as a scope shows it.

A question makes a few calls: the frequencies of its words; words and vectors at once; the cosines of the
passages that only words found; the best passages with all that is read of them. What was fetched lately is
remembered, for it never changes.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec
from qdrant_client import models

from index.engines.base import Candidates, Manifest
from index.engines.qdrant.connection import Connection
from index.engines.qdrant.lexical import RemoteLexicon
from index.engines.qdrant.points import (
    MEANING,
    PASSAGES,
    Folder,
    key,
    one_of,
)
from index.engines.qdrant.state import Recorded, Site
from index.engines.qdrant.texts import RemoteTexts
from index.errors import IndexReplaced
from index.languages import AUTO, DEFAULT
from index.remembering import Remembered
from index.scope import EVERYTHING, Scope
from index.words import Asked

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.encoder import Vectors

_IDS = 1000  # that a filter holds
_BREADTH = 1024  # of the search through the graph of vectors, at least: Qdrant's hnsw_ef
_OVERSAMPLED = 2.0  # so many times those wanted are compared again in full
_EXACT = models.SearchParams(exact=True, quantization=models.QuantizationSearchParams(ignore=True))
_NUMBERS = 65536  # of passages and units that are remembered


class RemoteGeneration(RemoteTexts):
    """A generation on a server. Safe to share between threads.

    Args:
        connection: to the server.
        collection: that it lies in.
        site: its name, and its number there.
        recorded: what is recorded of all of it.
        scope: what is seen.
    """

    def __init__(
        self,
        connection: Connection,
        collection: str,
        site: Site,
        recorded: Recorded,
        scope: Scope = EVERYTHING,
    ) -> None:
        super().__init__(connection, collection, site.number, scope)
        self.name = site.generation
        self._site, self.recorded = site, recorded
        self._spans = Remembered(_NUMBERS, self._fetch_spans)  # the units of passages
        self._homes = Remembered(_NUMBERS, self._fetch_homes)  # the passages of units
        self.manifest = recorded.manifest if scope.is_everything else self._manifest(recorded.manifest)
        self.close: Callable[[], None] = lambda: None
        """Nothing is open but the connection, which generations share."""

    def within(self, scope: Scope) -> "RemoteGeneration":
        """As far as a scope shows it; what was fetched is not shared."""
        return RemoteGeneration(self._connection, self._collection, self._site, self.recorded, scope)

    @cached_property
    def lexical(self) -> RemoteLexicon:
        """The words of the passages that are seen."""
        manifest = self.manifest
        asked = Asked(manifest.languages, only=manifest.language != AUTO)
        return RemoteLexicon(
            self._connection, self._collection, asked, self._seen, self.recorded.segments, manifest.passages
        )

    # -------------------------------------------------------------------------------- vectors

    def candidates(self, question: str, vector: "Vectors", limit: int) -> Candidates:
        """What is nearest to a question by its vector and by its words, in one call."""
        import numpy as np

        meant = models.QueryRequest(
            query=vector.tolist(),
            using=MEANING,
            limit=limit,
            filter=self._seen.where(),
            params=models.SearchParams(
                hnsw_ef=max(_BREADTH, limit),
                quantization=models.QuantizationSearchParams(rescore=True, oversampling=_OVERSAMPLED),
            ),
            with_payload=["value"],
        )
        said = self.lexical.request(question, limit)
        near, there, *rest = self._query([meant, self._still_there(), *([said] if said else [])])
        if not there:
            raise IndexReplaced(
                f"The index in {self._collection} of Qdrant at {self._connection.address} was built again "
                "twice since this was asked of it. Ask again."
            )
        self._homes.put({point.id: point.payload["value"] for point in near})
        spans = [point.payload["value"] for found in rest for point in found]
        bm25 = {point.id - PASSAGES: point.score for found in rest for point in found}
        self._spans.put({n: (span["first"], span["last"]) for n, span in zip(bm25, spans, strict=True)})
        cosines = np.array([point.score for point in near], np.float32)
        return Candidates(cosines, np.array([point.id for point in near], np.int64), bm25)

    def cosines(self, units: "NDArray[np.int64]", vector: "Vectors") -> "NDArray[np.float32]":
        """The exact cosines of some units to a vector of shape (dimension,), shape (units,)."""
        import numpy as np

        ids = units.tolist()
        requests = [
            models.QueryRequest(
                query=vector.tolist(),
                using=MEANING,
                limit=len(part),
                filter=models.Filter(must=[models.HasIdCondition(has_id=part)]),
                params=_EXACT,
            )
            for part in (ids[begin : begin + _IDS] for begin in range(0, len(ids), _IDS))
        ]
        scores = {point.id: point.score for found in self._query(requests) for point in found}
        if not all(one in scores for one in ids):
            raise self._damaged("vectors are missing")
        return np.array([scores[one] for one in ids], np.float32)

    def rows_of(self, passages: "NDArray[np.int64]") -> "tuple[NDArray[np.int64], NDArray[np.int64]]":
        """The units of these passages, one after the other, and where those of each begin."""
        import numpy as np

        numbers = passages.tolist()
        spans = self._spans.of(numbers)
        rows = [np.arange(*spans[number], dtype=np.int64) for number in numbers]
        sizes = np.array([len(one) for one in rows], np.int64)
        return np.concatenate([np.empty(0, np.int64), *rows]), np.cumsum(sizes) - sizes

    def passages_with(self, units: "NDArray[np.int64]") -> "NDArray[np.int64]":
        """The numbers of the passages that hold the units of these numbers, shape (units,)."""
        import numpy as np

        homes = self._homes.of(units.tolist())
        return np.array([homes[one] for one in units.tolist()], np.int64)

    def unload(self) -> None:
        """Nothing: vectors are not held here."""

    # -------------------------------------------------------------------------------- whole

    def check_sizes(self) -> None:
        """Nothing: the server looks after its files, and each call tells whether it is there."""

    def check(self) -> None:
        """Count what is there; raises ``IndexDamaged`` where it is not what was published."""
        wanted = self.manifest
        counts = [self._count(kind) for kind in ("document", "passage", "unit")]
        if counts != [wanted.documents, wanted.passages, wanted.units]:
            raise self._damaged(f"{counts} documents, passages and units")
        if self._scope.is_everything and (found := self._count("piece")) != (pieces := self._pieces()):
            raise self._damaged(f"{found} of {pieces} pieces of texts")

    def _pieces(self) -> int:
        """How many pieces documents have, of their texts and of what else is known of them."""
        fields = ["value.document.pieces", "value.about"]
        points = self._connection.scroll(
            self._collection, self._seen.where(one_of("kind", ["document"])), fields
        )
        values = (point.payload["value"] for point in points)
        return sum(value["about"][1] - value["document"]["pieces"][0] for value in values)

    def _count(self, kind: str) -> int:
        if not self._seen.folders:
            return 0
        where = self._seen.where(one_of("kind", [kind]))
        counted = self._connection.call(
            self._connection.client.count, self._collection, count_filter=where, exact=True
        )
        return int(counted.count)

    def _still_there(self) -> models.QueryRequest:
        """Finds what makes the generation, which goes before its points do."""
        manifest = models.HasIdCondition(has_id=[key("manifest", self.name, self._site.number)])
        return models.QueryRequest(filter=models.Filter(must=[manifest]), limit=1, with_payload=False)

    def _manifest(self, whole: Manifest) -> Manifest:
        ids = [
            key("folder", segment, one) for segment in self.recorded.segments for one in self._seen.folders
        ]
        points = self._connection.points(self._collection, ids)
        found = [msgspec.convert(point.payload["value"], Folder) for point in points]
        languages: dict[str, int] = {}
        for one in found:
            for code, count in one.languages.items():
                languages[code] = languages.get(code, 0) + count
        return msgspec.structs.replace(
            whole,
            languages=tuple(
                sorted(filter(languages.get, languages), key=lambda code: (-languages[code], code))
            )
            or (DEFAULT,),
            documents=sum(one.documents for one in found),
            passages=sum(one.passages for one in found),
            units=sum(one.units for one in found),
            skipped=tuple(skip for skip in whole.skipped if self._scope.shows(skip.source)),
        )

    def _query(self, requests: list[models.QueryRequest]) -> list[list[models.ScoredPoint]]:
        if not requests:
            return []
        client = self._connection.client
        return [
            one.points for one in self._connection.call(client.query_batch_points, self._collection, requests)
        ]

    def _fetch_spans(self, numbers: list[int]) -> Mapping[int, tuple[int, int]]:
        return {number: (one.first, one.last) for number, one in self._passages.of(numbers).items()}

    def _fetch_homes(self, units: list[int]) -> Mapping[int, int]:
        points = self._connection.points(self._collection, units)
        if len(points) != len(units):
            raise self._damaged("units are missing")
        return {point.id: point.payload["value"] for point in points}
