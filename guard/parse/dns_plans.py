"""DNS changes as other tools write them → edits of records: octoDNS plans, Route 53 change batches, Terraform plans.

Law: what such a plan would do and guard cannot say is InputInvalid, never left out. Resources of a Terraform plan that
have nothing to do with DNS are none of our business.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from guard.model.errors import InputInvalid
from guard.parse.rdata import RecordInvalid, absolute, known_type, record

Row = Mapping[str, Any]
#: TTL of a record for which a plan names none: octoDNS's own default.
DEFAULT_TTL = 3600
#: Cloudflare writes 1 for "automatic", which it serves as 300 s.
_AUTOMATIC_TTL = 300


@dataclass(frozen=True, slots=True)
class PlannedEdit:
    """One edit. `zone` "": the one whose apex is nearest. `whole`: the RRset becomes `data`, else single records move.

    `data` is empty where the RRset goes. `gone`: records that are deleted. `absent`/`present`: what must be so before,
    as the tool's own server insists on it.
    """

    zone: str
    name: str
    type: str
    ttl: int
    data: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    whole: bool = True
    absent: bool = False
    present: bool = False


@dataclass(frozen=True, slots=True)
class PlannedZone:
    """A whole zone that a plan deletes or creates."""

    zone: str
    created: bool


Planned = PlannedEdit | PlannedZone


def parse_plan(kind: str, text: str, file: str) -> tuple[Planned, ...]:
    """The edits of a plan; `kind` octodns, route53 or terraform. InputInvalid where it is none, or asks too much."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputInvalid("invalid-plan", f"not JSON: {error.msg}", file, error.lineno) from None
    reader = {"octodns": _octodns, "route53": _route53, "terraform": _terraform}[kind]
    try:
        return tuple(reader(document, file))
    except RecordInvalid as error:
        raise InputInvalid("invalid-plan", str(error), file, 1) from None
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        raise InputInvalid("invalid-plan", f"not a plan of {kind}: {error!r}", file, 1) from None


def _refuse(file: str, message: str) -> NoReturn:
    raise InputInvalid("not-supported", message, file)


def _typed(text: str) -> str:
    found = known_type(text)
    if found is None:
        raise RecordInvalid(f"{text!r} is no record type")
    return found


def _data(type: str, values: list[str], origin: str = ".") -> tuple[str, ...]:
    return tuple(sorted({record(type, value, origin)[1] for value in values}))


# ------------------------------------------------------------------------------------------------ octoDNS


def _octodns(document: Row, file: str) -> Iterator[Planned]:
    """`{provider: {zone: {changes: [{type, name, record_type, existing, new}]}}}` (octodns.provider.plan.PlanJson)."""
    for zones in document.values():
        for zone, plan in zones.items():
            apex = absolute(zone, ".")
            if plan.get("exists") is False:
                yield PlannedZone(apex, created=True)
            for change in plan["changes"]:
                yield _octodns_change(apex, change, file)


def _octodns_change(apex: str, change: Row, file: str) -> PlannedEdit:
    body = change.get("new") or change["existing"]
    name = change.get("name", body.get("name"))
    type = change.get("record_type", body.get("type"))
    if name is None or type is None:
        _refuse(file, "the plan does not name its records: octoDNS 1.2 and later write name and record_type")
    owner = absolute(name, apex) if name else apex
    if change["type"] == "delete":
        return PlannedEdit(apex, owner, _typed(type), 0)
    for special in ("dynamic", "geo"):
        if body.get(special):
            _refuse(file, f"{owner} {type} is {special}: what it answers depends on who asks")
    values = body["values"] if "values" in body else [body["value"]]
    texts = [octodns_value(type, value) for value in values]
    return PlannedEdit(apex, owner, _typed(type), int(body.get("ttl", DEFAULT_TTL)), _data(type, texts))


#: Fields of octoDNS's structured values, in the order of the presentation format.
_OCTODNS = {
    "MX": ("preference", "exchange"),
    "SRV": ("priority", "weight", "port", "target"),
    "CAA": ("flags", "tag", "value"),
    "SSHFP": ("algorithm", "fingerprint_type", "fingerprint"),
    "DS": ("key_tag", "algorithm", "digest_type", "digest"),
    "TLSA": ("certificate_usage", "selector", "matching_type", "certificate_association_data"),
    "NAPTR": ("order", "preference", "flags", "service", "regexp", "replacement"),
    "SVCB": ("svcpriority", "targetname"),
    "HTTPS": ("svcpriority", "targetname"),
}
_QUOTED = frozenset({"flags", "service", "regexp"})


def octodns_value(type: str, value: Any) -> str:
    """One value of octoDNS in presentation format."""
    if isinstance(value, str):
        return quoted(value.replace("\\;", ";")) if type in ("TXT", "SPF") else value
    if type not in _OCTODNS:
        raise RecordInvalid(f"values of {type} records are not read from plans")
    words = []
    for field in _OCTODNS[type]:
        found = str(value[field])
        if (type == "NAPTR" and field in _QUOTED) or (type == "CAA" and field == "value"):
            found = quoted(found)
        words.append(found)
    words += [f"{key}={text}" for key, text in (value.get("svcparams") or {}).items()]
    return " ".join(words)


def quoted(text: str) -> str:
    """A text as character strings of at most 255 octets (RFC 1035 3.3)."""
    plain = text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    return " ".join(f'"{escaped[at : at + 250]}"' for at in range(0, max(len(escaped), 1), 250))


# ------------------------------------------------------------------------------------------------ Route 53


def _route53(document: Row, file: str) -> Iterator[Planned]:
    """A change batch as `aws route53 change-resource-record-sets` takes it."""
    batch = document.get("ChangeBatch", document)
    for change in batch["Changes"]:
        yield _route53_change(change["Action"].upper(), change["ResourceRecordSet"], file)


def _route53_change(action: str, records: Row, file: str) -> PlannedEdit:
    name, type = absolute(_decimal(records["Name"]), "."), _typed(records["Type"])
    if "AliasTarget" in records and action != "DELETE":
        _refuse(file, f"{name} {type} is an alias to {records['AliasTarget'].get('DNSName')}: its addresses are AWS's")
    data = _data(type, [each["Value"] for each in records.get("ResourceRecords", ())])
    whole = "SetIdentifier" not in records  # of a routing policy: one part of several
    ttl = int(records.get("TTL", DEFAULT_TTL))
    if action == "DELETE":
        return PlannedEdit("", name, type, ttl, gone=data, whole=False, present=True)
    if action not in ("CREATE", "UPSERT"):
        raise RecordInvalid(f"{action} is no action of Route 53")
    return PlannedEdit("", name, type, ttl, data, whole=whole, absent=action == "CREATE" and whole)


def _decimal(name: str) -> str:
    """Route 53 writes escapes in octal, `\\052` for an asterisk; master files in decimal."""
    return re.sub(r"\\([0-3][0-7]{2})", lambda found: f"\\{int(found[1], 8):03d}", name)


# ------------------------------------------------------------------------------------------------ Terraform


def _terraform(document: Row, file: str) -> Iterator[Planned]:
    """`terraform show -json PLAN`: what is deleted first, then what is made."""
    changes = [(each["type"], each["change"], each.get("address", "")) for each in document.get("resource_changes", ())]
    for type, change, address in changes:
        actions = change["actions"]
        if actions in (["no-op"], ["read"]) or not _is_dns(type):
            continue
        if type in _ZONES:
            yield from _terraform_zone(type, change, actions)
            continue
        if type not in _RESOURCES:
            _refuse(file, f"{address or type} is a DNS resource that is not read from plans")
        if "delete" in actions or "update" in actions:
            yield from _undone(_RESOURCES[type](type, change["before"]))
        if "create" in actions or "update" in actions:
            unknown = change.get("after_unknown") or {}
            missing = [
                key for key in ("records", "rrdatas", "content", "value", "addresses") if unknown.get(key) is True
            ]
            if missing:
                _refuse(file, f"{address or type}: {missing[0]} is known only after apply")
            yield _RESOURCES[type](type, change["after"])


def _is_dns(type: str) -> bool:
    return type in _RESOURCES or type in _ZONES or "_dns_" in type or type.startswith(("dns_", "aws_route53_record"))


def _undone(edit: PlannedEdit) -> Iterator[PlannedEdit]:
    yield PlannedEdit(edit.zone, edit.name, edit.type, edit.ttl, gone=edit.data, whole=False)


#: Resource -> the attribute that names a zone.
_ZONES = {"aws_route53_zone": "name", "google_dns_managed_zone": "dns_name", "azurerm_dns_zone": "name",
          "digitalocean_domain": "name", "cloudflare_zone": "zone"}  # fmt: skip


def _terraform_zone(type: str, change: Row, actions: list[str]) -> Iterator[PlannedZone]:
    if "delete" in actions:
        yield PlannedZone(absolute(change["before"][_ZONES[type]], "."), created=False)
    if "create" in actions:
        yield PlannedZone(absolute(change["after"][_ZONES[type]], "."), created=True)


def _aws(_: str, at: Row) -> PlannedEdit:
    name, type = absolute(_decimal(at.get("fqdn") or at["name"]), "."), _typed(at["type"])
    if at.get("alias"):
        raise RecordInvalid(f"{name} {type} is an alias: its addresses are AWS's")
    values = [quoted(each) if type in ("TXT", "SPF") else each for each in at["records"] or ()]
    return PlannedEdit("", name, type, int(at["ttl"] or DEFAULT_TTL), _data(type, values))


def _google(_: str, at: Row) -> PlannedEdit:
    type = _typed(at["type"])
    return PlannedEdit("", absolute(at["name"], "."), type, int(at["ttl"] or 300), _data(type, list(at["rrdatas"])))


def _cloudflare(_: str, at: Row) -> PlannedEdit:
    name, type = absolute(at.get("hostname") or at["name"], "."), _typed(at["type"])
    value = str(at.get("content") or at.get("value"))
    if type in ("TXT", "SPF"):
        value = quoted(value)
    elif type in ("MX", "SRV", "URI") and at.get("priority") is not None:
        value = f"{int(at['priority'])} {value}"
    ttl = int(at.get("ttl") or 1)
    return PlannedEdit("", name, type, _AUTOMATIC_TTL if ttl == 1 else ttl, _data(type, [value]), whole=False)


def _azure(resource: str, at: Row) -> PlannedEdit:
    type = _typed(resource.removeprefix("azurerm_dns_").removesuffix("_record"))
    zone = absolute(at["zone_name"], ".")
    name = zone if at["name"] == "@" else absolute(at["name"], zone)
    values = [_azure_value(type, each) for each in at.get("records") or at.get("record") or ()]
    if type == "CNAME":
        values = [str(at["record"])]
    return PlannedEdit(zone, name, type, int(at["ttl"]), _data(type, values))


def _azure_value(type: str, value: Any) -> str:
    match type, value:
        case _, str():
            return value
        case "TXT", _:
            return quoted(str(value["value"]))
        case "MX", _:
            return f"{value['preference']} {value['exchange']}"
        case "SRV", _:
            return f"{value['priority']} {value['weight']} {value['port']} {value['target']}"
        case _:
            return f'{value["flags"]} {value["tag"]} "{value["value"]}"'


def _digitalocean(_: str, at: Row) -> PlannedEdit:
    zone, type = absolute(at["domain"], "."), _typed(at["type"])
    name = zone if at["name"] == "@" else absolute(at["name"], zone)
    value = quoted(at["value"]) if type == "TXT" else str(at["value"])
    if type == "MX":
        value = f"{at['priority']} {value}"
    return PlannedEdit(zone, name, type, int(at.get("ttl") or 1800), _data(type, [value]), whole=False)


def _update_provider(resource: str, at: Row) -> PlannedEdit:
    """The provider that speaks RFC 2136: `dns_a_record_set` and its kin."""
    type = _typed(resource.removeprefix("dns_").removesuffix("_record_set").removesuffix("_record"))
    zone = absolute(at["zone"], ".")
    name = absolute(at["name"], zone) if at.get("name") else zone
    keys = {"A": "addresses", "AAAA": "addresses", "NS": "nameservers", "TXT": "txt", "CNAME": "cname", "PTR": "ptr"}
    if type in keys:
        found = at[keys[type]]
        values = [found] if isinstance(found, str) else list(found)
        values = [quoted(each) for each in values] if type == "TXT" else values
    elif type == "MX":
        values = [f"{each['preference']} {each['exchange']}" for each in at["mx"]]
    else:
        values = [f"{each['priority']} {each['weight']} {each['port']} {each['target']}" for each in at["srv"]]
    return PlannedEdit(zone, name, type, int(at.get("ttl") or DEFAULT_TTL), _data(type, values))


_RESOURCES: Mapping[str, Callable[[str, Row], PlannedEdit]] = {
    "aws_route53_record": _aws,
    "google_dns_record_set": _google,
    "cloudflare_record": _cloudflare,
    "cloudflare_dns_record": _cloudflare,
    "digitalocean_record": _digitalocean,
    **{f"azurerm_dns_{each}_record": _azure for each in ("a", "aaaa", "cname", "mx", "ns", "ptr", "srv", "txt", "caa")},
    **{f"dns_{each}_record_set": _update_provider for each in ("a", "aaaa", "ns", "txt", "mx", "srv")},
    **{f"dns_{each}_record": _update_provider for each in ("cname", "ptr")},
}
