"""How long the stages of an answer take."""

import time


class Stopwatch:
    """Milliseconds of each stage, all its times: from the end of the one before, the first from the start."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}
        self._since = time.perf_counter()

    def lap(self, stage: str) -> None:
        """A stage ends."""
        now = time.perf_counter()
        self.stages[stage] = self.stages.get(stage, 0.0) + (now - self._since) * 1000
        self._since = now
