"""The web page of a server: the audit log and its reports, to read and nothing else.

Law: it only answers GET, only from what signed heads cover, and only to a browser that addressed this host by a name
of its own (a page from elsewhere cannot make a visitor's browser read it: DNS rebinding).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from guard.report import html
from guard.shell.errors import GuardError, NotFound

PAGE = 100  # entries of one page
_LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]"})
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_LIST = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>guard</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1b1f24 }
table { border-collapse: collapse; width: 100% }
td, th { border-bottom: 1px solid #d0d7de; padding: .4rem; text-align: left }
.ALLOW { color: #1a7f37 } .HOLD { color: #9a6700 } .BLOCK { color: #cf222e }
</style></head><body>
<h1>guard</h1><p>{{ size }} entries, head <code>{{ head }}</code></p>
<table><thead><tr><th>Entry</th><th>Time</th><th>Kind</th><th>Caller</th><th>Change</th><th>Verdict</th></tr></thead>
<tbody>{% for each in entries %}<tr>
<td><a href="/entry/{{ each.id }}">{{ each.id }}</a></td><td>{{ each.time }}</td><td>{{ each.kind }}</td>
<td>{{ each.caller }}</td><td>{{ each.change_id }}</td><td class="{{ each.verdict }}"><b>{{ each.verdict }}</b></td>
</tr>{% endfor %}</tbody></table>
{% if older is not none %}<p><a href="/?before={{ older }}">older</a></p>{% endif %}
</body></html>
"""


class Log(Protocol):
    """What the page reads (StateReader)."""

    def lines(self) -> tuple[str, ...]: ...

    def entry(self, id: int) -> tuple[dict[str, Any], dict[str, Any]]: ...


class Page:
    """A listening page, in threads of its own; `address` is where it is."""

    def __init__(self, open_log: Callable[[], Log], host: str, port: int) -> None:
        """OSError where the port is taken."""
        self._server = ThreadingHTTPServer((host, port), _handler(open_log))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="guard-web", daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://{self._server.server_address[0]!s}:{self._server.server_address[1]}/"

    def stop(self) -> None:
        """Answer nothing more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def answer(log: Log, target: str) -> tuple[HTTPStatus, str, str]:
    """Status, content type and body for a path."""
    url = urlsplit(target)
    try:
        if url.path == "/":
            return HTTPStatus.OK, "text/html; charset=utf-8", _list(log, parse_qs(url.query))
        kind, _, number = url.path.removeprefix("/").partition("/")
        if kind == "entry" and number.removesuffix(".json").isdecimal() and number.isascii():
            entry, document = log.entry(int(number.removesuffix(".json")))
            if number.endswith(".json") or "diff" not in document:
                text = json.dumps({"entry": entry, "document": document}, indent=1, ensure_ascii=False)
                return HTTPStatus.OK, "application/json; charset=utf-8", text
            return HTTPStatus.OK, "text/html; charset=utf-8", html.render(document)
    except NotFound as error:
        return HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", f"{error}\n"
    except GuardError as error:
        return HTTPStatus.SERVICE_UNAVAILABLE, "text/plain; charset=utf-8", f"{error}\n"
    return HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", "there is no such page\n"


def _list(log: Log, query: Mapping[str, list[str]]) -> str:
    from jinja2 import Environment, StrictUndefined

    lines = log.lines()
    before = query.get("before", [""])[0]
    end = min(int(before), len(lines)) if before.isdecimal() and before.isascii() else len(lines)
    start = max(0, end - PAGE)
    entries = [json.loads(line) for line in reversed(lines[start:end])]
    head = str(entries[0].get("hash", ""))[:23] if entries else "none"
    template = Environment(autoescape=True, undefined=StrictUndefined).from_string(_LIST)
    return template.render(entries=entries, size=len(lines), head=head, older=start if start else None)


def _handler(open_log: Callable[[], Log]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        server_version, sys_version = "guard", ""
        timeout = 10

        def do_GET(self) -> None:
            host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
            if host not in _LOCAL:
                self._send(HTTPStatus.MISDIRECTED_REQUEST, "text/plain", "this host has another name\n")
                return
            self._send(*answer(open_log(), self.path))

        def _send(self, status: HTTPStatus, kind: str, body: str) -> None:
            content = body.encode("utf-8", "replace")
            self.send_response(status)
            for name, value in (*_HEADERS.items(), ("Content-Type", kind), ("Content-Length", str(len(content)))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """A reader of the log is no event."""

    return Handler
