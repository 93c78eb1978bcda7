"""Settings: typed, from four layers, each overriding the one before.

Packaged defaults (``config/docent.toml``) < a file < the environment < flags. The defaults live in
that file alone, where each has its reason beside it; the classes here only give them types.
"""

import difflib
import logging
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from index.errors import SettingsError
from index.scope import Scope

NotNegative = Annotated[int, msgspec.Meta(ge=0)]
Positive = Annotated[int, msgspec.Meta(ge=1)]
Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]
Device = Annotated[str, msgspec.Meta(pattern="^(auto|cpu|mps|(cuda|xpu|npu|hpu)(:[0-9]+)?)$")]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]

COLLECTIONS = "collections"
COLLECTION = re.compile(r"(?!here$|off$)[\w-]{1,40}")
"""Names of collections, in small letters; in a chat, "here" and "off" are said of them."""

_ENVIRONMENT_PREFIX = "DOCENT_"
_ROOT = Path(__file__).resolve().parent.parent
_log = logging.getLogger(__name__)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsSettings:
    """Where the documents are."""

    folder: Path
    max_megabytes: Positive
    follow_links: bool
    links: bool
    bin_days: Positive
    watch: bool

    @property
    def max_bytes(self) -> int:
        """The largest file that is read."""
        return self.max_megabytes * 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderSetting:
    """A folder that Docent chooses by itself when it is left empty."""

    folder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassagesSettings:
    """How long passages are, in tokens of the encoder."""

    max_tokens: Positive
    min_tokens: NotNegative


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderSettings:
    """Which model embeds texts, and where it runs."""

    model: str
    device: Device
    batch_size: Positive


@dataclass(frozen=True, slots=True, kw_only=True)
class ServingSettings:
    """By what means models are run."""

    backend: Literal["auto", "torch"]
    folder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LexicalSettings:
    """How words are matched."""

    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSettings:
    """How many candidates a search looks at."""

    candidates: Positive
    sweep: Positive
    passages: Positive


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderSettings:
    """Which model reads what was found, and how much of it."""

    model: str
    passages: Positive
    sentences: Positive


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSettings:
    """When an answer is given and how much of it."""

    threshold: Share
    quotes: Positive


class Ids(tuple[int, ...]):
    """Telegram's ids of people (positive) and groups (negative): a list, or a text as ``1, -2``."""

    __slots__ = ()


class Folders(tuple[str, ...]):
    """Folders below the documents folder: a list, or the name of one; see ``index/scope.py``."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionSettings:
    """Folders that some chats and people see instead of all."""

    folders: Folders
    chats: Ids = Ids()  # noqa: RUF009 - it is a tuple

    @property
    def scope(self) -> Scope:
        """What they see."""
        return Scope(self.folders)


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramSettings:
    """Whom the bot answers, and how it reaches Telegram. The token is no setting but a secret."""

    base_url: str
    access: Literal["closed", "open"]
    admins: Ids
    allowed: Ids
    webhook_url: str
    webhook_listen: str
    webhook_port: Positive
    questions_per_minute: Positive
    listen_minutes: Positive
    keep_days: Positive
    log_questions: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggingSettings:
    """How the bot's log is written; see ``bot/telegram/events.py``."""

    format: Literal["text", "logfmt", "json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringSettings:
    """Where the bot tells how it is; see ``bot/telegram/monitoring.py``."""

    listen: str
    port: Port


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings; ``given`` names those that some layer above the defaults has set."""

    documents: DocumentsSettings
    state: FolderSetting
    index: FolderSetting
    passages: PassagesSettings
    encoder: EncoderSettings
    serving: ServingSettings
    lexical: LexicalSettings
    search: SearchSettings
    reader: ReaderSettings
    answer: AnswerSettings
    telegram: TelegramSettings
    logging: LoggingSettings
    monitoring: MonitoringSettings
    collections: Mapping[str, CollectionSettings] = field(default_factory=dict)
    given: frozenset[str] = field(default_factory=frozenset)

    def state_folder(self) -> Path:
        """Where indexes and histories are kept."""
        if self.state.folder:
            return Path(self.state.folder).expanduser()
        if _in_checkout():
            return _ROOT / "var"
        import platformdirs

        return Path(platformdirs.user_state_dir("docent"))

    def graphs_folder(self) -> Path:
        """Where models are kept as they are run."""
        if self.serving.folder:
            return Path(self.serving.folder).expanduser()
        return self.state_folder() / "models"

    def scope_of(self, collection: str) -> Scope:
        """What a collection shows.

        Raises:
            SettingsError: there is none of that name.
        """
        if collection not in self.collections:
            known = ", ".join(sorted(self.collections)) or "none"
            raise SettingsError(
                f"There is no collection '{collection}' in the settings; there are: {known}. "
                f"Make one in a file for --config, as [collections.{collection}]."
            )
        return self.collections[collection].scope

    def own_folders(self) -> tuple[Path, ...]:
        """Folders of Docent's own, whose files are no documents, even below the documents folder."""
        return self.state_folder(), self.graphs_folder(), self.index_folder()

    def bin_folder(self) -> Path:
        """Where documents that were removed are kept for a while."""
        return self.state_folder() / "bin"

    def feedback_file(self) -> Path:
        """Where verdicts on answers are kept."""
        return self.state_folder() / "feedback.sqlite"

    def index_folder(self) -> Path:
        """The folder of the index: as set, or one that belongs to the documents folder."""
        if self.index.folder:
            return Path(self.index.folder).expanduser()
        documents = self.documents.folder.resolve()
        tag = sha256(os.fsencode(documents)).hexdigest()[:8]
        name = os.fsencode(documents.name).decode("utf-8", "replace")
        return self.state_folder() / "indexes" / f"{name or 'root'}-{tag}"


def load(
    file: Path | None = None,
    environment: Mapping[str, str] | None = None,
    flags: Mapping[str, Any] | None = None,
) -> Settings:
    """Read and check the settings.

    Args:
        file: a TOML file of settings that override the defaults.
        environment: variables, of which ``DOCENT_SECTION__KEY`` are read; a list is written as in
            TOML, and a collection's settings as ``DOCENT_COLLECTIONS__NAME__FOLDERS``.
        flags: values by dotted name, such as ``{"documents.folder": "docs"}``; None is not set.

    Raises:
        SettingsError: a file cannot be read, a name is unknown or a value does not fit.
    """
    values = _read(default_file())
    values[COLLECTIONS] = {}
    known = {f"{section}.{key}" for section, keys in values.items() for key in keys}
    layers = _layer(file) if file is not None else {}
    for variable, raw in sorted((environment or {}).items()):
        if variable.startswith(_ENVIRONMENT_PREFIX) and "__" in variable:
            name = variable.removeprefix(_ENVIRONMENT_PREFIX).lower().replace("__", ".", 1)
            if name.startswith(f"{COLLECTIONS}."):
                name = name.replace("__", ".")
            if name.split(".")[0] in values:
                layers[name] = (_from_environment(raw), variable)
            else:  # perhaps for another version that shares this environment
                _log.warning("%s is ignored: there is no such setting", variable)
    for name, value in (flags or {}).items():
        if value is not None:
            layers[name] = (value, "the command line")
    for name, (value, origin) in layers.items():
        section, _, key = name.partition(".")
        if section == COLLECTIONS:
            collection, key = _in_collection(name, origin)
            values[section].setdefault(collection, {})[key] = value
            continue
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ". See config/docent.toml."
            raise SettingsError(f"{origin}: there is no setting '{name}'{hint}")
        values[section][key] = value
    collections = {
        name: _converted(value, CollectionSettings, layers, f"{COLLECTIONS}.{name}.")
        for name, value in values.pop(COLLECTIONS).items()
    }
    settings = _converted(values, Settings, layers)
    return replace(settings, collections=collections, given=frozenset(layers))


def _layer(file: Path) -> dict[str, tuple[Any, str]]:
    """The settings of a file by dotted name, each with its origin."""
    layers: dict[str, Any] = {}
    for section, keys in _read(file).items():
        if not isinstance(keys, dict):
            raise SettingsError(f"{file}: '{section}' stands outside a [section].")
        for key, value in keys.items():
            of_collection = section == COLLECTIONS and isinstance(value, dict) and value
            inner = {f"{key}.{name}": one for name, one in value.items()} if of_collection else {key: value}
            layers |= {f"{section}.{name}": one for name, one in inner.items()}
    return {name: (value, str(file)) for name, value in layers.items()}


def _in_collection(name: str, origin: str) -> tuple[str, str]:
    """Which collection a setting is of, and which of its settings it is."""
    collection, _, key = name.removeprefix(f"{COLLECTIONS}.").rpartition(".")
    if collection != collection.lower() or not COLLECTION.fullmatch(collection):
        raise SettingsError(
            f"{origin}: '{name}' is no setting of a collection. Write [collections.NAME] with folders and "
            "chats; NAME has small letters, digits, - and _, and is neither 'here' nor 'off'."
        )
    if key not in (one.name for one in fields(CollectionSettings)):
        raise SettingsError(f"{origin}: there is no setting '{name}'; a collection has folders and chats.")
    return collection, key


def _converted(value: object, wanted: type[_T], layers: Mapping[str, tuple[Any, str]], above: str = "") -> _T:
    """Values as settings, checked; ``above`` is what their names begin with."""
    try:
        return msgspec.convert(value, wanted, strict=False, dec_hook=_decode)
    except msgspec.ValidationError as error:
        reason, _, where = str(error).partition(" - at ")
        name = f"{above}{where.strip('`$.')}".strip(".")
        below = (origin for known, (_, origin) in layers.items() if known.startswith(name))
        origin = next(below, "config/docent.toml")
        raise SettingsError(f"{origin}: setting '{name}': {reason[0].lower()}{reason[1:]}.") from None


def default_file() -> Path:
    """The file of defaults: in a checkout ``config/docent.toml``, else its copy in the wheel."""
    if _in_checkout():
        return _ROOT / "config" / "docent.toml"
    return Path(__file__).with_name("docent.toml")


def _in_checkout() -> bool:
    return (_ROOT / "config" / "docent.toml").is_file() and (_ROOT / "pyproject.toml").is_file()


def _read(file: Path) -> dict[str, dict[str, Any]]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The settings file {file} cannot be read: {error}.") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"The settings file {file} is not valid TOML: {error}.") from None


def _from_environment(raw: str) -> Any:
    """A list or a quoted text as TOML has it; all else as it is, for msgspec turns it into numbers."""
    if raw[:1] not in ("[", '"'):
        return raw
    try:
        return tomllib.loads(f"value = {raw}")["value"]
    except tomllib.TOMLDecodeError:
        return raw


def _id(value: Any) -> int:
    if type(value) not in (int, str):  # int() would round a fraction, and take "true" for 1
        raise TypeError
    return int(value)


def _decode(wanted: type, value: Any) -> Any:
    """Let msgspec build the types that TOML does not have."""
    if wanted is Path and isinstance(value, str | Path):
        if not str(value):  # which would be the folder that one happens to be in, with all that is there
            raise ValueError("Expected the path of a folder, got ''")
        try:
            return Path(value).expanduser()
        except RuntimeError as error:  # there is no such user
            raise ValueError(f"{value}: {error}") from None
    if wanted is Ids:
        try:
            items = value.replace(",", " ").split() if isinstance(value, str) else value
            return Ids(map(_id, items if isinstance(items, list) else [items]))
        except (TypeError, ValueError):
            raise ValueError(f"Expected ids such as [12345, -67890], got {value!r}") from None
    if wanted is Folders:
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise ValueError(f'Expected folders such as ["hr", "handbook/public"], got {value!r}')
        return Folders(Scope.of(names).folders)
    raise ValueError(f"Expected a {wanted.__name__.lower()}, got {value!r}")
