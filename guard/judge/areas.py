"""What of a network each policy judges: the areas in which a changed line can show, and who looks at each of them.

Law: every built-in check is in the table, so that a line without a policy really has none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from guard.judge.policy import Policy

#: In the order in which they are told. `text`: the lines of a change themselves, whatever they do.
AREAS = (
    "interfaces", "sessions", "routes", "advertisements", "forwarding", "reachability", "flows", "services", "zones",
    "inventory", "text",
)  # fmt: skip

_ANY_EFFECT = frozenset(AREAS) - {"inventory", "text"}
_OF_A_ZONE = frozenset({"zones", "inventory"})
_TEXT = frozenset({"text"})


def _of(*areas: str) -> frozenset[str]:
    assert frozenset(areas) <= frozenset(AREAS)
    return frozenset(areas)


#: Names of the contract; those of zones are told by their names.
_JUDGED: Mapping[str, frozenset[str]] = {
    "advertisement-withdrawal": _of("advertisements", "inventory"),
    "asymmetric-reachability": _of("reachability"),
    "backbone-withdrawal": _of("interfaces", "sessions", "inventory"),
    "blackhole": _of("forwarding"),
    "blast-radius": _ANY_EFFECT,
    "control-plane-filtered": _of("sessions", "forwarding", "flows"),
    "cumulative-risk": _ANY_EFFECT,
    "datacenter-isolation": _of("reachability", "inventory"),
    "default-route-loss": _of("routes"),
    "dns-nameserver-reachability": _of("forwarding", "reachability", "services", "zones"),
    "dns-service-survival": _of("services"),
    "engine-disagreement": _ANY_EFFECT,
    "external-into-igp": _of("routes"),
    "flow-intent": _of("flows", "inventory"),
    "foreign-origin": _of("advertisements", "inventory"),
    "forwarding-loop": _of("forwarding"),
    "intent-weakened": _of("inventory"),
    "link-overload": _of("forwarding", "inventory"),
    "not-modelled": _TEXT,
    "path-shift": _of("forwarding"),
    "policy-widened": _of("text"),
    "prefix-limit": _of("sessions", "routes", "inventory"),
    "reachability-loss": _of("reachability", "services"),
    "recovery-lockout": _of("interfaces", "forwarding", "flows", "services"),
    "restore-surge": _of("advertisements"),
    "rib-growth": _of("routes"),
    "route-leak": _of("advertisements", "sessions", "inventory"),
    "route-reflection": _of("sessions"),
    "rpki-invalid": _of("advertisements", "routes"),
    "service-dependency": _of("services", "reachability", "zones", "inventory"),
    "session-loss": _of("sessions"),
    "shared-risk": _of("interfaces", "routes", "reachability", "inventory"),
    "site-isolation": _of("reachability", "inventory"),
    "stale-base": _TEXT,
    "undeclared-effect": _ANY_EFFECT,
    "undefined-reference": _TEXT,
    "unknown-command": _TEXT,
}

#: Words of an expression over the facts (docs/facts.md), and the area that they are about.
_WORDS = {
    "sites": "reachability",
    "reachability": "reachability",
    "backbone": "interfaces",
    "interfaces": "interfaces",
    "failures": "interfaces",
    "advertisements": "advertisements",
    "services": "services",
    "cascade": "services",
    "sessions": "sessions",
    "devices": "routes",
    "routes": "routes",
    "flows": "flows",
    "dns": "zones",
    "config": "text",
    "change": "text",
}


def judged_by(policy: Policy) -> frozenset[str]:
    """The areas that a policy looks at."""
    if policy.check is None:
        words = set(re.findall(r"\w+", " ".join(text for each in policy.validations for text in each.texts)))
        return frozenset(area for word, area in _WORDS.items() if word in words)
    name = policy.check.name
    return _JUDGED[name] if name in _JUDGED else _OF_A_ZONE if name.startswith("dns") else frozenset()
