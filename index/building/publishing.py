"""Documents in, a new generation out, wherever the index lies: to a server it is sent when it is whole."""

from contextlib import closing
from dataclasses import replace
from functools import partial

from index.building.build import build
from index.building.progress import Progress, Silent
from index.building.removals import Removals
from index.building.summary import Summary
from index.encoder import Encoder
from index.engines.base import Index, Served
from index.engines.local.store import Store
from index.settings import Settings


def renew(
    settings: Settings,
    encoder: Encoder,
    index: Index,
    *,
    full: bool = False,
    damaged: bool = False,
    progress: Progress | None = None,
    removals: Removals = "most",
) -> Summary:
    """Bring an index up to date with the documents folder; see ``build`` for the arguments.

    Where nothing changed, but the server has not the index of this machine, that is sent: so an index moves.

    Raises:
        IndexAway: the server does not answer.
        IndexBusy: another process, or another machine, is building this index.
        DocentError: as of ``build``.
    """
    built = partial(
        build, settings, encoder, full=full, damaged=damaged, progress=progress, removals=removals
    )
    if not isinstance(index, Served):
        return built()
    with index.lease() as lease:
        summary = built()
        with closing(Store(settings.index_folder()).current()) as new:
            sent = index.take(new, lease, progress or Silent(), full=full or damaged)
    return replace(summary, changed=summary.changed or sent)
