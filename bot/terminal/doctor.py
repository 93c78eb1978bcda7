"""Looks for what is wrong with a set-up, and says in plain words how to mend it."""

import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.engine import Engine
from bot.plain import counted
from bot.settings import Settings
from bot.status import empty_folders, fallback
from bot.terminal import telegram_doctor
from bot.terminal.findings import Finding
from bot.terminal.telegram_doctor import LISTEN, RUN
from index import catalogue, documents
from index.errors import DocentError, DocumentsError

_LITTLE = 200_000_000  # bytes free, below which an index may not fit

STRANGE = (
    "state: {count} in its folders not of Docent's making: {names}{more}. `docent backup` leaves them out; "
    "move away what is not needed there."
)


def examine(settings: Settings, environment: Mapping[str, str], listen: int = LISTEN) -> Iterator[Finding]:
    """All findings, as they are made.

    Args:
        settings: what is examined.
        environment: where the token stands.
        listen: seconds in which another poller would be heard of.
    """
    try:
        engine = Engine(settings)
    except DocentError as error:  # the index is named alone, and does not say of which documents it is
        yield Finding("wrong", f"index: {error}")
        return
    yield from _documents(engine)
    yield from _model(engine)
    yield from _index(engine)
    for name, folder in (("state", settings.state_folder()), ("index", settings.index_folder())):
        yield _writable(name, folder)
    yield from _strange(settings)
    yield from telegram_doctor.examine(engine, environment, listen)


def _documents(engine: Engine) -> Iterator[Finding]:
    place = engine.settings.documents
    try:
        files, skipped = documents.found_by(engine.settings)
    except DocumentsError as error:
        yield Finding("wrong", f"documents: {error}")
        return
    if files:
        yield Finding("ok", f"documents: {counted(len(files), 'file')} in '{place.folder}'")
    else:
        yield Finding(
            "wrong", f"documents: '{place.folder}' is empty. Put files there, or name another folder."
        )
    if skipped:
        named = ", ".join(f"{skip.source} ({skip.reason})" for skip in skipped[:3])
        yield Finding("note", f"documents: passed over {counted(len(skipped), 'file')}: {named}")


def _model(engine: Engine) -> Iterator[Finding]:
    started = time.perf_counter()
    try:
        engine.encoder.encode_questions(["?"])
    except DocentError as error:
        yield Finding("wrong", f"model: {error}")
    else:
        seconds = time.perf_counter() - started
        known = catalogue.models_of(engine.encoder.name)
        languages = f" ({', '.join(model.languages for model in known)})" if known else ""
        name = f"{engine.encoder.name}{languages}"
        yield Finding("ok", f"model: {name} loads without network in {seconds:.1f} s")
        if (better := fallback(engine.settings)) is not None:
            yield Finding("note", f"model: {better}")
    for reader in engine.readers.wanted(()):
        try:
            reader.read("?", ["."])
        except DocentError as error:
            yield Finding("wrong", f"reader: {error}")
        else:
            yield Finding("ok", f"reader: {reader.name} loads without network")


def _index(engine: Engine) -> Iterator[Finding]:
    try:
        if not engine.has_index():
            hint = f"Run `docent index`; {RUN} and `docent ask` do it too."
            yield Finding("wrong", f"index: there is none. {hint}")
            return
        generation = engine.generation()
        if engine.fault:
            yield Finding("wrong", f"index: {engine.fault}")
        generation.check()
        engine.check_encoder()
    except DocentError as error:
        yield Finding("wrong", f"index: {error}")
        return
    manifest = generation.manifest
    yield Finding(
        "ok", f"index: {counted(manifest.documents, 'document')}, built {manifest.created[:16]} UTC"
    )
    sources = [entry.source for entry in generation.entries()]
    yield from (Finding("note", told) for told in empty_folders(engine.settings, sources))
    try:
        changes = engine.changes()
    except DocumentsError:
        return  # told already
    if changes:
        count = len(changes.added) + len(changes.edited) + len(changes.removed)
        yield Finding(
            "wrong",
            f"index: stale, {counted(count, 'document')} changed since. Run `docent index` or /reindex.",
        )


def _strange(settings: Settings) -> Iterator[Finding]:
    """Files among Docent's own that are nothing of its, and that no backup would keep."""
    from bot import kept

    if names := kept.unknown(settings):
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        told = STRANGE.format(count=counted(len(names), "file"), names=", ".join(names[:3]), more=more)
        yield Finding("note", told)


def _writable(name: str, folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"docent")
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Finding(
            "wrong", f"disk: the {name} folder {folder} is not writable ({error.strerror}). Mend its rights."
        )
    if free < _LITTLE:
        return Finding("wrong", f"disk: only {free / 1e6:.0f} MB are free for the {name} folder {folder}.")
    return Finding("ok", f"disk: the {name} folder {folder} is writable")
