"""Small routing policies at random, as configuration of several vendors, and the small world of routes they meet."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

from guard.model.address import Prefix, parse_prefix
from guard.model.bgp import SEQUENCE, BgpAttributes, Segment
from guard.simulate.policy.evaluator import RouteView

VENDORS = ("ios", "frr", "eos", "nxos", "junos")
COMMUNITIES = ("65000:1", "65000:2", "65000:31")
PATHS = ((), (1,), (2,), (1, 2), (2, 1), (12,), (3, 1), (3,))
METRICS = (0, 5, 9)
_EXPRESSIONS = ("^1_", "_1_", "_1$", "^2", "^$", "_2_", ".*", "^[12]_", "1")
_JUNOS_EXPRESSIONS = ("1 .*", ".* 1 .*", ".* 1", "2 .*", "()", ".* 2 .*", ".*", "1|2", "12")


def prefixes() -> tuple[Prefix, ...]:
    """All prefixes in 192.0.2.0/28, those that hold it, and some that lie beside it."""
    inside = [
        Prefix(4, 0xC0000200 + (at << (32 - length)), length)
        for length in range(28, 33)
        for at in range(1 << (length - 28))
    ]
    over = [parse_prefix(f"192.0.2.0/{length}") for length in (27, 26, 24, 16, 9, 8, 7, 1, 0)]
    return (*inside, *over, parse_prefix("10.0.0.0/8"), parse_prefix("10.1.0.0/16"), parse_prefix("192.0.2.16/28"))


def routes() -> Iterator[RouteView]:
    """Every route of the small world."""
    sets = [each for size in range(len(COMMUNITIES) + 1) for each in combinations(COMMUNITIES, size)]
    for prefix in prefixes():
        for communities in sets:
            for path in PATHS:
                segments = (Segment(SEQUENCE, path),) if path else ()
                yield RouteView(prefix, BgpAttributes(as_path=segments, communities=communities, med=0))


@dataclass(frozen=True)
class Entry:
    permit: bool
    text: str


@dataclass(frozen=True)
class Term:
    name: int
    permit: bool
    matches: tuple[tuple[str, tuple[str, ...]], ...]
    sets: tuple[str, ...] = ()
    onward: bool = False


@dataclass(frozen=True)
class Plan:
    """A policy M and the lists that it looks at; `last`: what Junos does with what no term took."""

    terms: tuple[Term, ...]
    prefix_lists: tuple[tuple[str, tuple[tuple[bool, str, int, int], ...]], ...]
    communities: tuple[tuple[str, tuple[Entry, ...]], ...]
    paths: tuple[tuple[str, tuple[Entry, ...]], ...]
    last: str = "reject"


def plan(dice: random.Random, vendor: str) -> Plan:
    names = tuple(range(10, 10 * dice.randint(2, 5), 10))
    return Plan(
        tuple(_term(dice, vendor, name) for name in names),
        tuple((name, _prefix_list(dice, vendor)) for name in ("P1", "P2") if dice.random() < 0.9),
        tuple(
            (name, _community_list(dice, vendor)) for name in ("C1", "C2") if vendor == "junos" or dice.random() < 0.9
        ),
        tuple((name, _path_list(dice, vendor)) for name in ("1", "2") if vendor == "junos" or dice.random() < 0.9),
        dice.choice(("reject", "accept", "")),
    )


def varied(dice: random.Random, vendor: str, old: Plan) -> Plan:
    """The plan with one or two things that are otherwise."""
    new = old
    other = plan(dice, vendor)
    for _ in range(dice.randint(1, 2)):
        at = dice.randrange(len(new.terms)) if new.terms else 0
        what = dice.choice(
            ("match", "term", "permit", "add", "drop", "prefixes", "communities", "paths", "order", "last")
        )
        term = new.terms[at] if new.terms else None
        if what == "match" and term is not None and term.matches:
            new = _with(
                new,
                at,
                replace(term, matches=tuple(each for each in term.matches if each != dice.choice(term.matches))),
            )
        elif what == "term" and term is not None:
            new = _with(new, at, replace(_term(dice, vendor, term.name)))
        elif what == "permit" and term is not None:
            new = _with(new, at, replace(term, permit=not term.permit))
        elif what == "add":
            new = replace(
                new,
                terms=tuple(sorted((*new.terms, _term(dice, vendor, dice.randrange(1, 50, 10))), key=lambda t: t.name)),
            )
            new = replace(new, terms=tuple({each.name: each for each in new.terms}.values()))
        elif what == "drop" and term is not None:
            new = replace(new, terms=new.terms[:at] + new.terms[at + 1 :])
        elif what == "order" and len(new.terms) > 1:
            one, two = new.terms[0], new.terms[1]
            new = replace(new, terms=(replace(two, name=one.name), replace(one, name=two.name), *new.terms[2:]))
        elif what == "prefixes":
            new = replace(new, prefix_lists=other.prefix_lists)
        elif what == "communities":
            new = replace(new, communities=other.communities)
        elif what == "paths":
            new = replace(new, paths=other.paths)
        else:
            new = replace(new, last=other.last)
    return new


def _with(old: Plan, at: int, term: Term) -> Plan:
    return replace(old, terms=(*old.terms[:at], term, *old.terms[at + 1 :]))


def _term(dice: random.Random, vendor: str, name: int) -> Term:
    kinds = [kind for kind in ("prefix", "community", "path", "metric") if dice.random() < 0.4]
    matches = []
    for kind in kinds:
        if kind == "metric":
            matches.append((kind, (str(dice.choice(METRICS)),)))
        elif kind == "path":
            matches.append((kind, (dice.choice("12"),)))
        else:
            letter = "P" if kind == "prefix" else "C"
            matches.append((kind, (f"{letter}{dice.choice('12')}",)))
    sets = tuple(
        dice.choice((("add", "65000:1"), ("set", "65000:2"), ("metric", "5"), ("delete", "C1")))
        for _ in range(dice.random() < 0.3)
    )
    return Term(
        name, dice.random() < 0.65, tuple(matches), tuple(" ".join(each) for each in sets), dice.random() < 0.15
    )


def _prefix_list(dice: random.Random, vendor: str) -> tuple[tuple[bool, str, int, int], ...]:
    found = []
    for _ in range(dice.randint(0 if vendor == "junos" else 1, 4)):
        prefix = dice.choice([each for each in prefixes() if each.length])
        low = dice.randint(prefix.length, 32)
        low, high = dice.choice(
            ((prefix.length, prefix.length), (low, 32), (prefix.length, low), (low, dice.randint(low, 32)))
        )
        if vendor == "junos":
            low = high = prefix.length
        found.append((vendor == "junos" or dice.random() < 0.7, str(prefix), low, high))
    return tuple(found)


def _community_list(dice: random.Random, vendor: str) -> tuple[Entry, ...]:
    if vendor == "junos":
        return (Entry(True, dice.choice(("65000:1", "65000:2", "65000:1 65000:2", "65000:3.", "65000:*"))),)
    kind = dice.choice(("standard", "expanded"))
    texts = (
        ("65000:1", "65000:2", "65000:1 65000:2", "internet")
        if kind == "standard"
        else ("65000:[12]$", "_65000:3", ":1_", "65000:.*")
    )
    return tuple(Entry(dice.random() < 0.7, f"{kind} {dice.choice(texts)}") for _ in range(dice.randint(1, 3)))


def _path_list(dice: random.Random, vendor: str) -> tuple[Entry, ...]:
    if vendor == "junos":
        return (Entry(True, dice.choice(_JUNOS_EXPRESSIONS)),)
    return tuple(Entry(dice.random() < 0.7, dice.choice(_EXPRESSIONS)) for _ in range(dice.randint(1, 3)))


# ------------------------------------------------------------------------------------------------ text


def text(vendor: str, made: Plan) -> str:
    """The configuration of a router r that takes what M lets through from its neighbour 192.0.2.129."""
    return _junos(made) if vendor == "junos" else _like_ios(vendor, made)


_HEAD = {
    "ios": "hostname r\n!\n",
    "frr": "frr version 8.4\nfrr defaults traditional\nhostname r\n!\n",
    "nxos": "!Command: show running-config\nversion 9.3(3) Bios:version\nhostname r\nfeature bgp\n!\n",
    "eos": "! device: r (vEOS, EOS-4.28.0F)\n!\nhostname r\n!\nip as-path regex-mode string\n!\n",
}


def _like_ios(vendor: str, made: Plan) -> str:
    lines = [_HEAD[vendor] + "router bgp 65000", " neighbor 192.0.2.129 remote-as 65001"]
    if vendor == "frr":
        lines += [" address-family ipv4 unicast", "  neighbor 192.0.2.129 route-map M in", " exit-address-family"]
    elif vendor == "nxos":
        lines[-1:] = [
            " neighbor 192.0.2.129",
            "  remote-as 65001",
            "  address-family ipv4 unicast",
            "   route-map M in",
        ]
    else:
        lines += [" neighbor 192.0.2.129 route-map M in"]
    lines.append("!")
    for name, entries in made.prefix_lists:
        for number, (permit, prefix, low, high) in enumerate(entries, 1):
            length = int(prefix.partition("/")[2])
            bounds = (f" ge {low}" if low > length else "") + (f" le {high}" if high > length else "")
            lines.append(f"ip prefix-list {name} seq {number * 5} {_word(permit)} {prefix}{bounds}")
    word = "bgp community-list" if vendor == "frr" else "ip community-list"
    for name, held in made.communities:
        kind = held[0].text.split()[0]
        for each in held:
            body = each.text.partition(" ")[2]
            expanded = " regexp" if vendor == "eos" else " expanded"
            style = expanded if kind == "expanded" else ("" if vendor == "eos" else " standard")
            lines.append(f"{word}{style} {name} {_word(each.permit)} {body}")
    path = "bgp as-path access-list" if vendor == "frr" else "ip as-path access-list"
    lines += [f"{path} {name} {_word(each.permit)} {each.text}" for name, held in made.paths for each in held]
    lines.append("!")
    for term in made.terms:
        lines.append(f"route-map M {_word(term.permit)} {term.name}")
        words = {"prefix": "ip address prefix-list", "community": "community", "path": "as-path", "metric": "metric"}
        lines += [f" match {words[kind]} {' '.join(values)}" for kind, values in term.matches]
        deleting = "set community community-list {} delete" if vendor == "eos" else "set comm-list {} delete"
        sets = {"add": "set community {} additive", "set": "set community {}", "metric": "set metric {}"}
        sets["delete"] = deleting
        lines += [" " + sets[each.split()[0]].format(each.split()[1]) for each in term.sets]
        if term.onward and term.permit:
            lines.append(" continue" if vendor != "frr" else " on-match next")
        lines.append("!")
    return "\n".join([*lines, ""])


def _word(permit: bool) -> str:
    return "permit" if permit else "deny"


def _junos(made: Plan) -> str:
    group = "protocols bgp group E"
    lines = [
        "system host-name r", "routing-options autonomous-system 65000", f"{group} type external",
        f"{group} neighbor 192.0.2.129 peer-as 65001", f"{group} neighbor 192.0.2.129 import M",
    ]  # fmt: skip
    for name in ("P1", "P2"):
        held = dict(made.prefix_lists).get(name, ())
        lines += [f"policy-options prefix-list {name} {prefix}" for _, prefix, _, _ in held] or [
            f"policy-options prefix-list {name}"
        ]
    lines += [f"policy-options community {name} members [ {held[0].text} ]" for name, held in made.communities]
    lines += [f'policy-options as-path {name} "{held[0].text}"' for name, held in made.paths]
    root = "policy-options policy-statement M"
    for term in made.terms:
        at = f"{root} term T{term.name}"
        words = {"prefix": "prefix-list", "community": "community", "path": "as-path", "metric": "metric"}
        lines += [f"{at} from {words[kind]} {' '.join(values)}" for kind, values in term.matches]
        for each in term.sets:
            how, value = each.split()
            if how == "metric":
                lines.append(f"{at} then metric {value}")
            else:
                lines.append(f"{at} then community {how} {value if how == 'delete' else 'C' + value[-1]}")
        if not (term.onward and term.permit):
            lines.append(f"{at} then {'accept' if term.permit else 'reject'}")
    if made.last:
        lines.append(f"{root} then {made.last}")
    return "".join(f"set {line}\n" for line in lines)
