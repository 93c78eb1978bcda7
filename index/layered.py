"""Layers of settings in, a typed record out: each layer overrides the one before.

A file of defaults < a file < the environment < flags. What a record wants, its sections say by their types;
a type that TOML does not have reads itself, by ``of_setting``.
"""

import difflib
import logging
import tomllib
from collections.abc import Container, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar, get_args, get_origin, runtime_checkable

import msgspec

from index.errors import SettingsError, reason

_ENVIRONMENT_PREFIX = "DOCENT_"
_log = logging.getLogger(__name__)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layered:
    """Base of records of sections; ``given`` names settings that some layer above the defaults has set."""

    given: frozenset[str] = field(default_factory=frozenset)


_Record = TypeVar("_Record", bound=Layered)


@runtime_checkable
class OfSetting(Protocol):
    """A type of a setting that reads itself."""

    @classmethod
    def of_setting(cls, value: object) -> Any:
        """The value as it stands in a layer, as this type.

        Raises:
            ValueError: it is none; the message says what was expected.
        """


class Named(Protocol):
    """A section of which there may be many, with names that people choose: ``Mapping[str, Named]``."""

    @classmethod
    def parted(cls, name: str, origin: str) -> tuple[str, str]:
        """The name that people chose and the key below it, of a setting's dotted name.

        Raises:
            SettingsError: the name or the key is none.
        """


def load(
    kind: type[_Record],
    defaults: Path,
    file: Path | None = None,
    environment: Mapping[str, str] | None = None,
    flags: Mapping[str, Any] | None = None,
) -> _Record:
    """Read and check settings.

    Args:
        kind: the record, whose fields are sections; other sections of the defaults are left to other records.
        defaults: a TOML file of all settings of all sections.
        file: a TOML file of settings that override the defaults.
        environment: variables, of which ``DOCENT_SECTION__KEY`` are read; a list is written as in
            TOML, and a setting of a named section as ``DOCENT_SECTION__NAME__KEY``.
        flags: values by dotted name, such as ``{"documents.folder": "docs"}``; None is not set.

    Raises:
        SettingsError: a file cannot be read, a name is unknown or a value does not fit.
    """
    values = _read(defaults)
    known = {f"{section}.{key}" for section, keys in values.items() for key in keys}
    sections = [one.name for one in fields(kind)]
    named = {one.name: get_args(one.type)[1] for one in fields(kind) if get_origin(one.type) is Mapping}
    layers = _of_file(file, named) if file is not None else {}
    layers |= _of_environment(environment or {}, values, named)
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    layers |= {name: (value, "the command line") for name, value in given.items()}
    chosen: dict[str, dict[str, dict[str, Any]]] = {section: {} for section in named}
    for name, (value, origin) in layers.items():
        section, _, key = name.partition(".")
        if section in named:
            one, key = named[section].parted(name, origin)
            chosen[section].setdefault(one, {})[key] = value
        elif name in known:
            values[section][key] = value
        elif section in sections or section not in values:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ". See config/docent.toml."
            raise SettingsError(f"{origin}: there is no setting '{name}'{hint}")
    converted = {
        section: {
            one: _converted(keys, named[section], layers, f"{section}.{one}.") for one, keys in ones.items()
        }
        for section, ones in chosen.items()
    }
    fixed = {section: keys for section, keys in values.items() if section not in named}
    return replace(_converted(fixed, kind, layers), given=frozenset(layers), **converted)


def _of_file(file: Path, named: Mapping[str, type[Named]]) -> dict[str, tuple[Any, str]]:
    """The settings of a file by dotted name, each with its origin."""
    layers: dict[str, Any] = {}
    for section, keys in _read(file).items():
        if not isinstance(keys, dict):
            raise SettingsError(f"{file}: '{section}' stands outside a [section].")
        for key, value in keys.items():
            of_named = section in named and isinstance(value, dict) and value
            inner = {f"{key}.{name}": one for name, one in value.items()} if of_named else {key: value}
            layers |= {f"{section}.{name}": one for name, one in inner.items()}
    return {name: (value, str(file)) for name, value in layers.items()}


def _of_environment(
    environment: Mapping[str, str], sections: Container[str], named: Container[str]
) -> dict[str, tuple[Any, str]]:
    """The settings of variables by dotted name, each with its origin."""
    layers = {}
    for variable, raw in sorted(environment.items()):
        if variable.startswith(_ENVIRONMENT_PREFIX) and "__" in variable:
            section, _, key = variable.removeprefix(_ENVIRONMENT_PREFIX).lower().partition("__")
            key = key.replace("__", ".") if section in named else key
            if section in sections:
                layers[f"{section}.{key}"] = (_from_environment(raw), variable)
            else:  # perhaps for another version that shares this environment
                _log.warning("%s is ignored: there is no such setting", variable)
    return layers


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


def _read(file: Path) -> dict[str, dict[str, Any]]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The settings file {file} cannot be read: {reason(error)}.") from None
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


def _decode(wanted: type, value: Any) -> Any:
    """Let msgspec build the types that TOML does not have."""
    if issubclass(wanted, OfSetting):
        return wanted.of_setting(value)
    if wanted is Path and isinstance(value, str | Path):
        if not str(value):  # which would be the folder that one happens to be in, with all that is there
            raise ValueError("Expected the path of a folder, got ''")
        try:
            return Path(value).expanduser()
        except RuntimeError as error:  # there is no such user
            raise ValueError(f"{value}: {error}") from None
    raise ValueError(f"Expected a {wanted.__name__.lower()}, got {value!r}")
