"""What goes wrong between the bot and Telegram, at random."""

import random
import time
from collections import Counter

from tests.telegram.server import BotApi

_FAULTS = {
    "429": 6, "502": 4, "500": 3, "garbage": 2, "drop_before": 3, "drop_after": 3, "slow": 2, "hang": 1,
}  # fmt: skip
_METHODS = {  # about as often as they are called
    "sendMessage": 40, "editMessageText": 15, "answerCallbackQuery": 5, "answerInlineQuery": 2,
    "sendChatAction": 5, "sendDocument": 1, "getFile": 1, "downloadFile": 1, "getUpdates": 5,
}  # fmt: skip


class Weather:
    """Lets calls fail, and delivers updates twice.

    Args:
        api: the server.
        chance: which faults come when.
        patience: seconds for which a call hangs that is not answered at all.
    """

    def __init__(self, api: BotApi, chance: random.Random, patience: float) -> None:
        self._api = api
        self._chance = chance
        self._patience = patience
        self.redelivered = 0

    def struck(self) -> Counter[tuple[str, str]]:
        """How many calls have failed, by method and kind of fault."""
        return self._api.faults.struck

    def blow(self, every: float) -> None:
        """Let one more call fail, then wait."""
        api, chance = self._api, self._chance
        (method,) = chance.choices(list(_METHODS), list(_METHODS.values()))
        if not api.faults.waits(method):  # else all that is seldom called would fail each time
            (kind,) = chance.choices(list(_FAULTS), list(_FAULTS.values()))
            options: dict[str, object] = {}
            if kind == "429":
                options = {"retry_after": chance.randint(1, 3)}
            elif kind == "hang":
                options = {"seconds": self._patience, "accepted": chance.random() < 0.5}
            elif kind == "500":
                options = {"accepted": chance.random() < 0.5}
            api.fault(method, kind, **options)
        if chance.random() < 0.2 and api.updates.history:
            api.redeliver()
            self.redelivered += 1
        time.sleep(chance.uniform(0.5, 1.5) * every)
