"""A stand-in for a Batfish service on loopback: it replays what a real one answered, records it, and breaks on demand.

Law: an answer belongs to a question about the content of a snapshot, never to a name or an order; what was not recorded
is an HTTP error that says so. It speaks the part of the service's HTTP interface that pybatfish uses for guard.

    recording: {"version": …, "templates": …, "answers": {key: body}, "works": {key: {"status", "log"}}}
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import io
import json
import lzma
import threading
import urllib.parse
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).parent / "contract" / "recorded" / "batfish"
DONE = "TERMINATEDNORMALLY"


@dataclass
class Network:
    snapshots: dict[str, dict[str, str]] = field(default_factory=dict)  # name -> what it consists of
    questions: dict[str, str] = field(default_factory=dict)  # name -> normalised text
    works: dict[str, str] = field(default_factory=dict)  # id -> key


@dataclass
class Fault:
    """Something that goes wrong at a request whose `METHOD path` contains `where`, `times` times, after `skip`."""

    where: str
    kind: str  # drop | hang | garbage | 404 | 500 | 503 | restart | failed
    times: int = 1
    skip: int = 0


def load(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(lzma.decompress((RECORDED / f"{name}.json.xz").read_bytes()))
    return found


class Double:
    """`upstream` (HOST, PORT): a real service that everything is passed to and recorded from."""

    def __init__(self, recording: dict[str, Any] | None = None, upstream: tuple[str, int] | None = None) -> None:
        self.recording = recording or {"version": {}, "templates": {}, "answers": {}, "works": {}}
        self.upstream = upstream
        self.networks: dict[str, Network] = {}
        self.requests: list[str] = []
        self.faults: list[Fault] = []
        self.ignores_deactivation = False
        self.released = threading.Event()
        self.lock = threading.Lock()

    @contextmanager
    def serving(self) -> Iterator[str]:
        """HOST:PORT while it runs."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            self.released.set()
            server.shutdown()
            server.server_close()
            thread.join()

    def count(self, beginning: str) -> int:
        """How many requests began so: `POST /v2/networks`."""
        return sum(each.startswith(beginning) for each in self.requests)

    def save(self, name: str) -> None:
        text = json.dumps(self.recording, sort_keys=True, separators=(",", ":"))
        RECORDED.mkdir(parents=True, exist_ok=True)
        (RECORDED / f"{name}.json.xz").write_bytes(lzma.compress(text.encode(), preset=9))

    # ---- one request

    def answer(self, method: str, path: str, query: Mapping[str, str], body: bytes) -> tuple[int, bytes] | None:
        """Status and body, None for a connection that breaks; a fault that is due comes first."""
        kind = self._due(f"{method} {path}")
        match kind:
            case "drop":
                return None
            case "hang":
                self.released.wait(30)
                return None
            case "restart":
                self.networks.clear()
            case "garbage":
                return 200, b"<html>a proxy's login page</html>"
            case number if number.isdecimal():
                return int(number), b"something is wrong here"
        with self.lock:
            return self._routed(method, path.removeprefix("/v2/").split("/"), query, body, kind == "failed")

    def _due(self, request: str) -> str:
        """The kind of the fault that this request meets, "" for none."""
        for fault in self.faults:
            if fault.where not in request:
                continue
            if fault.skip:
                fault.skip -= 1
            elif fault.times:
                fault.times -= 1
                return fault.kind
        return ""

    def _routed(
        self, method: str, parts: list[str], query: Mapping[str, str], body: bytes, failed: bool
    ) -> tuple[int, bytes]:
        match method, parts:
            case "GET", ["version"]:
                return self._plain("version")
            case "GET", ["question_templates"]:
                return self._plain("templates")
            case "GET", ["networks"]:
                return _json([{"name": each} for each in self.networks])
            case "POST", ["networks"]:
                if query["name"] in self.networks:
                    return 400, b"Network already exists"
                self.networks[query["name"]] = Network()
                return 201, b""
        network = self.networks.get(parts[1])
        if network is None:
            return 404, f"no network {parts[1]}".encode()
        match method, parts[2:]:
            case "DELETE", []:
                del self.networks[parts[1]]
                return 200, b""
            case "GET", []:
                return _json({"name": parts[1]})
            case "POST", ["snapshots:fork"]:
                return self._fork(network, json.loads(body))
            case "POST", ["snapshots", name]:
                if name in network.snapshots:
                    return 400, b"Snapshot already exists"
                network.snapshots[name] = _content(body)
                return 201, b""
            case "GET", ["snapshots"]:
                return _json(list(network.snapshots))
            case "DELETE", ["snapshots", name]:
                return (200, b"") if network.snapshots.pop(name, None) is not None else (404, b"no snapshot")
            case "PUT", ["questions", name]:
                network.questions[name] = _question(body)
                return 200, b""
            case "POST", ["work"]:
                return self._work(network, json.loads(body), failed)
            case "GET", ["work", number]:
                return self._status(network, number)
            case "GET", ["snapshots", _, "worklog", number]:
                return 200, self.recording["works"].get(network.works.get(number, ""), {}).get("log", "").encode()
            case "GET", ["questions", name, "answer"]:
                key = _key(network, name, query.get("snapshot", ""), query.get("referenceSnapshot", ""))
                return self._recorded(key, f"{name} of {query.get('snapshot')}")
        return 404, f"the double knows no {method} {'/'.join(parts)}".encode()

    def _plain(self, name: str) -> tuple[int, bytes]:
        found = self.recording[name]
        return _json(found) if found else (404, f"no {name} was recorded".encode())

    def _fork(self, network: Network, order: Mapping[str, Any]) -> tuple[int, bytes]:
        base = network.snapshots.get(order["snapshotBase"])
        if base is None:
            return 404, b"no base snapshot"
        content = dict(base)
        if order.get("zipFile"):
            content.update(_content(base64.b64decode(order["zipFile"])))
        if not self.ignores_deactivation:
            down = [*(order.get("deactivateNodes") or ()), *map(str, order.get("deactivateInterfaces") or ())]
            if down:
                content["(down)"] = " ".join(sorted(down))
        network.snapshots[order["snapshotNew"]] = content
        return 201, b""

    def _work(self, network: Network, order: Mapping[str, Any], failed: bool) -> tuple[int, bytes]:
        asked = order["requestParams"]
        if asked["testrig"] not in network.snapshots:
            return 404, b"no snapshot"
        name = asked.get("questionname", "")
        key = _key(network, name, asked["testrig"], asked.get("deltatestrig", ""))
        if failed:
            key = "failed"
            self.recording["works"][key] = {"status": "TERMINATEDABNORMALLY", "log": "Caused by: out of memory"}
        network.works[order["id"]] = key
        return 201, b""

    def _status(self, network: Network, number: str) -> tuple[int, bytes]:
        if number not in network.works:
            return 404, b"no such work"
        status = self.recording["works"].get(network.works[number], {}).get("status", DONE)
        return _json({"workstatuscode": status, "task": {}})

    def _recorded(self, key: str, what: str) -> tuple[int, bytes]:
        if key not in self.recording["answers"]:
            return 404, f"not recorded: {what} ({key}); ask a real one anew: make recordings".encode()
        return _json(self.recording["answers"][key])

    # ---- HTTP

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        double = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                parsed = urllib.parse.urlsplit(self.path)
                query = dict(urllib.parse.parse_qsl(parsed.query))
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                double.requests.append(f"{self.command} {parsed.path}")
                if double.upstream is None:
                    told = double.answer(self.command, parsed.path, query, body)
                else:
                    told = double.passed_on(self.command, self.path, query, body, dict(self.headers))
                if told is None:
                    self.close_connection = True
                    self.connection.close()
                    return
                status, content = told
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_DELETE = _serve

            def log_message(self, format: str, *args: object) -> None:
                """Tests are quiet."""

        return Handler

    def passed_on(
        self, method: str, path: str, query: Mapping[str, str], body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        """The real service's answer, kept under the key of what it belongs to."""
        assert self.upstream is not None
        kept = {name: value for name, value in headers.items() if name.lower() not in ("host", "accept-encoding")}
        connection = http.client.HTTPConnection(*self.upstream, timeout=600)
        connection.request(method, path, body, kept)
        response = connection.getresponse()
        status, content = response.status, response.read()
        connection.close()
        if status < 400:
            self._keep(method, urllib.parse.urlsplit(path).path, query, body, content)
        return status, content

    def _keep(self, method: str, path: str, query: Mapping[str, str], body: bytes, content: bytes) -> None:
        parts = path.removeprefix("/v2/").split("/")
        with self.lock:
            match method, parts:
                case "GET", ["version"]:
                    self.recording["version"] = json.loads(content)
                case "GET", ["question_templates"]:
                    self.recording["templates"] = json.loads(content)
                case "GET", ["networks"]:
                    return
                case "GET", ["networks", name, "questions", asked, "answer"]:
                    network = self.networks[name]
                    key = _key(network, asked, query.get("snapshot", ""), query.get("referenceSnapshot", ""))
                    self.recording["answers"][key] = json.loads(content)
                case "GET", ["networks", name, "work", number]:
                    status = json.loads(content)["workstatuscode"]
                    if status.startswith("TERMINATED") and status != DONE:
                        self.recording["works"][self.networks[name].works[number]] = {"status": status, "log": ""}
                case "GET", ["networks", name, "snapshots", _, "worklog", number]:
                    self.recording["works"][self.networks[name].works[number]]["log"] = content.decode()[-2000:]
                case _:
                    self._routed(method, parts, query, body, False)


def _json(value: object) -> tuple[int, bytes]:
    return 200, json.dumps(value).encode()


def _content(archive: bytes) -> dict[str, str]:
    """Path -> digest of what a zip holds."""
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        return {name: hashlib.sha256(packed.read(name)).hexdigest() for name in packed.namelist()}


def _question(body: bytes) -> str:
    """A question without the name that it was given."""
    question = json.loads(body)
    question.get("instance", {}).pop("instanceName", None)
    return json.dumps(question, sort_keys=True)


def _key(network: Network, question: str, snapshot: str, reference: str) -> str:
    parts = [network.questions.get(question, "parse")]
    parts += [json.dumps(network.snapshots.get(each, {}), sort_keys=True) for each in (snapshot, reference)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]
