"""The sections ``[index]`` and ``[lexical]``."""

from dataclasses import dataclass

from index.values import Positive


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexSettings:
    """Where the index lies, and what holds it; the engines are those of ``index/engines/table.py``."""

    folder: str
    engine: str
    url: str
    name: str
    timeout: Positive
    shards: Positive
    replicas: Positive


@dataclass(frozen=True, slots=True, kw_only=True)
class LexicalSettings:
    """How words are matched."""

    language: str
