"""A Qdrant server for tests: HTTP on the loopback, before the local mode of the client; faults on demand."""

import json
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from pydantic import TypeAdapter
from qdrant_client import QdrantClient, models
from qdrant_client.http.models import models as rest

Fault = Literal["", "lost", "refused", "500", "slow", "half", "garbage"]
"""What befalls one request: its reply is lost, or it; an error; no reply in time; half a reply; no Qdrant."""

LIMIT = 32 * 1024 * 1024  # bytes of a request, as Qdrant's own


class Double:
    """A server that keeps its points between faults; ``faults`` befall the next requests, one each."""

    def __init__(self, key: str = "") -> None:
        self.local = QdrantClient(":memory:")
        self.faults: deque[Fault] = deque()
        self.requests: list[tuple[str, str]] = []
        self.key = key
        self.away = False
        self.url = ""
        self._lock = threading.Lock()

    def answer(self, method: str, path: str, body: Any) -> Any:
        """What a request returns; KeyError where there is no such collection or call."""
        with self._lock:
            return self._answer(method, [part for part in path.partition("?")[0].split("/") if part], body)

    def _answer(self, method: str, parts: list[str], body: Any) -> Any:
        local = self.local
        if parts == ["collections"]:
            return local.get_collections()
        name, *rest_of = parts[1:]
        call = method, *rest_of
        if call == ("PUT",):
            made = rest.CreateCollection(**body)
            return local.create_collection(name, made.vectors, made.sparse_vectors)
        if call == ("GET", "exists"):
            return models.CollectionExistence(exists=local.collection_exists(name))
        if not local.collection_exists(name):
            raise KeyError(f"Collection `{name}` doesn't exist!")
        match call:
            case ("GET",):
                return local.get_collection(name)
            case ("DELETE",):
                return local.delete_collection(name)
            case ("PATCH",):
                return True
            case ("PUT", "index"):
                return models.UpdateResult(operation_id=0, status=models.UpdateStatus.COMPLETED)
            case ("PUT", "points"):
                sent = rest.PointsList(**body)
                filters, mode = sent.update_filter, sent.update_mode
                return local.upsert(name, sent.points, update_filter=filters, update_mode=mode)
            case ("POST", "points"):
                asked = rest.PointRequest(**body)
                return local.retrieve(name, asked.ids, with_payload=asked.with_payload)
            case ("POST", "points", "delete"):
                return local.delete(name, TypeAdapter(rest.PointsSelector).validate_python(body))
            case ("POST", "points", "payload"):
                put = rest.SetPayload(**body)
                where = models.FilterSelector(filter=put.filter)
                return local.set_payload(name, put.payload, where if put.filter else put.points, key=put.key)
            case ("POST", "points", "query", "batch"):
                return local.query_batch_points(name, rest.QueryRequestBatch(**body).searches)
            case ("POST", "points", "scroll"):
                scrolled = rest.ScrollRequest(**body)
                points, offset = local.scroll(
                    name, scrolled.filter, limit=scrolled.limit, offset=scrolled.offset,
                    with_payload=scrolled.with_payload,
                )  # fmt: skip
                return models.ScrollResult(points=points, next_page_offset=offset)
            case ("POST", "points", "count"):
                return local.count(name, rest.CountRequest(**body).filter)
            case _:
                raise KeyError(f"no call {method} {'/'.join(parts)}")


@contextmanager
def running(key: str = "") -> Iterator[Double]:
    """A double that answers at its ``url``."""
    double = Double(key)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            data = self.rfile.read(size)
            double.requests.append((self.command, self.path))
            fault: Fault = "refused" if double.away else double.faults.popleft() if double.faults else ""
            if fault == "refused":
                self.close_connection = True
                return
            if double.key and self.headers.get("api-key") != double.key:
                self._reply(401, b"Must provide an API key")
                return
            if fault == "500":
                self._reply(500, b'{"status": {"error": "Service internal error"}, "time": 0}')
                return
            status, reply = 413, b"too large"
            if size <= LIMIT:
                status, reply = self._reply_to(data)
            if fault == "slow":
                time.sleep(1.5)
            if fault in ("lost", "slow"):
                self.close_connection = True
            elif fault == "half":
                self._reply(status, reply[: len(reply) // 2])
            elif fault == "garbage":
                self._reply(200, b"<html>a proxy</html>")
            else:
                self._reply(status, reply)

        def _reply_to(self, data: bytes) -> tuple[int, bytes]:
            try:
                found = double.answer(self.command, self.path, json.loads(data) if data else None)
            except KeyError as error:
                return 404, json.dumps({"status": {"error": error.args[0]}, "time": 0}).encode()
            except ValueError as error:
                return 400, json.dumps({"status": {"error": str(error)}, "time": 0}).encode()
            plain = TypeAdapter(Any).dump_python(found, mode="json", exclude_none=True)
            return 200, json.dumps({"result": plain, "status": "ok", "time": 0.001}).encode()

        def _reply(self, status: int, data: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = _serve  # noqa: N815 - as http.server has it

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.05], daemon=True)
    thread.start()
    double.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
