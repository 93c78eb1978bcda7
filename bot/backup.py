"""All that cannot be made again, into one file: ``docent backup``.

What that is, ``bot/kept.py`` declares; the file is that of ``bot/archives.py``. The bot may run meanwhile,
for SQLite copies its files consistently. The token is never in it. The way back is ``bot/restoring.py``.
"""

import os
import re
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath

import msgspec

from bot import feedback, kept, swapping
from bot.archives import DOCUMENTS, FORMAT, SETTINGS, STATE, Archive, Manifest, Writer
from bot.plain import counted, line
from bot.settings import Settings
from index.errors import DocumentsError, StateError, reason

_TOKEN = re.compile(r"\b\d{6,12}:[A-Za-z0-9_-]{30,}\b")  # of Telegram
_PATIENCE = 10.0  # seconds for another process to finish writing


class Item(msgspec.Struct, frozen=True):
    """A file of the state folder, or all documents: its path there, what it is, and its size in bytes."""

    path: str
    what: str
    bytes: int
    replaced: bool = False


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was done; ``removed`` are files that were in the state folder and are not in the backup."""

    file: str
    bytes: int
    made: str
    items: tuple[Item, ...]
    removed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def text(done: Report, verb: str) -> str:
    """What was done for a person to read, a line each."""
    lines = [
        f"{'replaced' if one.replaced else verb}: {one.path} ({one.what}, {one.bytes / 1e3:.0f} kB)"
        for one in done.items
    ]
    lines += [f"removed: {path}, which the backup does not have" for path in done.removed]
    return "\n".join(map(line, [*lines, *(f"note: {note}" for note in done.notes)]))


# ------------------------------------------------------------------------------------ making


def make(
    settings: Settings,
    file: Path,
    *,
    config: Path | None = None,
    documents: bool = False,
    force: bool = False,
    token: str = "",
) -> Report:
    """Make a backup, and read it back.

    Args:
        settings: whose state is kept.
        file: the backup.
        config: a settings file to keep too.
        documents: whether to keep the documents too.
        force: whether a file that is there may be replaced.
        token: the bot's, which is left out wherever it stands.

    Raises:
        StateError: there is nothing to keep, something cannot be read, or the file cannot be written.
        DocumentsError: the documents are wanted, and not there.
    """
    folder = settings.state_folder()
    _check_place(settings, file, force=force)
    swapping.settle(folder)
    notes = ["the token, and what can be made again (index, models, caches), are not in it"]
    try:
        with tempfile.TemporaryDirectory(prefix=".docent-backup-", dir=file.parent) as name:
            place = Path(name)
            writer = Writer(place / "archive")
            with closing(writer):
                items = list(_add_state(writer, folder, place))
                if config is not None:
                    notes += _add_settings(writer, config, place, token)
                    items.append(Item(config.name, "the settings file", writer.entries[-1].size))
                if documents:
                    found, left_out = _documents(settings)
                    items.append(_add_documents(writer, settings.documents.folder, found))
                    notes += [f"'{one}' is left out: {reason}" for one, reason in left_out]
                if not items:
                    raise StateError(f"There is nothing in {folder} to keep yet, so no backup was made.")
                made = datetime.now(UTC).isoformat(timespec="seconds")
                writer.finish(_manifest(settings, made))
            with closing(Archive(place / "archive")) as archive:
                archive.check()
            size = (place / "archive").stat().st_size
            (place / "archive").replace(file)
    except OSError as error:
        raise StateError(f"The backup {file} cannot be made: {reason(error)}. No backup was made.") from None
    return Report(file=str(file), bytes=size, made=made, items=tuple(items), notes=tuple(notes))


def _check_place(settings: Settings, file: Path, *, force: bool) -> None:
    if os.path.lexists(file) and not force:
        raise StateError(f"There is a file {file} already. Name another, or add --force to replace it.")
    if file.resolve().is_relative_to(settings.documents.folder.resolve()):
        raise StateError(f"{file} would be among the documents, which people can read. Name another place.")


def _manifest(settings: Settings, made: str) -> Manifest:
    return Manifest(
        format=FORMAT,
        docent=version("docent-bot"),
        made=made,
        documents=feedback.name_of(settings.documents.folder),
        index=str(settings.index_folder().resolve()),
        files=(),
    )


def _add_state(writer: Writer, folder: Path, place: Path) -> Iterator[Item]:
    for path, row in precious(folder):
        source = folder / path
        try:
            if row.form == "sqlite":
                _copy_database(source, place / "copy")
                source = place / "copy"
            writer.add(f"{STATE}{path}", source)
        except FileNotFoundError:  # it was removed meanwhile
            continue
        except sqlite3.Error as error:
            raise StateError(
                f"{folder / path} cannot be copied: {error}. If it is damaged, move it away or restore an "
                "earlier backup. No backup was made."
            ) from None
        yield Item(str(path), row.what, writer.entries[-1].size)


def precious(folder: Path) -> Iterator[tuple[PurePosixPath, kept.Kept]]:
    """Files that cannot be made again, without those that SQLite keeps beside its own."""
    for path, row in kept.found(folder):
        if row and row.kind == "precious" and not path.name.endswith(row.beside or "\0"):
            yield path, row


def _copy_database(source: Path, target: Path) -> None:
    """Copy an SQLite file as it is at one moment, whoever writes to it."""
    target.unlink(missing_ok=True)
    name = f"{source.absolute().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(name, uri=True, timeout=_PATIENCE)) as one,
        closing(sqlite3.connect(target)) as other,
    ):
        one.backup(other)
        other.execute("PRAGMA journal_mode = DELETE")  # so that it is one file
        check_whole(other)


def check_whole(database: sqlite3.Connection) -> None:
    """Look through an SQLite file.

    Raises:
        sqlite3.DatabaseError: it is damaged.
    """
    (found,) = database.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise sqlite3.DatabaseError("its pages do not fit together")


def _add_settings(writer: Writer, config: Path, place: Path, token: str) -> list[str]:
    """Keep a settings file without the token, which has no business there; a note where it stood."""
    data = config.read_text(encoding="utf-8-sig")
    clean = _TOKEN.sub("***", data.replace(token, "***") if token else data)
    (place / "settings").write_text(clean, encoding="utf-8")
    writer.add(SETTINGS, place / "settings")
    return [] if clean == data else [f"a token stands in {config}; in the backup, *** stands in its place"]


def _documents(settings: Settings) -> tuple[list[PurePosixPath], list[tuple[str, str]]]:
    """The documents, whether or not they can be read; and what is left out of a backup, and why."""
    folder = settings.documents.folder
    if not folder.is_dir():
        raise DocumentsError(f"There is no documents folder '{folder}' to keep. Name yours with --docs DIR.")
    own = {os.path.realpath(one) for one in settings.own_folders()}
    found, left_out = [], []
    for place, folders, names in os.walk(folder):
        below = Path(place).relative_to(folder)
        folders[:] = [
            one for one in folders if one[0] != "." and os.path.realpath(Path(place) / one) not in own
        ]
        for name in sorted([*names, *(one for one in folders if (Path(place) / one).is_symlink())]):
            path, shown = Path(place) / name, os.fsencode(below / name).decode("utf-8", "replace")
            if name.startswith("."):
                continue
            if path.is_symlink() or not path.is_file():
                left_out.append((shown, "it is a link, or no regular file"))
            elif shown != str(below / name):
                left_out.append((shown, "its name is not valid UTF-8"))
            else:
                found.append(PurePosixPath((below / name).as_posix()))
    return sorted(found), left_out


def _add_documents(writer: Writer, folder: Path, paths: Sequence[PurePosixPath]) -> Item:
    before = len(writer.entries)
    for path in paths:
        with suppress(FileNotFoundError):  # it was removed meanwhile
            writer.add(f"{DOCUMENTS}{path}", folder / path)
    added = writer.entries[before:]
    size = sum(entry.size for entry in added)
    return Item(str(folder), counted(len(added), "document"), size)
