"""Whether a generation on a Qdrant server is what was sent: counted, and a sample of it compared."""

import numpy as np

from index.engines.base import Readable
from index.engines.qdrant.generation import RemoteGeneration
from index.errors import IndexDamaged

_SAMPLE = 64  # units and passages whose scores are compared
_NEAR = 1e-4  # that two scores may differ


def verify(generation: Readable, remote: RemoteGeneration) -> None:
    """Count what is there, and compare texts and scores of a sample with those of this machine.

    Raises:
        IndexDamaged: it is not what was sent.
        IndexAway: the server does not answer.
    """
    remote.check()
    if not (count := generation.manifest.units):
        return
    rows = np.linspace(0, count - 1, min(_SAMPLE, count)).astype(np.int64)
    vector = generation.vectors(range(count - 1, count))[0]
    if not np.allclose(generation.cosines(rows, vector), remote.cosines(rows, vector), atol=_NEAR):
        raise _differs("cosines")
    passages = np.unique(generation.passages_with(rows)).tolist()
    for number in passages:
        if generation.passage(number) != remote.passage(number):
            raise _differs(f"the texts of passage {number}")
    ours, theirs = (
        list(one.lexical.search(generation.passage(passages[-1]).text, 5).values())
        for one in (generation, remote)
    )
    if len(ours) != len(theirs) or not np.allclose(ours, theirs, rtol=_NEAR):
        raise _differs("BM25 scores")


def _differs(what: str) -> IndexDamaged:
    return IndexDamaged(
        f"What the Qdrant server holds is not what was sent: {what} differ. It is not made the current "
        "index; run `docent index` to send it anew."
    )
