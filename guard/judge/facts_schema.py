"""The facts that CEL policies see (CONTRACT 6), declared: name, type and meaning of each field.

docs/facts.md and the types that the expression checker knows are both made from these tables.
"""

from __future__ import annotations

from typing import NamedTuple

PACKAGE = "guard.facts"


class Field(NamedTuple):
    """`type`: string, bool, int, double or the name of a message; `repeated`: a list of them."""

    name: str
    type: str
    repeated: bool
    meaning: str


def _one(name: str, type: str, meaning: str) -> Field:
    return Field(name, type, False, meaning)


def _many(name: str, type: str, meaning: str) -> Field:
    return Field(name, type, True, meaning)


#: Variable -> (type, whether it is a list, meaning).
VARIABLES: dict[str, tuple[str, bool, str]] = {
    "before": (f"{PACKAGE}.State", False, "the base"),
    "after": (f"{PACKAGE}.State", False, "the state after the step that is judged"),
    "delta": (f"{PACKAGE}.Delta", False, "what differs between the two: the `diff` of the JSON output"),
    "change": (f"{PACKAGE}.Change", False, "what is asked for"),
    "failures": (f"{PACKAGE}.Failure", True, "what one more failure after the step would do"),
    "cascade": (f"{PACKAGE}.Round", True, "the rounds of the health fixed point after the step"),
}

MESSAGES: dict[str, tuple[Field, ...]] = {
    "State": (
        _many("sites", "Site", "sites of the inventory"),
        _one("backbone", "Backbone", "links between backbone devices of different sites"),
        _many("advertisements", "Advertisement", "listed prefixes"),
        _many("services", "Service", "services of the inventory"),
        _many("sessions", "Session", "BGP sessions, each once"),
        _many("devices", "Device", "devices of the snapshot"),
        _many("flows", "Flow", "flows of the inventory"),
        _one("dns", "Dns", "zones and what is in them"),
    ),
    "Site": (
        _one("name", "string", ""),
        _one("kind", "string", "datacenter, pop or external"),
        _one("isolated", "bool", "exchanges traffic with no other data center or pop, while there is another"),
        _many("reaches", "string", "sites with which traffic flows both ways"),
    ),
    "Backbone": (
        _one("links_up", "int", ""),
        _one("links_total", "int", ""),
        _one("sessions_up", "int", "BGP sessions between backbone devices of different sites"),
        _one("sessions_total", "int", ""),
    ),
    "Advertisement": (
        _one("name", "string", "name in the inventory"),
        _one("prefix", "string", ""),
        _many("sites", "string", "sites that advertise it"),
        _many("origins", "string", "sites where it originates"),
        _one("min_sites", "int", ""),
        _one("min_origins", "int", ""),
    ),
    "Service": (
        _one("name", "string", ""),
        _one("healthy", "bool", ""),
        _one("instances_up", "int", "instances that are up and healthy"),
        _one("instances_total", "int", ""),
        _one("recovery", "bool", "people need it to undo a bad change"),
    ),
    "Session": (
        _one("node", "string", ""),
        _one("vrf", "string", ""),
        _one("local_as", "int", ""),
        _one("local_ip", "string", ""),
        _one("remote_as", "int", ""),
        _one("remote_node", "string", "empty where the remote is not in the snapshot"),
        _one("remote_ip", "string", ""),
        _one("session_type", "string", "Batfish's names"),
        _one("established_status", "string", "Batfish's names"),
        _one("up", "bool", "the judgement of guard (a neighbour that nobody configures counts as up)"),
        _one("external", "bool", ""),
    ),
    "Device": (
        _one("name", "string", ""),
        _one("site", "string", "empty where no site claims it"),
        _one("rib_size", "int", "routes of all its main RIBs"),
    ),
    "Flow": (
        _one("name", "string", ""),
        _one("expect", "string", "delivered or denied"),
        _one("delivered", "bool", "from each source, by every path"),
        _one("denied", "bool", "from each source"),
    ),
    "Dns": (
        _many("zones", "Zone", ""),
        _many("names", "Name", "RRsets"),
        _many("findings", "Fault", "what is wrong with the zone files"),
    ),
    "Zone": (
        _one("name", "string", ""),
        _one("serial", "int", ""),
        _one("rrsets", "int", "number of RRsets"),
    ),
    "Name": (
        _one("zone", "string", ""),
        _one("name", "string", "owner, absolute and lower case"),
        _one("type", "string", ""),
        _one("ttl", "int", "seconds"),
        _many("records", "string", "rdata in presentation format"),
    ),
    "Fault": (
        _one("code", "string", ""),
        _one("subject", "string", ""),
        _one("message", "string", ""),
    ),
    "Change": (
        _one("id", "string", ""),
        _one("author", "string", ""),
        _one("title", "string", ""),
        _one("temporary", "bool", ""),
        _one("effect", "string", "none, declared or any"),
        _many("devices", "string", "devices that it configures, commands or takes down"),
        _many("sites", "string", "sites of these devices"),
        _many("steps", "Step", ""),
    ),
    "Step": (
        _one("number", "int", "from 1"),
        _many("devices", "string", ""),
        _many("zones", "string", ""),
    ),
    "Failure": (
        _one("scenario", "string", "what fails"),
        _many("sites_isolated", "string", ""),
        _many("advertisements_lost", "string", "listed prefixes that no site advertises then"),
        _one("new", "bool", "the same failure did not do this in the base"),
    ),
    "Round": (
        _one("round", "int", "from 1"),
        _many("unhealthy", "Unhealthy", ""),
        _many("withdrawn", "string", "interfaces that go down for it"),
        _many("advertisements_lost", "string", ""),
    ),
    "Unhealthy": (
        _one("service", "string", ""),
        _one("instance", "string", ""),
        _one("why", "string", ""),
    ),
    "Delta": (
        _many("config", "DeviceLines", "changed lines of each device"),
        _one("interfaces", "Interfaces", ""),
        _one("sessions", "Sessions", ""),
        _one("routes", "Routes", "rows of main RIBs"),
        _many("advertisements", "AdvertisementTurn", ""),
        _one("reachability", "Reachability", ""),
        _many("services", "ServiceTurn", ""),
        _many("cascade", "Round", ""),
        _one("dns", "DnsDelta", ""),
    ),
    "DeviceLines": (
        _one("device", "string", ""),
        _one("file", "string", ""),
        _one("change", "string", "added, removed or changed"),
        _many("added", "Line", ""),
        _many("removed", "Line", ""),
        _many("moved", "Line", ""),
    ),
    "Line": (
        _one("line", "int", ""),
        _many("path", "string", "the sections that it stands in"),
        _one("text", "string", "secrets masked"),
        _one("state", "string", "implemented, partial, not_implemented, ignored or unrecognised"),
    ),
    "Interfaces": (
        _many("down", "InterfaceTurn", "were up"),
        _many("up", "InterfaceTurn", "were down"),
        _many("added", "InterfaceTurn", ""),
        _many("removed", "InterfaceTurn", ""),
        _many("changed", "InterfaceTurn", "neither came up nor went down"),
    ),
    "InterfaceTurn": (
        _one("interface", "string", "node[interface]"),
        _one("up", "bool", ""),
        _one("why", "string", ""),
    ),
    "Sessions": (_many("lost", "Session", ""), _many("gained", "Session", "")),
    "Routes": (
        _many("withdrawn", "Route", ""),
        _many("added", "Route", ""),
        _many("changed", "RouteTurn", ""),
        _one("truncated", "bool", "there are more than are listed"),
    ),
    "RouteTurn": (_many("before", "Route", ""), _many("after", "Route", "")),
    "Route": (
        _one("node", "string", ""),
        _one("vrf", "string", ""),
        _one("network", "string", ""),
        _one("next_hop_ip", "string", ""),
        _one("next_hop_interface", "string", ""),
        _one("protocol", "string", "Batfish's names"),
        _one("metric", "int", ""),
        _one("admin_distance", "int", ""),
        _one("tag", "int", ""),
    ),
    "AdvertisementTurn": (
        _one("prefix", "string", ""),
        _many("before", "string", "sites"),
        _many("after", "string", "sites"),
    ),
    "Reachability": (_many("lost", "Pair", ""), _many("gained", "Pair", "")),
    "Pair": (
        _one("from", "string", "a site"),
        _one("to", "string", "a site or a service"),
        _one("kind", "string", "site or service"),
    ),
    "ServiceTurn": (
        _one("name", "string", ""),
        _one("before", "ServiceSide", ""),
        _one("after", "ServiceSide", ""),
    ),
    "ServiceSide": (
        _one("healthy", "bool", ""),
        _one("instances_up", "int", ""),
        _one("instances_total", "int", ""),
        _many("unmet", "string", "requirements that it lacks"),
    ),
    "DnsDelta": (_many("records", "RecordTurn", ""), _many("answers", "AnswerTurn", "")),
    "RecordTurn": (
        _one("server", "string", "empty for the zone itself"),
        _one("zone", "string", ""),
        _one("name", "string", ""),
        _one("type", "string", ""),
        _one("before", "RecordSide", "has no records where it was not there"),
        _one("after", "RecordSide", "has no records where it is gone"),
    ),
    "RecordSide": (_one("ttl", "int", ""), _many("records", "string", "")),
    "AnswerTurn": (
        _one("name", "string", ""),
        _one("type", "string", ""),
        _one("before", "string", "status and data, as in `NOERROR A 192.0.2.1`"),
        _one("after", "string", ""),
    ),
}
