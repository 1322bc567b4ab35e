"""A Delta as the JSON of CONTRACT 5 (`diff`): rows with the columns of `guard show`, sorted, secrets masked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from guard.compare.delta import Delta
from guard.compare.dns import AnswerTurn
from guard.compare.dns_times import MARGIN, StepTimes
from guard.compare.lines import ChangedLine, DeviceLines
from guard.compare.mapping import Absent
from guard.compare.routes import RouteKey
from guard.compare.sessions import Session
from guard.model.dns import RRset
from guard.model.facts import CascadeRound, ServiceFact
from guard.model.rib import NextHop, RibEntry
from guard.model.state import InterfaceState
from guard.simulate.bgp.external import is_test_prefix
from guard.simulate.dns.answer import Answer

Row = dict[str, Any]
Mask = Callable[[str], str]

#: Rows of one kind that a document carries; `routes.truncated` says that there are more.
ROWS_AT_MOST = 10_000


def diff_document(delta: Delta, *, mask: Mask, rows_at_most: int = ROWS_AT_MOST) -> Row:
    """The `diff` of CONTRACT 5. `mask` hides secrets in one line of configuration."""
    return {
        "config": [_device(each, mask) for each in delta.lines],
        "interfaces": _interfaces(delta),
        "sessions": {
            "lost": [{**session_row(each), "why": each.fell} for each in delta.sessions_lost],
            "gained": [session_row(each) for each in delta.sessions_gained],
        },
        "routes": _routes(delta, rows_at_most),
        "advertisements": _advertisements(delta),
        "reachability": _reachability(delta),
        "services": _services(delta),
        "cascade": [cascade_row(each) for each in delta.cascade],
        "dns": {"records": _records(delta), "answers": [answer_row(each) for each in delta.answers.turns]},
    }


def summary(delta: Delta) -> Row:
    """How much of what differs, for a line about one step of several; kinds of which nothing differs are left out."""
    interfaces = _interfaces(delta)
    counts = {f"interfaces {kind}": len(rows) for kind, rows in interfaces.items()}
    counts |= {"sessions lost": len(delta.sessions_lost), "sessions gained": len(delta.sessions_gained)}
    counts |= {"advertisements": len(delta.advertised.turns), "services": len(delta.services.turns)}
    counts |= {f"reachability {kind}": len(rows) for kind, rows in _reachability(delta).items()}
    counts |= {"lines": sum(len(each.lines) for each in delta.lines), "records": len(delta.records.turns)}
    return {kind: count for kind, count in counts.items() if count}


def _device(each: DeviceLines, mask: Mask) -> Row:
    row: Row = {"device": each.device, "file": each.file, "change": each.change}
    for kind in ("added", "removed", "moved"):
        row[kind] = [_line(line, mask) for line in each.lines if line.change == kind]
    return row


def _line(line: ChangedLine, mask: Mask) -> Row:
    return {
        "line": line.source.first,
        "path": [mask(part) for part in line.path],
        "text": mask(line.text),
        "state": line.state.name.lower(),
    }


def _interfaces(delta: Delta) -> Row:
    found: dict[str, list[Row]] = {"down": [], "up": [], "added": [], "removed": [], "changed": []}
    for id, (before, after) in sorted(delta.interfaces.turns.items()):
        if isinstance(before, Absent):
            assert isinstance(after, InterfaceState)
            found["added"].append({"interface": str(id), "up": after.up, "why": after.why})
        elif isinstance(after, Absent):
            found["removed"].append({"interface": str(id), "up": before.up, "why": ""})
        else:
            kind = "changed" if before.up == after.up else "up" if after.up else "down"
            found[kind].append({"interface": str(id), "up": after.up, "why": after.why})
    return dict(found)


def session_row(session: Session) -> Row:
    """The columns of `guard show sessions`, seen from the first end."""
    end = session.ends[0]
    return {
        "node": end.node,
        "vrf": end.vrf,
        "local_as": end.local_as,
        "local_ip": str(end.local_address) if end.local_address else None,
        "local_interface": end.local_interface,
        "remote_as": end.remote_as,
        "remote_node": end.remote_node,
        "remote_ip": str(end.remote_address) if end.remote_address else None,
        "remote_interface": end.remote_interface,
        "session_type": end.session_type,
        "established_status": end.status,
    }


def _routes(delta: Delta, at_most: int) -> Row:
    found: dict[str, Any] = {"withdrawn": [], "added": [], "changed": [], "truncated": False}
    shown = (turn for turn in delta.routes.turns() if not is_test_prefix(turn[0].prefix))
    turns = list(islice(shown, at_most + 1))
    found["truncated"] = len(turns) > at_most
    for key, (before, after) in sorted(turns[:at_most], key=lambda turn: turn[0]):
        if isinstance(after, Absent):
            assert isinstance(before, RibEntry)
            found["withdrawn"] += route_rows(key, before)
        elif isinstance(before, Absent):
            found["added"] += route_rows(key, after)
        else:
            found["changed"].append({"before": route_rows(key, before), "after": route_rows(key, after)})
    return found


def route_rows(key: RouteKey, entry: RibEntry) -> list[Row]:
    """The columns of `guard show routes`: a row per next hop."""
    network, protocol, tag = str(key.prefix), entry.protocol.value, entry.tag or None
    return [
        {
            "node": key.node,
            "vrf": key.vrf,
            "network": network,
            "next_hop_ip": str(hop.address) if hop.address else None,
            "next_hop_interface": "null_interface" if hop.discard else hop.interface or "dynamic",
            "protocol": protocol,
            "metric": entry.metric,
            "admin_distance": entry.admin_distance,
            "tag": tag,
        }
        for hop in entry.next_hops or _NO_HOP
    ]


_NO_HOP = (NextHop(),)


def _advertisements(delta: Delta) -> list[Row]:
    return [
        {"prefix": str(prefix), "before": _sites(before), "after": _sites(after)}
        for prefix, (before, after) in sorted(delta.advertised.turns.items())
        if not is_test_prefix(prefix)
    ]


def _sites(side: frozenset[str] | Absent) -> list[str]:
    return [] if isinstance(side, Absent) else sorted(side)


def _reachability(delta: Delta) -> Row:
    def rows(pairs: Iterable[tuple[tuple[str, str, str], bool]]) -> list[Row]:
        return [{"from": one, "to": other, "kind": kind} for (one, other, kind), _ in sorted(pairs)]

    return {"lost": rows(delta.reach.removed()), "gained": rows(delta.reach.added())}


def _services(delta: Delta) -> list[Row]:
    return [
        {"name": name, "before": service_row(before), "after": service_row(after)}
        for name, (before, after) in sorted(delta.services.turns.items())
    ]


def service_row(side: ServiceFact | Absent) -> Row | None:
    if isinstance(side, Absent):
        return None
    return {
        "healthy": side.healthy,
        "instances_up": sum(each.up and each.healthy for each in side.instances),
        "instances_total": len(side.instances),
        "unmet": list(side.unmet),
    }


def cascade_row(each: CascadeRound) -> Row:
    return {
        "round": each.number,
        "unhealthy": [
            {"service": service, "instance": str(instance) if instance else None, "why": why}
            for service, instance, why in each.unhealthy
        ],
        "withdrawn": [str(id) for id in each.withdrawn],
        "advertisements_lost": [str(prefix) for prefix in each.advertisements_lost],
    }


def _records(delta: Delta) -> list[Row]:
    return list(_record_rows(delta))


def _record_rows(delta: Delta) -> Iterator[Row]:
    for key, (before, after) in sorted(delta.records.turns.items(), key=lambda turn: turn[0]):
        yield {
            "server": key.server,
            "zone": key.zone,
            "name": key.owner,
            "type": key.type,
            "before": _rrset(before),
            "after": _rrset(after),
        }


def answer_row(turn: AnswerTurn) -> Row:
    """One question whose answer changed, with both answers."""
    return {"name": turn.name, "type": turn.type, "before": _answer(turn.before), "after": _answer(turn.after)}


def _answer(side: Answer) -> str:
    """The status, and what the answer leads to: `NOERROR CNAME web.example.com., A 192.0.2.1`."""
    return f"{side.status.value} {', '.join(f'{each.type} {each.data}' for each in side.answer)}".rstrip()


def times_row(times: StepTimes) -> Row:
    """One step that alters zones: minutes (begun ones count) after it, and when the next step is safe."""
    return {
        "step": times.step,
        "at": _minute(times.at),
        "dark_minutes": None if times.dark is None else _minutes(times.dark),
        "seen_minutes": _minutes(times.seen),
        "recovered_minutes": _minutes(times.recovered),
        "longest": {"name": times.longest[0], "type": times.longest[1]},
        "margin_minutes": _minutes(MARGIN),
        "next_safe_at": _minute(times.next_safe),
    }


def _minutes(seconds: int) -> int:
    return -(-seconds // 60)


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _rrset(side: RRset | Absent) -> Row | None:
    return None if isinstance(side, Absent) else {"ttl": side.ttl, "records": list(side.rdata)}
