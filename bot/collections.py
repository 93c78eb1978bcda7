"""The sections ``[collections.NAME]``: folders that some chats and people see instead of all."""

import re
from dataclasses import dataclass, fields
from typing import Self

from index.errors import SettingsError
from index.scope import Scope
from index.values import Ids

NAME = re.compile(r"(?!here$|off$)[\w-]{1,40}")
"""Names of collections, in small letters; in a chat, "here" and "off" are said of them."""


class Folders(tuple[str, ...]):
    """Folders below the documents folder: a list, or the name of one; see ``index/scope.py``."""

    __slots__ = ()

    @classmethod
    def of_setting(cls, value: object) -> Self:
        """The folders that a setting names.

        Raises:
            ValueError: one is no folder below the documents folder.
        """
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise ValueError(f'Expected folders such as ["hr", "handbook/public"], got {value!r}')
        return cls(Scope.of(names).folders)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionSettings:
    """Folders that some chats and people see instead of all."""

    folders: Folders
    chats: Ids = Ids()  # noqa: RUF009 - it is a tuple

    @property
    def scope(self) -> Scope:
        """What they see."""
        return Scope(self.folders)

    @classmethod
    def parted(cls, name: str, origin: str) -> tuple[str, str]:
        """Which collection a setting is of, and which of its settings it is; see ``index/layered.py``.

        Raises:
            SettingsError: no collection may be called that, or it has no such setting.
        """
        collection, _, key = name.partition(".")[2].rpartition(".")
        if collection != collection.lower() or not NAME.fullmatch(collection):
            raise SettingsError(
                f"{origin}: '{name}' is no setting of a collection. Write [collections.NAME] with folders "
                "and chats; NAME has small letters, digits, - and _, and is neither 'here' nor 'off'."
            )
        if key not in (one.name for one in fields(cls)):
            raise SettingsError(
                f"{origin}: there is no setting '{name}'; a collection has folders and chats."
            )
        return collection, key
