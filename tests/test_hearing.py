"""What is said in a sound; the model itself is heard where it is installed."""

import io
import sys
from types import SimpleNamespace

import pytest

from bot import hearing
from bot.hearing import LONGEST, Moonshine, Unheard


class Model:
    """Notes how much it hears, and says what it is told to."""

    def __init__(self, *lines: str) -> None:
        self.lines = [SimpleNamespace(text=line) for line in lines]
        self.heard: list[tuple[int, int]] = []

    def transcribe_without_streaming(self, samples: list[float], rate: int) -> SimpleNamespace:
        self.heard.append((len(samples), rate))
        return SimpleNamespace(lines=self.lines)


def hums(seconds: float) -> bytes:
    """Somebody hums, in stereo, as Telegram carries it."""
    soundfile = pytest.importorskip("soundfile", reason="the extra voice is not installed")
    import numpy as np

    wave = 0.3 * np.sin(np.arange(int(48_000 * seconds)) / 30)
    file = io.BytesIO()
    soundfile.write(file, np.stack([wave, wave], axis=1), 48_000, format="OGG", subtype="OPUS")
    return file.getvalue()


def test_without_the_extra_there_is_no_recogniser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "moonshine_voice.transcriber", None)
    assert hearing.recogniser() is None


def test_a_sound_is_read_and_its_lines_are_one_question() -> None:
    moonshine = Moonshine(model := Model(" How long does the ", "crossing take? "))
    assert moonshine.words(hums(2)) == "How long does the crossing take?"
    ((samples, rate),) = model.heard
    assert (samples / rate, rate) == (pytest.approx(2, abs=0.05), 48_000)


def test_what_cannot_be_understood_is_refused() -> None:
    moonshine = Moonshine(model := Model("  "))
    with pytest.raises(Unheard, match="Nothing was understood"):
        moonshine.words(hums(1))
    with pytest.raises(Unheard, match="longer than 30 seconds"):
        moonshine.words(hums(LONGEST + 1))
    hums(0.1)
    for broken in (b"", b"OggS" + b"x" * 400, hums(2)[:40]):
        with pytest.raises(Unheard, match="cannot be read"):
            moonshine.words(broken)
    assert len(model.heard) == 1
