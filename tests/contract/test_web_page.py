"""The web page: what it shows, and what it refuses; over a real socket on loopback."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest

from guard.shell.errors import NotFound
from guard.shell.web.page import PAGE, Page

DOCUMENT: dict[str, Any] = {
    "verdict": "BLOCK",
    "change": {"id": "CHG-<b>1", "title": "Assess & go", "author": "neteng", "digest": "sha256:c"},
    "snapshot": {"base": "sha256:a", "candidate": "sha256:b"},
    "engines": ["embedded"],
    "policies": "sha256:p",
    "guard_version": "0",
    "findings": [
        {
            "policy": "blackhole", "enforcement": "deny", "status": "new", "step": 1,
            "message": "<script>alert(1)</script>",
            "subjects": [], "evidence": ["a & b"],
        }
    ],
    "diff": {
        "config": [], "interfaces": {}, "sessions": {"lost": [], "gained": []},
        "routes": {"withdrawn": [], "added": [], "changed": []}, "advertisements": [],
        "reachability": {"lost": [], "gained": []}, "services": [], "cascade": [],
        "dns": {"records": [], "answers": []},
    },
    "timings_ms": {"total": 1},
}  # fmt: skip


class FakeLog:
    """A log in memory: entry 1 answered with a document, the others with none."""

    def __init__(self, size: int) -> None:
        self._entries = [
            {
                "id": n,
                "time": "t",
                "kind": "check",
                "caller": "me",
                "change_id": f"C-{n}",
                "verdict": "BLOCK",
                "hash": "h",
            }
            for n in range(size)
        ]

    def lines(self) -> tuple[str, ...]:
        return tuple(map(json.dumps, self._entries))

    def entry(self, id: int) -> tuple[dict[str, Any], dict[str, Any]]:
        if not 0 <= id < len(self._entries):
            raise NotFound("unknown-entry", f"the audit log has no entry {id}")
        return self._entries[id], DOCUMENT if id == 1 else {}


@pytest.fixture
def page() -> Iterator[Page]:
    made = Page(lambda: FakeLog(PAGE + 5), "127.0.0.1", 0)
    yield made
    made.stop()


def get(page: Page, path: str, method: str = "GET", host: str = "") -> tuple[int, str, http.client.HTTPMessage]:
    port = int(page.address.rstrip("/").rpartition(":")[2])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, headers={"Host": host} if host else {})
    response = connection.getresponse()
    return response.status, response.read().decode(), response.headers


def test_the_list_is_newest_first_in_pages(page: Page) -> None:
    status, body, headers = get(page, "/")
    assert status == 200
    assert body.index("C-104") < body.index("C-103")
    assert "C-4<" not in body
    assert 'href="/?before=5"' in body
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "C-4<" in get(page, "/?before=5")[1]


def test_an_entry_is_its_report_with_everything_escaped(page: Page) -> None:
    status, body, _ = get(page, "/entry/1")
    assert status == 200
    assert "blackhole" in body
    assert "<script>" not in body
    assert "CHG-&lt;b&gt;1" in body


def test_an_entry_without_a_report_is_its_json(page: Page) -> None:
    status, body, headers = get(page, "/entry/0")
    assert (status, headers["Content-Type"]) == (200, "application/json; charset=utf-8")
    assert json.loads(body)["entry"]["id"] == 0
    assert json.loads(get(page, "/entry/1.json")[1])["document"]["verdict"] == "BLOCK"


@pytest.mark.parametrize(
    "path", ["/entry/999", "/entry/x", "/etc/passwd", "/../../etc/passwd", "/entry/1/2", "/entry/"]
)
def test_everything_else_is_not_there(page: Page, path: str) -> None:
    assert get(page, path)[0] == 404


def test_only_get_is_answered(page: Page) -> None:
    assert get(page, "/", "POST")[0] == 501
    assert get(page, "/", "DELETE")[0] == 501


def test_a_page_from_elsewhere_cannot_read_it(page: Page) -> None:
    assert get(page, "/", host="evil.example")[0] == 421
    assert get(page, "/", host="localhost:50052")[0] == 200
