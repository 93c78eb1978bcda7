"""What a setting can be, beyond what TOML has; see ``index/layered.py``."""

from typing import Annotated, Self

import msgspec

NotNegative = Annotated[int, msgspec.Meta(ge=0)]
Positive = Annotated[int, msgspec.Meta(ge=1)]
Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]
Device = Annotated[str, msgspec.Meta(pattern="^(auto|cpu|mps|(cuda|xpu|npu|hpu)(:[0-9]+)?)$")]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class Ids(tuple[int, ...]):
    """Whole numbers that name somebody: a list, or a text as ``1, -2``."""

    __slots__ = ()

    @classmethod
    def of_setting(cls, value: object) -> Self:
        """The ids that a setting names.

        Raises:
            ValueError: one is no whole number.
        """
        try:
            items = value.replace(",", " ").split() if isinstance(value, str) else value
            return cls(map(_id, items if isinstance(items, list) else [items]))
        except (TypeError, ValueError):
            raise ValueError(f"Expected ids such as [12345, -67890], got {value!r}") from None


def _id(value: object) -> int:
    if type(value) not in (int, str):  # int() would round a fraction, and take "true" for 1
        raise TypeError
    return int(value)  # type: ignore[call-overload, no-any-return]
