"""A backup back to where it was, all of it or nothing: ``docent restore``.

The file is checked first, then unpacked beside what it replaces (``bot/swapping.py``), and only then moved
into place. Only what ``bot/kept.py`` declares precious is taken from it, whatever else it may hold.
"""

import os
import re
import sqlite3
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack, closing, nullcontext
from pathlib import Path, PurePosixPath

from bot import feedback, kept, migrating, swapping
from bot.archives import DOCUMENTS, SETTINGS, STATE, Archive, Entry
from bot.backup import Item, Report, check_whole, precious
from bot.plain import counted
from bot.settings import Settings
from bot.swapping import Swap
from bot.telegram.persistence import state
from index.building import bin as bins
from index.errors import StateError, reason
from index.names import folder_as_text

_BOT = re.compile(r"telegram/\d+\.sqlite")


def restore(
    settings: Settings,
    file: Path,
    *,
    documents: bool = False,
    config: Path | None = None,
    force: bool = False,
) -> Report:
    """Restore a backup.

    Args:
        settings: name the state folder and the documents folder.
        file: the backup.
        documents: whether to restore the documents too, to a folder that is empty or not there.
        config: where to write the settings file of the backup.
        force: whether files of the state folder, and the settings file, may be replaced.

    Raises:
        StateError: the backup is none, is damaged or of a newer version; files would be replaced unasked; a
            bot runs; or something cannot be written. What was there is as it was.
    """
    folder, place = settings.state_folder(), settings.documents.folder
    with closing(Archive(file)) as archive, swapping.alone(folder), ExitStack() as held:
        entries = archive.below(STATE)
        rows = {path: _row(path, file) for path in entries}
        bots = [folder / path for path in rows if _BOT.fullmatch(path)]
        _hold({*bots, *(folder / "telegram").glob("*.sqlite")}, held)
        there = [str(path) for path, _ in precious(folder)]
        _check_place(folder, there, entries, force=force)
        if documents:
            _check_documents(archive, place, folder)
        if config is not None:
            _check_settings(archive, config, force=force)
        try:
            with swapping.swap(folder) as new, swapping.swap(place) if documents else nullcontext() as texts:
                archive.unpack(entries.values(), STATE, new.new)
                for path, row in rows.items():
                    if row.form == "sqlite":
                        _check_database(new.new / path, row, file)
                notes = _follow(archive, settings, new)
                if texts is not None:
                    archive.unpack(archive.below(DOCUMENTS).values(), DOCUMENTS, texts.new)
                    texts.commit()
                if entries:
                    new.commit(
                        [str(path) for path, row in kept.found(folder) if row and row.kind == "precious"]
                    )
                if config is not None:
                    _write_settings(archive, config)
        except OSError as error:
            raise StateError(
                f"{file} cannot be restored: {reason(error)}. What was there is as it was; mend that, and "
                "try again."
            ) from None
        items = [Item(path, rows[path].what, one.size, path in there) for path, one in entries.items()]
        if documents:
            texts_in = archive.below(DOCUMENTS).values()
            items.append(_documents(place, texts_in))
        if config is not None:
            items.append(Item(str(config), "the settings file", config.stat().st_size))
        removed = [path for path in there if path not in entries] if entries else []
        return Report(
            file=str(file),
            bytes=file.stat().st_size,
            made=archive.manifest.made,
            items=tuple(items),
            removed=tuple(removed),
            notes=(*notes, *_left(archive, documents=documents, config=config)),
        )


# ------------------------------------------------------------------------------------ checking


def _row(path: str, file: Path) -> kept.Kept:
    """What a file of a backup is.

    Raises:
        StateError: it is nothing that a backup holds.
    """
    row = kept.row_of(PurePosixPath(path))
    if row is None or row.kind != "precious" or path.endswith(row.beside or "\0"):
        raise StateError(f"{file} cannot be restored: '{path}' in it is no part of a backup.")
    return row


def _hold(files: Iterable[Path], held: ExitStack) -> None:
    """Have no bot start that uses one of these files.

    Raises:
        StateError: one runs.
    """
    for file in sorted(files):
        try:
            held.enter_context(state.held(file))
        except state.InUse:
            raise StateError(
                f"A bot is running with {file}, so nothing was restored. Stop it, and try again."
            ) from None


def _check_place(folder: Path, there: list[str], entries: dict[str, Entry], *, force: bool) -> None:
    if there and entries and not force:
        raise StateError(
            f"The state folder {folder} holds {counted(len(there), 'file')} already that would be replaced, "
            f"as '{there[0]}'. Add --force to replace them, or name another folder by DOCENT_STATE__FOLDER."
        )


def _check_documents(archive: Archive, place: Path, folder: Path) -> None:
    if not archive.below(DOCUMENTS):
        raise StateError("The backup holds no documents: it was made without --documents.")
    if place.resolve() == folder.resolve():
        raise StateError(
            f"The documents cannot be in the state folder {folder}. Name another with --docs DIR."
        )
    if place.exists() and (not place.is_dir() or any(not name.startswith(".") for name in os.listdir(place))):
        raise StateError(
            f"The documents folder '{place}' is not empty, and what is there is never replaced. Name an "
            "empty one with --docs DIR."
        )


def _check_settings(archive: Archive, config: Path, *, force: bool) -> None:
    if not archive.has(SETTINGS):
        raise StateError("The backup holds no settings file: it was made without --config.")
    if os.path.lexists(config) and not force:
        raise StateError(f"There is a file {config} already. Name another, or add --force to replace it.")


def _check_database(database: Path, row: kept.Kept, file: Path) -> None:
    """Look through an SQLite file before it takes its place.

    Raises:
        StateError: it is damaged, or of a newer version.
    """
    try:
        with closing(sqlite3.connect(database)) as opened:
            opened.execute("PRAGMA trusted_schema = OFF")
            check_whole(opened)
            found = migrating.version(opened)
    except sqlite3.Error as error:
        raise StateError(
            f"{file} cannot be restored: '{database.name}' in it is damaged ({error})."
        ) from None
    migrating.check(found, row.format or 0, f"'{database.name}' in {file}")


# ------------------------------------------------------------------------------------ restoring


def _follow(archive: Archive, settings: Settings, new: Swap) -> list[str]:
    """Have what names folders name those of now; a note where that cannot be done."""
    then = archive.manifest
    log = new.new / settings.feedback_file().name
    if log.exists() and then.documents != feedback.name_of(settings.documents.folder):
        feedback.Feedback(log, settings.documents.folder).move(then.documents)
    here = folder_as_text(settings.documents.folder)
    if then.documents != here:
        bins.move(new.new / settings.bin_folder().name, then.documents, here)
    moved = then.index != str(settings.index_folder().resolve())
    if moved and any(path.startswith("calibrations/") for path in archive.below(STATE)):
        return [f"calibrations are of the index in {then.index}; for the one here, run `docent calibrate`"]
    return []


def _write_settings(archive: Archive, config: Path) -> None:
    config.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".docent-", dir=config.parent) as place:
        archive.unpack(archive.below(SETTINGS).values(), "", Path(place))
        (Path(place) / SETTINGS).replace(config)


def _documents(place: Path, entries: Iterable[Entry]) -> Item:
    sizes = [entry.size for entry in entries]
    return Item(str(place), counted(len(sizes), "document"), sum(sizes))


def _left(archive: Archive, *, documents: bool, config: Path | None) -> list[str]:
    """What else the backup holds, and what comes next."""
    left = []
    if archive.below(DOCUMENTS) and not documents:
        left.append("the backup holds documents too: --documents restores them to an empty folder")
    if archive.has(SETTINGS) and config is None:
        left.append("the backup holds a settings file too: --settings FILE writes it")
    return [*left, "now run `docent index`, and start the bot with its token"]
