"""`then` of a policy term: what is done to the route, and how the term ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from guard.model.address import parse_address
from guard.model.policy import (
    Action,
    DeleteCommunities,
    Outcome,
    PrependAsPath,
    PrependLastAs,
    SetCommunities,
    SetMetricFromIgp,
    SetMetricType,
    SetNextHop,
    SetNumber,
    SetOrigin,
    SetVerdict,
)
from guard.parse.junos import regex
from guard.parse.junos.number import asn
from guard.parse.junos.policy_lists import ANY_MEMBER
from guard.parse.junos.reading import Reading
from guard.parse.junos.tree import Node

_ORIGINS = {"igp": 0, "egp": 1, "incomplete": 2}
_MODES = {"add": "+", "subtract": "-"}
_IGNORED = {
    "load-balance": "which of equal paths a flow takes is not judged", "trace": "has no effect on routing",
    "cos-next-hop-group": "quality of service is not judged", "forwarding-class": "quality of service is not judged",
    "class": "quality of service is not judged", "source-class": "has no effect on routing",
    "destination-class": "has no effect on routing", "priority": "the order of installing is not judged",
    "analyze": "has no effect on routing", "damping": "dampening is not modelled, its classes neither",
    "bgp-output-queue-priority": "the order of sending is not judged",
}  # fmt: skip
_UNMODELLED = {
    "color": "colours are not modelled", "color2": "colours are not modelled", "metric2": "metric2 is not modelled",
    "install-nexthop": "choosing label-switched paths is not modelled", "tag2": "tag2 is not modelled",
    "preference2": "the second preference is not modelled", "aigp-originate": "AIGP is not modelled",
    "aigp-adjust": "AIGP is not modelled", "add-path": "policies of additional paths are not modelled",
    "map-to-interface": "not modelled",
    "validation-state": "marking the validation state is not modelled", "multipath-resolve": "not modelled",
    "resolution-map": "not modelled", "tunnel-attribute": "tunnels are not modelled", "label": "no labels",
    "prefix-segment": "labels are not modelled", "no-entropy-label-capability": "labels are not modelled",
    "label-allocation": "labels are not modelled", "no-backup": "not modelled", "ssm-source": "not modelled",
    "dynamic-tunnel-attributes": "not modelled", "mhop-bfd-port": "not modelled", "inherit-mpls-path": "no labels",
}  # fmt: skip


def outcome(reading: Reading, then: Node | None) -> Outcome:
    """How the term ends; one without a word goes on at the next term.

    `next` goes before `accept` and `reject` (lab-validation, junos_then_action_conflicts: both stay in the
    configuration, the route goes on).
    """
    if then is None:
        return Outcome.NEXT_TERM
    reading.done(then)
    accepts, rejects = reading.flag(then, "accept"), reading.flag(then, "reject")
    following = reading.values(then, "next")
    if following:
        return Outcome.NEXT_POLICY if "policy" in following else Outcome.NEXT_TERM
    return Outcome.ACCEPT if accepts else Outcome.REJECT if rejects else Outcome.NEXT_TERM


def actions(reading: Reading, then: Node) -> tuple[Action, ...]:
    """What the term does, in the order that it stands in; prepending goes before expanding (Junos commits it so)."""
    made: list[Action] = []
    for child in sorted(then, key=lambda each: each.word == "as-path-expand"):
        read_one = _ACTIONS.get(child.word)
        if read_one is not None:
            reading.done(child, *child)
            made.extend(read_one(reading, child))
    reading.rest(then, ("accept", "reject", "next", *_ACTIONS), _IGNORED, _UNMODELLED)
    return tuple(made)


def _number(field: str) -> Callable[[Reading, Node], list[Action]]:
    """`FIELD N`, `FIELD add N`, `FIELD subtract N`, in curly form `FIELD { add N; }`."""

    def read_one(reading: Reading, node: Node) -> list[Action]:
        made: list[Action] = []
        for each in node:
            mode = _MODES.get(each.word, "=")
            texts = each.words if each.word in _MODES else (each.word,)
            reading.done(*each)
            if each.word in {"igp", "minimum-igp"}:
                made.extend(_from_igp(reading, each))
            elif each.word == "expression":
                made.extend(_expression(reading, each))
            elif all(text.isdecimal() and len(text) < 12 for text in texts):
                made.extend(SetNumber(field, int(text), mode) for text in texts)
            else:
                reading.not_modelled(each, f"{each.word} is not modelled")
        return made[-1:]

    return read_one


def _from_igp(reading: Reading, node: Node) -> list[Action]:
    """`metric igp [OFFSET]`: the distance of the next hop, changed by what may be negative."""
    offset = node.words[0] if node.children else "0"
    if not _is_integer(offset):
        reading.not_modelled(node, f"an offset of {offset} is not modelled")
        return []
    reading.all_done(node)
    return [SetMetricFromIgp(int(offset))]


def _expression(reading: Reading, node: Node) -> list[Action]:
    """`metric expression metric|metric2 { multiplier M; offset N; }`: a sum; metric2 is the IGP's distance."""
    factors, offset = {"metric": 0, "metric2": 0}, 0
    for each in node:
        parts = {word: held.words[0] for word in ("multiplier", "offset") if (held := each[word]) and held.children}
        if each.word not in factors or not all(map(_is_integer, parts.values())):
            reading.not_modelled(each, "an expression that is no sum of whole multiples is not modelled")
            return []
        factors[each.word] = int(parts.get("multiplier", "1"))
        offset += int(parts.get("offset", "0"))
    reading.all_done(node)
    return [SetMetricFromIgp(offset, factors["metric"], factors["metric2"])]


def _is_integer(text: str) -> bool:
    return text.removeprefix("-").isdecimal() and len(text) < 12


def _default_action(reading: Reading, node: Node) -> list[Action]:
    return [SetVerdict(word == "accept") for word in node.words if word in {"accept", "reject"}]


def _community(reading: Reading, node: Node) -> list[Action]:
    """`community add|set|delete NAME`, also as `+`, `=`, `-`; several act one after another, as they were entered."""
    made: list[Action] = []
    entered = [(each.first, how, each) for how in node for each in how]
    for _, how, each in sorted(entered, key=lambda found: found[0]):
        reading.all_done(each)
        reading.refer("community-list", each.word, each, f"community {how.word}")
        if how.word in {"delete", "-"}:
            made.extend(_deletion(reading, each))
        else:
            made.extend(_setting(reading, each, "+" if how.word in {"add", "+"} else "="))
    return made


def _members(reading: Reading, name: str) -> dict[str, list[str]]:
    """The literal members of a community by kind."""
    found: dict[str, list[str]] = {}
    for member in (reading.tree.root.at("policy-options", "community", name, "members") or ()):
        try:
            read_members = regex.community(member.word)
        except ValueError:
            continue
        for kind, text, pattern in read_members:
            if pattern is None:
                found.setdefault(kind, []).append(text)
    return found


def _setting(reading: Reading, node: Node, mode: str) -> list[Action]:
    members = _members(reading, node.word)
    if mode == "+":
        return [SetCommunities(frozenset(texts), mode, kind) for kind, texts in members.items()]
    # `community set` leaves nothing of any kind but its members.
    return [SetCommunities(frozenset(members.get(kind, ())), mode, kind) for kind in ("standard", "large", "extended")]


def _deletion(reading: Reading, node: Node) -> list[Action]:
    lists = reading.draft.community_lists
    kinds = [kind for kind, name in lists if name == node.word]
    made: list[Action] = []
    for kind in kinds:
        singly = node.word + ANY_MEMBER
        made.append(DeleteCommunities(singly if (kind, singly) in lists else node.word, kind))
    return made


def _prepend(reading: Reading, node: Node) -> list[Action]:
    """AS numbers, plain or dotted, in one text or in several words."""
    numbers = [asn(word) for each in node.walk() if each is not node for word in each.word.split()]
    reading.all_done(node)
    if numbers and None not in numbers:
        return [PrependAsPath(tuple(number for number in numbers if number is not None))]
    reading.wrong(node, "no AS numbers")
    return []


def _expand(reading: Reading, node: Node) -> list[Action]:
    """`as-path-expand last-as count N`, or AS numbers in text."""
    last = node["last-as"]
    if last is None:
        return _prepend(reading, node)
    reading.all_done(last)
    count = last.at("count")
    text = count.words[0] if count is not None and count.children else "1"
    return [PrependLastAs(int(text))] if text.isdecimal() and len(text) < 4 else []


def _next_hop(reading: Reading, node: Node) -> list[Action]:
    made: list[Action] = []
    for each in node:
        if each.word in {"self", "discard", "reject"}:
            made.append(SetNextHop(each.word))
        elif each.word == "peer-address":
            made.append(SetNextHop("peer"))
        else:
            try:
                address = parse_address(each.word)
            except ValueError:
                reading.not_modelled(each, f"next hop {each.word} is not modelled")
                continue
            made.append(SetNextHop("address", address, address.version))
    return made


def _origin(reading: Reading, node: Node) -> list[Action]:
    return [SetOrigin(_ORIGINS[word]) for word in node.words if word in _ORIGINS]


def _external(reading: Reading, node: Node) -> list[Action]:
    return [SetMetricType(f"type-{kind}") for kind in reading.values(node, "type")]


_ACTIONS: Mapping[str, Callable[[Reading, Node], list[Action]]] = {
    "metric": _number("metric"),
    "local-preference": _number("local-preference"),
    "preference": _number("distance"),
    "tag": _number("tag"),
    "community": _community,
    "as-path-prepend": _prepend,
    "as-path-expand": _expand,
    "next-hop": _next_hop,
    "origin": _origin,
    "external": _external,
    "default-action": _default_action,
}
