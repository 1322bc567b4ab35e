"""`redistribute PROTOCOL [PROCESS] …` of an IGP."""

from __future__ import annotations

from guard.model.bgp import Redistribution
from guard.model.device import Vendor
from guard.parse.context import Context
from guard.parse.line import Line

PROTOCOLS = frozenset(
    ["connected", "static", "ospf", "ospfv3", "ospf6", "isis", "bgp", "rip", "ripng", "eigrp", "kernel", "local"]
)
_WITH_PROCESS = frozenset({"ospf", "ospfv3", "bgp", "eigrp", "isis"})
_NUMBERS = {"metric": "metric", "tag": "tag"}


def redistribution(line: Line, context: Context, words: tuple[str, ...], *, classful: bool) -> Redistribution | None:
    """Read `PROTOCOL …`; None (and the line marked) where it is not modelled. `classful`: IOS wants `subnets`."""
    protocol = words[0].lower()
    if protocol not in PROTOCOLS:
        context.not_implemented(line, f"routes of `{protocol}` are not redistributed by the model")
        return None
    values: dict[str, object] = {"subnets": not classful}
    at, process, unknown = 1, "", ""
    if protocol in _WITH_PROCESS and at < len(words) and words[at].lower() not in _KEYWORDS:
        process, at = words[at], at + 1
    types: list[str] = []
    while at < len(words):
        word = words[at].lower()
        following = words[at + 1] if at + 1 < len(words) else ""
        if word in _NUMBERS and following.isdigit():
            values[_NUMBERS[word]] = int(following)
            at += 2
        elif word == "metric-type":
            values["metric_type"] = int(following[-1]) if following[-1:].isdigit() else None
            unknown = "" if following[-1:].isdigit() else f"metric-type {following}"
            at += 2
        elif word in {"route-map", "policy"}:
            values["policy"] = context.refer("route-map", following, line, "redistribution")
            at += 2
        elif word == "subnets":
            values["subnets"] = True
            at += 1
        elif word in {"level-1", "level-2", "level-1-2"}:
            values["level"] = word
            at += 1
        elif word == "match":
            at += 1
        elif word in {"internal", "external", "nssa-external"}:
            nested = following in {"1", "2"} and word != "internal"
            types.append(f"{word} {following}" if nested else word)
            at += 2 if nested else 1
        elif word in {"vrf", "include", "leaked", "nssa-only", "into", "set-tag"}:
            unknown, at = unknown or word, at + 1
        else:
            unknown, at = unknown or word, at + 1
    if unknown:
        context.partial(line, f"`{unknown}` of a redistribution is not modelled")
    else:
        context.done(line)
    name = {"ospfv3": "ospf", "ospf6": "ospf", "ripng": "rip"}.get(protocol, protocol)
    return Redistribution(
        name,
        context.source(line),
        process=process,
        route_types=tuple(types),
        **values,  # type: ignore[arg-type]
    )


_KEYWORDS = frozenset({"metric", "metric-type", "route-map", "policy", "subnets", "level-1", "level-2", "level-1-2",
                       "match", "tag", "include", "vrf", "nssa-only", "set-tag", "into"})  # fmt: skip


def needs_subnets(context: Context, version: int) -> bool:
    """Whether a redistribution without `subnets` takes classful networks only (OSPFv2 on IOS)."""
    return context.vendor is Vendor.IOS and version == 2
