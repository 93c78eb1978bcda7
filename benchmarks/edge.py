"""Qdrant's own core in this process, behind the calls that Docent makes of a client of a server.

The core (qdrant-edge-py) is that of the server, with one shard and no network. It finds, filters and writes
as a server does; shards, replicas, strict mode and HTTP are not here.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import qdrant_edge as core
from qdrant_client import models

_SCHEMAS = {
    models.PayloadSchemaType.KEYWORD: core.PayloadSchemaType.Keyword,
    models.PayloadSchemaType.INTEGER: core.PayloadSchemaType.Integer,
    models.PayloadSchemaType.FLOAT: core.PayloadSchemaType.Float,
}
_PARAMS = core.HnswIndexConfig(m=16, ef_construct=100, full_scan_threshold=10_000)


class EdgeClient:
    """Collections, each a shard in a folder; removed by ``close``."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="docent-edge-"))
        self._shards: dict[str, core.EdgeShard] = {}

    def close(self) -> None:
        """Remove them."""
        for name in list(self._shards):
            self.delete_collection(name)
        shutil.rmtree(self.folder, ignore_errors=True)

    # -------------------------------------------------------------------------------- collections

    def collection_exists(self, name: str) -> bool:
        """See ``QdrantClient``, as of all that follows."""
        return name in self._shards

    def get_collections(self) -> Any:
        return SimpleNamespace(collections=[SimpleNamespace(name=name) for name in self._shards])

    def create_collection(
        self, name: str, vectors_config: Any = None, sparse_vectors_config: Any = None, **_: Any
    ) -> None:
        vectors = {
            field: core.EdgeVectorParams(size=one.size, distance=core.Distance.Dot, on_disk=True)
            for field, one in (vectors_config or {}).items()
        }
        sparse = {field: core.EdgeSparseVectorParams() for field in sparse_vectors_config or ["unused"]}
        eighth = core.ScalarQuantizationConfig(type=core.ScalarType.Int8, always_ram=True)
        config = core.EdgeConfig(
            vectors=vectors, sparse_vectors=sparse, hnsw_config=_PARAMS,
            quantization_config=eighth if vectors else None,
        )  # fmt: skip
        (self.folder / name).mkdir()
        self._shards[name] = core.EdgeShard.create(str(self.folder / name), config)

    def delete_collection(self, name: str) -> None:
        self._shards.pop(name).close()
        shutil.rmtree(self.folder / name)

    def create_payload_index(self, name: str, field_name: str, field_schema: Any) -> None:
        schema = _SCHEMAS[field_schema]
        self._shards[name].update(core.UpdateOperation.create_field_index(field_name, schema))

    def update_collection(self, name: str, **_: Any) -> None:
        """Nothing: the graph of vectors is made by ``optimize``, which stops all threads meanwhile."""

    def optimize(self) -> None:
        """Make the graphs of vectors."""
        for shard in self._shards.values():
            while shard.optimize():
                pass

    def get_collection(self, name: str) -> Any:
        return SimpleNamespace(status=models.CollectionStatus.GREEN, info=self._shards[name].info())

    # -------------------------------------------------------------------------------- points

    def upsert(
        self, name: str, points: Any, update_filter: Any = None, update_mode: Any = None, wait: bool = True
    ) -> None:
        mode = core.UpdateMode.InsertOnly if update_mode == models.UpdateMode.INSERT_ONLY else None
        made = [core.Point(_id(one.id), _vectors(one.vector), one.payload) for one in points]
        where = _filter(update_filter)
        self._shards[name].update(core.UpdateOperation.upsert_points(made, where, mode))

    def set_payload(self, name: str, payload: Any, points: Any, wait: bool = True) -> None:
        operation = core.UpdateOperation.set_payload_by_filter(_filter(points.filter), payload)
        self._shards[name].update(operation)

    def delete(self, name: str, points_selector: Any, wait: bool = True) -> None:
        where = _filter(points_selector.filter)
        self._shards[name].update(core.UpdateOperation.delete_points_by_filter(where))

    def retrieve(self, name: str, ids: Any, with_payload: Any = True) -> list[Any]:
        found = self._shards[name].retrieve([_id(one) for one in ids], with_payload, False)
        return [SimpleNamespace(id=_plain(one.id), payload=one.payload) for one in found]

    def scroll(
        self, name: str, where: Any = None, limit: int = 10, offset: Any = None, with_payload: Any = True
    ) -> Any:
        request = core.ScrollRequest(offset, limit, _filter(where), with_payload)
        found, following = self._shards[name].scroll(request)
        return [SimpleNamespace(id=_plain(one.id), payload=one.payload) for one in found], following

    def count(self, name: str, count_filter: Any = None, exact: bool = True) -> Any:
        found = self._shards[name].count(core.CountRequest(exact, _filter(count_filter)))
        return SimpleNamespace(count=found)

    def query_batch_points(self, name: str, requests: Any) -> list[Any]:
        return [SimpleNamespace(points=self._query(name, one)) for one in requests]

    def _query(self, name: str, one: models.QueryRequest) -> list[Any]:
        where, payload = _filter(one.filter), bool(one.with_payload)
        if one.query is None:
            found, _ = self._shards[name].scroll(core.ScrollRequest(None, one.limit, where, payload))
        else:
            query = core.Query.Nearest(_vector(one.query), using=one.using)
            request = core.QueryRequest(
                limit=one.limit, query=query, filter=where, with_payload=payload, params=_params(one.params)
            )
            found = self._shards[name].query(request)
        return [
            SimpleNamespace(id=_plain(point.id), payload=point.payload, score=getattr(point, "score", 0.0))
            for point in found
        ]


def _id(one: Any) -> Any:
    return UUID(one) if isinstance(one, str) else one


def _plain(one: Any) -> Any:
    return one if isinstance(one, int) else str(one)


def _vector(one: Any) -> Any:
    return core.SparseVector(one.indices, one.values) if isinstance(one, models.SparseVector) else one


def _vectors(vectors: Any) -> Any:
    return {field: _vector(one) for field, one in vectors.items()}


def _params(one: models.SearchParams | None) -> core.SearchParams | None:
    if one is None:
        return None
    given = one.quantization
    quantization = given and core.QuantizationSearchParams(
        ignore=bool(given.ignore), rescore=given.rescore, oversampling=given.oversampling
    )
    return core.SearchParams(one.hnsw_ef, bool(one.exact), quantization)


def _filter(one: models.Filter | None) -> core.Filter | None:
    if one is None:
        return None
    parts = ([_condition(part) for part in some or ()] or None for some in (one.must, one.should))
    return core.Filter(*parts)


def _condition(one: Any) -> Any:
    match one:
        case models.Filter():
            return _filter(one)
        case models.HasIdCondition():
            return core.HasIdCondition({_id(each) for each in one.has_id})
        case models.FieldCondition(range=models.Range() as range_):
            return core.FieldCondition(one.key, range=core.RangeFloat(**range_.model_dump()))
        case models.FieldCondition(match=models.MatchAny() as match):
            return core.FieldCondition(one.key, match=core.MatchAny(match.any))
        case models.FieldCondition(match=models.MatchText() as match):
            return core.FieldCondition(one.key, match=core.MatchText(match.text))
        case models.FieldCondition(match=models.MatchValue() as match):
            return core.FieldCondition(one.key, match=core.MatchValue(match.value))
    raise NotImplementedError(one)
