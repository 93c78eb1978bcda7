"""How the bot is, told over HTTP to whoever watches over it: no texts, no names, no ids.

/healthz   200 as long as the event loop goes round
/readyz    200 where questions are answered; else 503 with the one reason that counts most
/metrics   what was counted and timed, for Prometheus

It answers GET and HEAD alone, one request a connection. As browsers can be led to addresses of one's own
network by names (DNS rebinding), it must be asked for by an address, by a name without dots, as containers
have, or by the very name that it listens on.
"""

import asyncio
import ipaddress
import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from tornado.httpserver import HTTPServer
from tornado.web import Application, HTTPError, RequestHandler

from bot.telegram.events import event
from bot.telegram.services import Services
from index.engines.base import Generation
from index.errors import DocentError, SettingsError

_EVERY = 1.0  # seconds between two looks at how late the event loop is
_SLOWEST = 10.0  # seconds in which a request has to be there
_LONGEST = 8192  # bytes of a request's head, and of a body that nobody needs

NO_INDEX = "The index cannot be opened. `docent status` tells why."


class Monitoring:
    """A server beside the bot, on its event loop.

    Args:
        services: that are watched over.
        unready: why no questions are answered just now, in a sentence; "" where they are.
    """

    def __init__(self, services: Services, unready: Callable[[], str]) -> None:
        self._to = services
        self._unready = unready
        self._lag: asyncio.Task[None] | None = None
        self._listens = services.settings.monitoring.listen
        given = {"monitoring": self, "name": self._listens}
        routes = [(path, handler, given) for path, handler in _ROUTES.items()]
        application = Application(
            routes, log_function=lambda _: None, default_handler_class=_Handler, default_handler_args=given
        )
        self._server = HTTPServer(
            application,
            no_keep_alive=True,
            idle_connection_timeout=_SLOWEST,
            body_timeout=_SLOWEST,
            max_header_size=_LONGEST,
            max_body_size=_LONGEST,
        )

    def start(self) -> None:
        """Listen.

        Raises:
            SettingsError: nothing can listen there.
        """
        family = socket.AF_INET6 if ":" in self._listens else socket.AF_INET
        address = self._listens, self._to.settings.monitoring.port
        try:
            listener = socket.create_server(address, family=family)
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or error
            raise SettingsError(
                f"monitoring.listen and monitoring.port: nothing can listen there: {reason}. "
                "Choose others, or the port 0 for none."
            ) from None
        listener.setblocking(False)
        self._server.add_socket(listener)
        self._lag = asyncio.create_task(self._look_at_the_loop())

    async def stop(self) -> None:
        """Listen no more; whoever is being answered is not waited for."""
        if self._lag:
            self._lag.cancel()
        self._server.stop()
        await self._server.close_all_connections()

    async def reason(self) -> str:
        """Why questions are not answered just now; "" where they are."""
        return self._unready() or ("" if await self._generation() else NO_INDEX)

    async def exposition(self) -> bytes:
        """The metrics, with how things stand just now."""
        to, unready = self._to, self._unready()
        generation = await self._generation() if not unready else None
        to.metrics.stands(
            ready=generation is not None,
            waiting=to.inbox.waiting(),
            tasks=len(asyncio.all_tasks()),
            threads=threading.active_count(),
        )
        if generation:
            manifest = generation.manifest
            age = datetime.now(UTC) - datetime.fromisoformat(manifest.created)
            to.metrics.holds(manifest.documents, manifest.units, age.total_seconds())
        return to.metrics.exposition()

    async def _generation(self) -> Generation | None:
        """The index, opened off the event loop; None where it cannot be."""
        try:
            return await self._to.look_up(self._to.seen_by_administrators().generation)
        except DocentError:
            return None

    async def _look_at_the_loop(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            since = loop.time()
            await asyncio.sleep(_EVERY)
            self._to.metrics.lagged(max(0.0, loop.time() - since - _EVERY))


class _Handler(RequestHandler):
    """What all answers have in common; by itself, that of a path that there is not."""

    def initialize(self, monitoring: Monitoring, name: str) -> None:
        self._monitoring, self._name = monitoring, name

    def set_default_headers(self) -> None:
        self.clear_header("Server")
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")

    def prepare(self) -> None:
        if not may_ask_for(self.request.headers.get("Host", ""), self._name):
            raise HTTPError(HTTPStatus.MISDIRECTED_REQUEST)
        if self.request.method not in ("GET", "HEAD"):
            raise HTTPError(HTTPStatus.METHOD_NOT_ALLOWED)

    async def get(self) -> None:
        """Nothing is here."""
        raise HTTPError(HTTPStatus.NOT_FOUND)

    async def head(self) -> None:
        """The same, of which tornado sends no body."""
        await self.get()

    def write_error(self, status_code: int, **_: Any) -> None:
        """One line, which repeats nothing of the request."""
        if status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            self.set_header("Allow", "GET, HEAD")
        self.finish(f"{HTTPStatus(status_code).phrase}\n")

    def log_exception(self, *args: Any) -> None:
        """Say in a line what went wrong; what was refused is no matter of the log."""
        if not isinstance(args[1], HTTPError):
            event("monitoring_failed", reason=args[0].__name__)


class _Health(_Handler):
    async def get(self) -> None:
        self.finish("alive\n")


class _Readiness(_Handler):
    async def get(self) -> None:
        reason = await self._monitoring.reason()
        self.set_status(HTTPStatus.SERVICE_UNAVAILABLE if reason else HTTPStatus.OK)
        self.finish(f"{reason or 'ready'}\n")


class _Metrics(_Handler):
    async def get(self) -> None:
        data = await self._monitoring.exposition()
        self.set_header("Content-Type", CONTENT_TYPE_PLAIN_0_0_4)
        self.finish(data)


_ROUTES = {"/healthz": _Health, "/readyz": _Readiness, "/metrics": _Metrics}


def may_ask_for(host: str, name: str) -> bool:
    """Whether a ``Host`` header names us: by an address, a name without dots, or ``name``."""
    try:
        asked = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    try:
        ipaddress.ip_address(asked)
    except ValueError:
        return bool(asked) and ("." not in asked or asked == name.lower())
    return True
