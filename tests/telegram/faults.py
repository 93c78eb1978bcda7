"""What can go wrong between the bot and Telegram, arranged by the test."""

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from tests.telegram.markup import Refused

CLOSED = 0  # in place of a status: the connection is closed without an answer
KINDS = {
    "429",
    "502",
    "500",
    "garbage",
    "drop_before",
    "drop_after",
    "hang",
    "401",
    "403",
    "409",
    "400",
    "slow",
}
OPTIONS = {"retry_after", "seconds", "description", "accepted"}
DESCRIPTIONS = {
    400: "Bad Request: wrong request",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    500: "Internal Server Error",
}


@dataclass
class Fault:
    """What goes wrong with the next calls of a method."""

    method: str
    kind: str
    times: int | None
    chat: int | None
    options: dict[str, Any]

    def __post_init__(self) -> None:
        if self.kind not in KINDS or self.options.keys() - OPTIONS:
            raise ValueError(f"no such fault: {self.kind} {self.options}")

    @property
    def processed(self) -> bool:
        """Whether the call takes effect all the same."""
        return self.options.get("accepted", self.kind in {"drop_after", "slow"})

    @property
    def seconds(self) -> float:
        """How long the server does nothing."""
        return self.options.get("seconds", {"hang": 60, "slow": 1}.get(self.kind, 0))

    @property
    def answer(self) -> tuple[int, str]:
        """The status and body that the client gets instead of the result."""
        if self.kind in {"drop_before", "drop_after", "hang"}:
            return CLOSED, ""
        if self.kind == "garbage":
            return 200, "<<< this is no JSON"
        if self.kind == "502":
            return 502, "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
        code = int(self.kind)
        if code == 429:
            seconds = self.options.get("retry_after", 1)
            refusal = Refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        else:
            refusal = Refused(code, self.options.get("description", DESCRIPTIONS[code]))
        return code, json.dumps(refusal.body)


class Faults:
    """The faults to come: of those that match a call, the first is taken."""

    def __init__(self) -> None:
        self._queue: list[Fault] = []
        self.struck: Counter[tuple[str, str]] = Counter()
        """How often a kind of fault struck a method."""

    def waits(self, method: str) -> bool:
        """Whether a fault waits for a call of that method."""
        return any(fault.method == method for fault in self._queue)

    def add(self, fault: Fault) -> None:
        """Appends a fault to the queue."""
        self._queue.append(fault)

    def clear(self) -> None:
        """Forgets all faults."""
        self._queue.clear()

    def take(self, method: str, chat: int | None) -> Fault | None:
        """The fault that strikes a call."""
        for fault in self._queue:
            if fault.method in {method, "*"} and fault.chat in {None, chat}:
                if fault.times is not None:
                    fault.times -= 1
                    if not fault.times:
                        self._queue.remove(fault)
                self.struck[method, fault.kind] += 1
                return fault
        return None
