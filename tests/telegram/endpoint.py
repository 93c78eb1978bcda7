"""The HTTP side of the test double: a tornado server with an event loop in a thread of its own."""

import asyncio
import inspect
import json
import re
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPHeaders, HTTPServerRequest, ResponseStartLine, responses
from tornado.netutil import bind_sockets

from tests.telegram import messages, methods  # noqa: F401 - importing them registers what they define
from tests.telegram.chats import Document
from tests.telegram.dispatch import call
from tests.telegram.faults import CLOSED
from tests.telegram.markup import Refused, bad
from tests.telegram.updates import Updates

if TYPE_CHECKING:
    from tests.telegram.server import BotApi

Json = dict[str, Any]


@dataclass
class Call:
    """A request of the bot's; ``status`` is None until it is answered, 0 when the connection was closed.

    ``fault`` is the kind of that which struck it; ``message`` the id of the message that it made or changed.
    """

    method: str
    params: Json
    chat: int | None = None
    at: float = field(default_factory=time.monotonic)
    status: int | None = None
    fault: str = ""
    message: int | None = None


class Endpoint:
    """Takes requests, lets faults strike, runs methods, and answers."""

    def __init__(self, api: "BotApi", port: int) -> None:
        self.port = port
        self.updates: Updates
        self.bugs: list[Exception] = []  # of the test double itself
        self._api = api
        self._started: Future[None] = Future()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._run, name="Bot API", daemon=True)

    def start(self) -> None:
        """Returns once requests are taken."""
        self._thread.start()
        self._started.result()

    def stop(self) -> None:
        """Closes all connections and ends the thread."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as error:
            if self._started.done():
                raise
            self._started.set_exception(error)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self.updates = Updates(self._api.lock, self._loop)
        server = HTTPServer(self._receive)
        sockets = bind_sockets(self.port, "127.0.0.1", backlog=512)
        self.port = sockets[0].getsockname()[1]
        server.add_sockets(sockets)
        deliveries = asyncio.create_task(self.updates.deliver())
        self._started.set_result(None)
        await self._stop.wait()
        server.stop()
        await server.close_all_connections()
        tasks = [deliveries, *self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _receive(self, request: HTTPServerRequest) -> None:
        task = asyncio.ensure_future(self._handle(request))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        if request.path.endswith("/getUpdates"):
            # A killed client's poll must not take updates; any other call takes effect once it is here.
            request.connection.set_close_callback(task.cancel)

    async def _handle(self, request: HTTPServerRequest) -> None:
        downloaded = request.path.startswith("/file/")
        made = Call("downloadFile" if downloaded else request.path.rpartition("/")[2], {})
        try:
            made.params = _parameters(request)
            made.chat = self._api.chat_of(made.params)
            with self._api.lock:
                self._api.calls.append(made)
            status, body = await self._outcome(made, unquote(request.path))
        except asyncio.CancelledError:
            made.status = CLOSED
            raise
        except Refused as refusal:
            status, body = refusal.code, json.dumps(refusal.body)
        except Exception as error:
            self.bugs.append(error)
            status, body = 500, repr(error)
        with self._api.called:
            made.status = status
            self._api.called.notify_all()
        _respond(request, status, body)

    async def _outcome(self, made: Call, path: str) -> tuple[int, str | bytes]:
        match = re.fullmatch(r"(?:/file)?/bot(\d+:[A-Za-z0-9_-]{30,})/(\w+|documents/[^/]+)", path)
        if not match:
            raise Refused(404, "Not Found")
        if match[1] != self._api.token:
            raise Refused(401, "Unauthorized")
        with self._api.lock:
            fault = self._api.faults.take(made.method, made.chat)
        if fault is None:
            return await self._process(made, match[2])
        made.fault = fault.kind
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
            return await self._process(made, match[2])
        if fault.processed:
            await self._process(made, match[2])
        await asyncio.sleep(fault.seconds)
        return fault.answer

    def _download(self, path: str) -> tuple[int, bytes]:
        """The bytes of a file that ``getFile`` has told the path of."""
        with self._api.lock:
            document = self._api.downloads.get(path)
        if document is None:
            raise Refused(404, "Not Found")
        return 200, document.content

    async def _process(self, made: Call, path: str) -> tuple[int, str | bytes]:
        if made.method == "downloadFile":
            return self._download(path)
        with self._api.lock:
            result = call(self._api, made.method, made.params)
        if inspect.isawaitable(result):
            result = await result
        made.message = result.get("message_id") if isinstance(result, dict) else None
        return 200, json.dumps({"ok": True, "result": result})


def _parameters(request: HTTPServerRequest) -> Json:
    try:
        if request.body and request.headers.get("Content-Type", "").startswith("application/json"):
            given = json.loads(request.body)
            return {name: value for name, value in given.items() if value is not None}
        given = {name: values[-1].decode() for name, values in request.arguments.items()}
    except UnicodeDecodeError as error:
        raise bad("strings must be encoded in UTF-8") from error
    except (ValueError, AttributeError) as error:
        raise bad("can't parse request parameters") from error
    for name, (file, *_) in request.files.items():
        given[name] = Document(file.filename, file.body, file.content_type)
    return given


def _respond(request: HTTPServerRequest, status: int, body: str | bytes) -> None:
    connection = request.connection
    if status == CLOSED:
        connection.close()
        return
    content = body.encode() if isinstance(body, str) else body
    kind = "application/json" if content.startswith(b"{") else "text/html"
    kind = "application/octet-stream" if isinstance(body, bytes) else kind
    headers = HTTPHeaders({"Content-Type": kind, "Content-Length": str(len(content))})
    connection.write_headers(ResponseStartLine("", status, responses[status]), headers, content)
    connection.finish()
