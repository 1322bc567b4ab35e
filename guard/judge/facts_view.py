"""The facts of one step as the messages that CEL expressions are evaluated over (declared in facts_schema)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from guard.compare.delta import Delta
from guard.compare.sessions import sessions
from guard.compare.view import cascade_row, diff_document, session_row
from guard.judge.case import Case, StepView, View
from guard.judge.facts_schema import MESSAGES, PACKAGE
from guard.judge.scope import devices_of_step, zones_of_step
from guard.model.facts import Assessment, FailureSweep
from guard.model.masking import mask
from guard.snapshot.snapshot import Snapshot

if TYPE_CHECKING:
    from google.protobuf.descriptor_pool import DescriptorPool
    from google.protobuf.message import Message

Row = dict[str, Any]


def facts(case: Case, step: StepView | None, texts: Iterable[str]) -> Mapping[str, Any]:
    """The variables for one step; None: for the base beside itself, so that what was so before can be told.

    Only what the expressions in `texts` could mention is filled in: names of zones are many.
    """
    view = step.view if step is not None else case.base
    wanted = " ".join(texts)
    names, sizes = ".names" in wanted, "rib_size" in wanted
    before = state_row(case.base, names=names, sizes=sizes)
    after = before if step is None else state_row(view, names=names, sizes=sizes)
    delta = step.delta if step is not None and "delta" in wanted else Delta()
    return {
        "before": message("State", before),
        "after": message("State", after),
        "delta": message("Delta", diff_document(delta, mask=mask)),
        "change": message("Change", _change(case, view.snapshot)),
        "failures": [message("Failure", row) for row in _failures(case.base.failures, view.failures)],
        "cascade": [
            message("Round", cascade_row(each)) for each in (view.assessment.cascade if view.assessment else ())
        ],
    }


def state_row(view: View, *, names: bool = True, sizes: bool = True) -> Row:
    """`before` and `after` of CONTRACT 6, JSON-ready; without RRsets and RIB sizes where nobody asks for them."""
    row: Row = {"dns": _dns(view.snapshot, names=names)}
    return row if view.assessment is None else {**row, **_network(view.snapshot, view.assessment, sized=sizes)}


def _network(snapshot: Snapshot, found: Assessment, *, sized: bool) -> Row:
    inventory = snapshot.inventory
    sizes: dict[str, int] = {}
    for (node, _), rib in found.state.ribs.items() if sized else ():
        sizes[node] = sizes.get(node, 0) + len(rib)
    site_of = {name: inventory.site_of(name) for name in snapshot.devices}
    return {
        "sites": [
            {"name": each.name, "kind": each.kind, "isolated": each.isolated, "reaches": sorted(each.reaches)}
            for each in found.sites
        ],
        "backbone": {
            "links_up": sum(link.up for link in found.backbone.links),
            "links_total": len(found.backbone.links),
            "sessions_up": sum(found.backbone.sessions.values()),
            "sessions_total": len(found.backbone.sessions),
        },
        "advertisements": [
            {
                "name": each.name,
                "prefix": str(each.prefix),
                "sites": sorted(each.sites),
                "origins": sorted(each.origins),
                "min_sites": each.min_sites,
                "min_origins": each.min_origins,
            }
            for each in found.advertisements
        ],
        "services": [
            {
                "name": each.name,
                "healthy": each.healthy,
                "instances_up": sum(one.up and one.healthy for one in each.instances),
                "instances_total": len(each.instances),
                "recovery": each.recovery,
            }
            for each in found.services
        ],
        "sessions": [
            {**session_row(each), "up": each.up, "external": each.external} for each in sessions(found.state.sessions)
        ],
        "devices": [
            {"name": name, "site": site.name if site else "", "rib_size": sizes.get(name, 0)}
            for name, site in site_of.items()
        ],
        "flows": [
            {
                "name": each.intent.name,
                "expect": each.intent.expect,
                "delivered": each.delivered,
                "denied": each.denied,
            }
            for each in found.flows
        ],
    }


def _dns(snapshot: Snapshot, *, names: bool) -> Row:
    zones = snapshot.zones.items()
    return {
        "zones": [{"name": apex, "serial": zone.serial or 0, "rrsets": len(zone.rrsets)} for apex, zone in zones],
        "names": [
            {"zone": apex, "name": key.owner, "type": key.type, "ttl": rrset.ttl, "records": list(rrset.rdata)}
            for apex, zone in zones
            for key, rrset in zone.rrsets.items()
        ]
        if names
        else [],
        "findings": [
            {"code": fault.code, "subject": fault.subject, "message": fault.message}
            for _, zone in zones
            for fault in zone.faults
        ],
    }


def _change(case: Case, snapshot: Snapshot) -> Row:
    change = case.change
    steps: list[Row] = [
        {
            "number": each.number,
            "devices": sorted(devices_of_step(each, case.base.snapshot)),
            "zones": sorted(zones_of_step(each)),
        }
        for each in change.steps
    ]
    devices = sorted({name for step in steps for name in step["devices"]})
    sites = {site.name for name in devices if (site := snapshot.inventory.site_of(name)) is not None}
    return {
        "id": change.id,
        "author": change.author,
        "title": change.title,
        "temporary": change.temporary,
        "effect": change.effect,
        "devices": devices,
        "sites": sorted(sites),
        "steps": steps,
    }


def _failures(old: FailureSweep | None, new: FailureSweep | None) -> list[Row]:
    if new is None:
        return []
    olds = {each.scenario: each for each in (old.outcomes if old else ())}
    rows = []
    for each in new.outcomes:
        was = olds.get(each.scenario)
        worse = was is None or bool(
            each.sites_isolated - was.sites_isolated or each.advertisements_lost - was.advertisements_lost
        )
        rows.append(
            {
                "scenario": each.scenario.reason,
                "sites_isolated": sorted(each.sites_isolated),
                "advertisements_lost": sorted(str(prefix) for _, prefix in each.advertisements_lost),
                "new": worse and bool(each.sites_isolated or each.advertisements_lost),
            }
        )
    return rows


# ------------------------------------------------------------------------------------------------ as messages


def message(name: str, row: Row) -> Message:
    """A row as the message of that name; keys that the schema does not declare are left out."""
    from google.protobuf.json_format import ParseDict

    return ParseDict(row, _class(name)(), ignore_unknown_fields=True)


@cache
def _class(name: str) -> type[Message]:
    from google.protobuf import message_factory

    return message_factory.GetMessageClass(pool().FindMessageTypeByName(f"{PACKAGE}.{name}"))


@lru_cache(maxsize=1)
def pool() -> DescriptorPool:
    """The declared facts as a pool of message types of its own."""
    from google.protobuf import descriptor_pb2, descriptor_pool

    kinds = descriptor_pb2.FieldDescriptorProto
    types = {"string": kinds.TYPE_STRING, "bool": kinds.TYPE_BOOL, "int": kinds.TYPE_INT64, "double": kinds.TYPE_DOUBLE}
    file = descriptor_pb2.FileDescriptorProto(name="guard/facts.proto", package=PACKAGE, syntax="proto3")
    for name, fields in MESSAGES.items():
        declared = file.message_type.add(name=name)
        for number, field in enumerate(fields, start=1):
            label = kinds.LABEL_REPEATED if field.repeated else kinds.LABEL_OPTIONAL
            added = declared.field.add(name=field.name, number=number, label=label)
            if field.type in types:
                added.type = types[field.type]
            else:
                added.type = kinds.TYPE_MESSAGE
                added.type_name = f".{PACKAGE}.{field.type}"
    found = descriptor_pool.DescriptorPool()
    found.Add(file)
    return found
