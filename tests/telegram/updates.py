"""Updates on their way to the bot: fetched by long polling, or pushed to its webhook."""

import asyncio
import itertools
import json
import threading
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest

from tests.telegram.markup import Refused

Json = dict[str, Any]

ON_REQUEST = {"chat_member", "message_reaction", "message_reaction_count"}  # not sent unless asked for
RETRY_AFTER = 0.2


class Updates:
    """A queue that any thread may fill; the server's event loop empties it."""

    def __init__(self, lock: threading.RLock, loop: asyncio.AbstractEventLoop) -> None:
        self.history: list[Json] = []
        self.waiting: list[Json] = []
        self.allowed: list[str] = []
        self.webhook: Json | None = None
        self.last_error = ""
        self._repeats: list[Json] = []
        self._ids = itertools.count(700_000_001)
        self._lock = lock
        self._loop = loop
        self._poll: asyncio.Future[None] | None = None
        self._news = asyncio.Event()

    def put(self, kind: str, content: Json) -> Json | None:
        """Queues an update unless the bot did not ask for its kind."""
        with self._lock:
            if kind not in self.allowed if self.allowed else kind in ON_REQUEST:
                return None
            update = {"update_id": next(self._ids), kind: content}
            self.history.append(update)
            self.waiting.append(update)
        self.wake()
        return update

    def repeat(self, update: Json) -> None:
        """Delivers an update once more, acknowledged or not."""
        with self._lock:
            self._repeats.append(update)
        self.wake()

    @property
    def polling(self) -> bool:
        """Whether a poll is pending."""
        return self._poll is not None

    def wake(self) -> None:
        """Ends a pending poll, with what there is."""
        self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        self._news.set()
        if self._poll and not self._poll.done():
            self._poll.set_result(None)

    def interrupt(self, reason: str) -> None:
        """Ends a pending poll with an error; in the event loop only."""
        if self._poll and not self._poll.done():
            self._poll.set_exception(Refused(409, f"Conflict: {reason}"))

    def acknowledge(self, offset: int) -> None:
        """Forgets what lies before the offset; a negative one counts from the end."""
        with self._lock:
            if offset < 0:
                self.waiting = self.waiting[offset:]
            elif offset:
                self.waiting = [update for update in self.waiting if update["update_id"] >= offset]

    async def poll(self, limit: int, timeout: float) -> list[Json]:
        """Long polling: whatever waits, or the first to come."""
        found = self._take(limit)
        if not found and timeout > 0:
            self._poll = waiter = self._loop.create_future()
            try:
                await asyncio.wait_for(waiter, timeout)
            except TimeoutError:
                pass
            finally:
                if self._poll is waiter:
                    self._poll = None
            found = self._take(limit)
        return found

    def _take(self, limit: int) -> list[Json]:
        """Repeats come first: the client's next offset then acknowledges no update it has not seen."""
        with self._lock:
            found = (self._repeats + self.waiting)[:limit]
            del self._repeats[:limit]
            return found

    async def deliver(self) -> None:
        """Posts updates to the webhook one after the other, each until it is accepted."""
        client = AsyncHTTPClient(force_instance=True)
        try:
            while True:
                await self._news.wait()
                self._news.clear()
                while self.webhook and (found := self._take(1)):
                    accepted = await self._post(client, self.webhook, found[0])
                    with self._lock:
                        if accepted and found[0] in self.waiting:
                            self.waiting.remove(found[0])
                    if not accepted:
                        await asyncio.sleep(RETRY_AFTER)
        finally:
            client.close()

    async def _post(self, client: AsyncHTTPClient, webhook: Json, update: Json) -> bool:
        headers = {"Content-Type": "application/json"}
        if secret := webhook.get("secret_token"):
            headers["X-Telegram-Bot-Api-Secret-Token"] = secret
        request = HTTPRequest(webhook["url"], "POST", headers, json.dumps(update), request_timeout=10)
        try:
            response = await client.fetch(request, raise_error=False)
        except (OSError, HTTPClientError) as error:
            self.last_error = str(error)
            return False
        if response.code // 100 != 2:
            self.last_error = f"Wrong response from the webhook: {response.code} {response.reason}"
        return response.code // 100 == 2
