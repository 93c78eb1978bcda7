"""``docent index --shard I/N --to DIR`` and ``--bundles DIR``: many machines encode, one builds the index."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bot.engine import Engine
from bot.plain import counted, line
from bot.progress import shown
from bot.settings import Settings
from index.building import sharding
from index.building.bundles import Bundled, Bundles
from index.building.sharding import Encoded, Shard
from index.building.summary import Summary
from index.errors import BundleError


def encode(settings: Settings, shard: Shard, folder: Path) -> Encoded:
    """Encode the documents of a shard; see ``index.building.sharding.encode``.

    Raises:
        BundleError: the folder lies among the documents, or see there.
    """
    if folder.resolve().is_relative_to(settings.documents.folder.resolve()):
        raise BundleError(f"'{folder}' would be among the documents. Name another folder with --to.")
    with shown() as progress:
        return sharding.encode(settings, Engine(settings).encoder, shard, folder, progress)


def built(settings: Settings, folders: Sequence[Path], *, full: bool) -> Summary:
    """Build the index from bundles, and encode what they lack; see ``index.building.build.build``.

    Raises:
        BundleError: there are none, or one is damaged or of another model.
    """
    encoder = Engine(settings).encoder
    bundles = Bundles(folders, encoder)
    if not bundles:
        named = ", ".join(f"'{folder}'" for folder in folders)
        raise BundleError(
            f"There are no bundles of vectors in {named}. `docent index --shard I/N --to DIR` makes them."
        )
    with shown() as progress:
        summary = Engine(settings, Bundled(encoder, bundles)).build(full=full, progress=progress)
    return replace(summary, embedded=summary.embedded - bundles.taken, bundled=bundles.taken)


def lacking(summary: Summary) -> str | None:
    """What to say where bundles did not hold all vectors."""
    if not summary.embedded:
        return None
    return (
        f"The bundles lacked {counted(summary.embedded, 'text')}, encoded here: documents changed since the "
        "shards were encoded, or a shard is missing."
    )


def text(done: Encoded) -> str:
    """What became of a shard, in lines."""
    known = f", {done.unchanged} more as the index has them" if done.unchanged else ""
    lines = [
        f"shard {done.shard}: {counted(done.documents, 'document')}{known}, {counted(done.texts, 'text')} "
        f"({done.kept} there already, {done.embedded} embedded) in {done.seconds:.1f} s"
    ]
    lines += [f"skipped: {line(skip.source)} ({line(skip.reason)})" for skip in done.skipped]
    return "\n".join(lines)
