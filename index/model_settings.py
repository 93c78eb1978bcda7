"""The sections ``[encoder]`` and ``[serving]``."""

from dataclasses import dataclass
from typing import Literal

from index.values import Device, Positive


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
