"""The bot takes up changes of the documents by itself, quietly: the log tells of it, chats do not."""

import asyncio
import threading
from concurrent.futures import CancelledError

from bot.settings import Settings
from bot.telegram.events import event, failure
from bot.telegram.renewals import Renewals, Stopped
from index.building.summary import Summary
from index.building.watching import Pace, Watch
from index.errors import DocentError, IndexBusy

PACE = Pace()
_BUSY = 2.0  # seconds after which it is tried again where another process builds the index


class Watcher:
    """Watches in a thread, and has the index renewed after each burst of changes."""

    def __init__(self, settings: Settings, renewals: Renewals) -> None:
        self._watch = Watch(settings, PACE)
        self._renewals = renewals
        self._stop = threading.Event()
        self._told = ""

    def start(self) -> None:
        """Begin; what changed while the bot was away is taken up at once."""
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._run, args=[loop], name="docent-watch", daemon=True).start()

    def stop(self) -> None:
        """Renew nothing more."""
        self._stop.set()

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            for _ in self._watch.bursts(self._stop):
                asyncio.run_coroutine_threadsafe(self._renew(), loop).result()
        except (CancelledError, RuntimeError):
            if not self._stop.is_set():  # else the loop is closed
                raise
        except Exception as error:
            failure("watcher_failed", error)

    async def _renew(self) -> None:
        news = ""
        try:
            summary = await self._renewed()
        except Stopped:
            return
        except DocentError as error:
            news = str(error)
            self._watch.again()
        except Exception as error:  # nobody awaits it; the next burst may do better
            failure("not_renewed", error)
            self._watch.again()
        else:
            if summary.changed:
                event(
                    "renewed",
                    documents=summary.documents,
                    new=summary.documents_embedded,
                    removed=summary.documents_removed,
                    skipped=len(summary.skipped),
                    seconds=round(summary.seconds, 1),
                )
            if summary.held:  # to see that they are back, and that another process took it up
                self._watch.again()
        if news and news != self._told:
            event("not_renewed", reason=news)
        self._told = news

    async def _renewed(self) -> Summary:
        """Renew the index once no other process does."""
        while True:
            try:
                return await self._renewals.renew()
            except IndexBusy:
                await asyncio.sleep(_BUSY)
