"""A whole Delta between two moments: its laws, and the JSON that it becomes."""

from __future__ import annotations

from guard.compare.delta import Delta, Moment, compare
from guard.compare.routes import RouteDelta
from guard.compare.view import diff_document
from guard.judge.given import read_case
from guard.model.address import Prefix
from guard.model.masking import mask
from guard.model.rib import RibEntry
from guard.parse.yaml_text import load_documents
from guard.snapshot.load import load

ZONE = "@ 60 IN SOA ns h {serial} 1 1 1 1\n@ 60 IN NS ns.example.net.\nwww 60 IN A {address}\n"


def _moments(text: str) -> tuple[Moment, Moment]:
    case = read_case(load_documents(text, "case.yaml")[0]).case
    return case.base.moment, case.steps[0].view.moment


TEXT = """
name: everything
expect: held
before:
  interfaces: {"a[x]": true, "a[y]": true}
  sessions: [{node: a, remote: 10.0.0.2}]
  advertised: {192.0.2.0/24: [ams, sin], 203.0.113.0/24: [ams]}
  sites: [{name: ams, kind: pop, reaches: [sin]}, {name: sin, kind: pop, reaches: [ams]}]
  services: [{name: web}]
  service_reach: [[ams, web]]
  routes: {a: [10.0.0.0/8, 192.0.2.0/24]}
after:
  interfaces: {"a[x]": false, "a[z]": true}
  sessions: [{node: a, remote: 10.0.0.2, up: false}]
  advertised: {192.0.2.0/24: [sin], 29.192.0.0/24: [ams]}
  sites: [{name: ams, kind: pop}, {name: sin, kind: pop}]
  services: [{name: web, healthy: false}]
  service_reach: []
  routes: {a: [10.0.0.0/8, 198.51.100.0/24]}
  cascade: [{unhealthy: [{service: web, instance: "a[x]", why: gone}], withdrawn: ["a[x]"], advertisements_lost: [192.0.2.0/24]}]
"""  # noqa: E501


def test_nothing_differs_from_itself() -> None:
    before, _ = _moments(TEXT)
    delta = compare(before, before)
    assert (delta, delta.routes.differs()) == (Delta(), False)


def test_backwards_is_the_inverse_part_by_part() -> None:
    before, after = _moments(TEXT)
    there, back = compare(before, after), compare(after, before)
    for part in ("files", "devices", "interfaces", "sessions", "routes", "advertised", "reach", "services", "records"):
        assert getattr(there, part).inverse() == getattr(back, part), part


def test_nodes_whose_routes_differ_are_those_of_the_rows() -> None:
    before, after = _moments(TEXT.replace("routes: {a: [", "routes: {b: [10.0.0.0/8], a: ["))
    assert compare(before, after).routes.nodes() == {key.node for key, _ in compare(before, after).routes.turns()}
    assert compare(before, after).routes.nodes() == {"a"}


def test_routes_that_are_shared_are_not_walked() -> None:
    class Shared:
        def prefixes(self) -> None:
            raise AssertionError("it was walked")

    table = {("a", "default"): Shared()}
    assert not RouteDelta(table, dict(table)).differs()  # type: ignore[arg-type]


def test_a_table_that_knows_what_differs_is_believed() -> None:
    class Known:
        def __init__(self, entry: str) -> None:
            self.entry = entry

        def differing(self, other: object) -> list[Prefix]:
            return [Prefix(4, 0, 0)]

        def get(self, prefix: Prefix) -> RibEntry:
            return self.entry  # type: ignore[return-value]

    delta = RouteDelta({("a", "default"): Known("x")}, {("a", "default"): Known("y")})  # type: ignore[dict-item]
    assert [(str(key.prefix), turn) for key, turn in delta.turns()] == [("0.0.0.0/0", ("x", "y"))]


def test_the_document() -> None:
    found = diff_document(compare(*_moments(TEXT)), mask=mask)
    assert found["interfaces"] == {
        "down": [{"interface": "a[x]", "up": False, "why": "shutdown"}],
        "up": [],
        "added": [{"interface": "a[z]", "up": True, "why": ""}],
        "removed": [{"interface": "a[y]", "up": True, "why": ""}],
        "changed": [],
    }
    assert [(row["node"], row["remote_ip"]) for row in found["sessions"]["lost"]] == [("a", "10.0.0.2")]
    assert found["sessions"]["gained"] == []
    assert [row["network"] for row in found["routes"]["withdrawn"]] == ["192.0.2.0/24"]
    assert [row["network"] for row in found["routes"]["added"]] == ["198.51.100.0/24"]
    assert found["advertisements"] == [
        {"prefix": "192.0.2.0/24", "before": ["ams", "sin"], "after": ["sin"]},
        {"prefix": "203.0.113.0/24", "before": ["ams"], "after": []},
    ]  # the test prefix of a session is nobody's row
    assert found["reachability"] == {
        "lost": [{"from": "ams", "to": "sin", "kind": "site"}, {"from": "ams", "to": "web", "kind": "service"}],
        "gained": [],
    }
    assert [(row["name"], row["before"]["healthy"], row["after"]["healthy"]) for row in found["services"]] == [
        ("web", True, False)
    ]
    assert found["cascade"] == [
        {
            "round": 1,
            "unhealthy": [{"service": "web", "instance": "a[x]", "why": "gone"}],
            "withdrawn": ["a[x]"],
            "advertisements_lost": ["192.0.2.0/24"],
        }
    ]


def test_records_by_content_not_by_line() -> None:
    before = load({"zones/example.com.zone": ZONE.format(serial=1, address="192.0.2.1")})
    moved = load({"zones/example.com.zone": "; a comment\n" + ZONE.format(serial=1, address="192.0.2.1")})
    after = load({"zones/example.com.zone": ZONE.format(serial=2, address="192.0.2.9")})
    assert not compare(Moment(before), Moment(moved)).records
    rows = diff_document(compare(Moment(before), Moment(after)), mask=mask)["dns"]["records"]
    assert [(row["name"], row["type"], row["after"]["records"]) for row in rows if row["type"] == "A"] == [
        ("www.example.com.", "A", ["192.0.2.9"])
    ]


def test_secrets_are_masked() -> None:
    base = "hostname r1\n!\nrouter bgp 64500\n neighbor 10.0.0.2 remote-as 64501\n"
    before, after = (
        load({"configs/r1.cfg": base}),
        load({"configs/r1.cfg": base + " neighbor 10.0.0.2 password hunter2\n"}),
    )
    found = diff_document(compare(Moment(before), Moment(after)), mask=mask)
    assert "hunter2" not in str(found)
    assert found["config"][0]["added"][0]["text"].startswith("neighbor 10.0.0.2 password")


def test_rows_beyond_the_limit_are_said_to_be_missing() -> None:
    text = "name: many\nexpect: held\nbefore: {routes: {a: 10}}\nafter: {routes: {a: 60}}\n"
    found = diff_document(compare(*_moments(text)), mask=mask, rows_at_most=20)
    assert (len(found["routes"]["added"]), found["routes"]["truncated"]) == (20, True)
