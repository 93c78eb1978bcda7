"""Whether a generation on a Qdrant server is what was sent: counted, and a sample of it compared."""

from collections.abc import Sequence

import numpy as np

from index.engines.base import Entry, Readable
from index.engines.qdrant.generation import RemoteGeneration
from index.errors import IndexDamaged

_SAMPLE = 64  # passages that are compared, half of them of documents that were sent now
_SEARCHED = 4  # of them, whose words are searched for
_NEAR = 1e-4  # that two scores may differ


def verify(
    generation: Readable,
    remote: RemoteGeneration,
    pairs: Sequence[tuple[Entry, Entry]],
    sent: Sequence[tuple[Entry, Entry]],
    moved: float,
) -> None:
    """Count what is there, and compare texts and scores of a sample with those of this machine.

    Args:
        generation: of this machine.
        remote: the same on the server.
        pairs: its documents, as they are listed here and there.
        sent: those of them that were sent now.
        moved: the share by which the mean length of passages differs from that which weights are made with.

    Raises:
        IndexDamaged: it is not what was sent.
        IndexAway: the server does not answer.
    """
    remote.check()
    passages = {**_sample(pairs), **_sample(sent)}
    if not passages:
        return
    ours, theirs = np.array(list(passages)), np.array(list(passages.values()))
    (rows, firsts), (others, other_firsts) = generation.rows_of(ours), remote.rows_of(theirs)
    if not np.array_equal(firsts, other_firsts) or len(rows) != len(others):
        raise _differs("units of passages")
    if len(rows):
        vector = generation.vectors(range(int(rows[-1]), int(rows[-1]) + 1))[0]
        if not np.allclose(generation.cosines(rows, vector), remote.cosines(others, vector), atol=_NEAR):
            raise _differs("cosines")
    for one, other in passages.items():
        if generation.passage(one) != remote.passage(other):
            raise _differs(f"the texts of passage {one}")
    for one in ours[np.linspace(0, len(ours) - 1, min(_SEARCHED, len(ours))).astype(np.int64)].tolist():
        text = generation.passage(one).text
        if generation.lexical.weights(text) != remote.lexical.weights(text):
            raise _differs("frequencies of words")
        scores, found = (list(one.lexical.search(text, 5).values()) for one in (generation, remote))
        if len(scores) != len(found) or not np.allclose(scores, found, rtol=_NEAR + moved):
            raise _differs("BM25 scores")


def _sample(pairs: Sequence[tuple[Entry, Entry]]) -> dict[int, int]:
    """Passages of some documents, evenly spread, by their numbers here and there."""
    ends = np.cumsum([0, *(entry.last - entry.first for entry, _ in pairs)])
    found = {}
    for one in np.unique(np.linspace(0, ends[-1] - 1, min(_SAMPLE // 2, int(ends[-1]))).astype(np.int64)):
        number = int(np.searchsorted(ends, one, side="right")) - 1
        entry, other = pairs[number]
        found[entry.first + int(one - ends[number])] = other.first + int(one - ends[number])
    return found


def _differs(what: str) -> IndexDamaged:
    return IndexDamaged(
        f"What the Qdrant server holds is not what was sent: {what} differ. It is not made the current "
        "index; run `docent index` to send it anew."
    )
