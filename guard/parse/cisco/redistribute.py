"""`redistribute PROTOCOL [PROCESS] …` of an IGP."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from guard.model.bgp import Redistribution
from guard.model.device import Vendor
from guard.model.vector import Vector, typed
from guard.parse.context import Context
from guard.parse.line import Line

_PROTOCOLS = frozenset(
    "connected direct static ospf ospfv3 ospf6 isis bgp rip ripng eigrp kernel local".split()  # noqa: SIM905
)
_NAMES = {"direct": "connected", "ospfv3": "ospf", "ospf6": "ospf", "ripng": "rip"}
_WITH_PROCESS = frozenset({"ospf", "ospfv3", "bgp", "eigrp", "isis"})
#: Protocols that only some vendors' routers are computed with.
_COMPUTED = {
    "rip": frozenset({Vendor.IOS, Vendor.FRR}), "ripng": frozenset(), "eigrp": frozenset({Vendor.IOS, Vendor.NXOS}),
}  # fmt: skip
#: `metric BANDWIDTH DELAY RELIABILITY LOAD MTU`, into EIGRP.
_VECTOR = 5


def is_computed(vendor: Vendor, protocol: str) -> bool:
    """Whether the routes of a protocol are computed on this vendor's routers."""
    return protocol not in _COMPUTED or vendor in _COMPUTED[protocol]


_LEVELS = frozenset({"level-1", "level-2", "level-1-2"})
_TYPES = frozenset({"internal", "external", "nssa-external"})
_KEYWORDS = _LEVELS | {"metric", "metric-type", "route-map", "policy", "subnets", "match", "tag", "include", "vrf",
                       "nssa-only", "set-tag", "into"}  # fmt: skip


def redistribution(line: Line, context: Context, words: tuple[str, ...], *, classful: bool) -> Redistribution | None:
    """Read `PROTOCOL …`; None (and the line marked) where it is not modelled. `classful`: IOS wants `subnets`."""
    protocol = words[0].lower()
    if protocol not in _PROTOCOLS:
        context.not_implemented(line, f"routes of `{protocol}` are not redistributed by the model")
        return None
    if context.vendor is Vendor.NXOS and "route-map" not in words and line.words[0] != "no":
        raise ValueError("a route-map is missing")  # NX-OS takes none without
    at, process = 1, ""
    tagged = protocol in _WITH_PROCESS or (context.vendor is Vendor.NXOS and protocol == "rip")
    if tagged and at < len(words) and words[at].lower() not in _KEYWORDS:
        process, at = words[at], at + 1
    words, vector = _vector(words)
    options = _Options({"subnets": not classful, "vector": vector})
    while at < len(words):
        at += options.take(words[at].lower(), words[at + 1] if at + 1 < len(words) else "")
    if "policy" in options.values:
        context.refer("route-map", options.values["policy"], line, "redistribution")
    if not is_computed(context.vendor, protocol):
        context.partial(line, f"routes of `{protocol}` are not computed, so none is redistributed")
    elif options.unknown:
        context.partial(line, f"`{options.unknown}` of a redistribution is not modelled")
    else:
        context.done(line)
    return Redistribution(
        _NAMES.get(protocol, protocol),
        context.source(line),
        process=process,
        route_types=tuple(options.types),
        **options.values,
    )


def _vector(words: tuple[str, ...]) -> tuple[tuple[str, ...], Vector | None]:
    """The words without a metric of five numbers, and that metric."""
    at = words.index("metric") + 1 if "metric" in words else len(words)
    numbers = words[at : at + _VECTOR]
    if len(numbers) < _VECTOR or not all(word.isdecimal() for word in numbers):
        return words, None
    return words[: at - 1] + words[at + _VECTOR :], typed(numbers)


@dataclass(slots=True)
class _Options:
    """What follows the protocol: `values` are fields of Redistribution, `unknown` the first word not modelled."""

    values: dict[str, Any]
    types: list[str] = field(default_factory=list)
    unknown: str = ""

    def take(self, word: str, following: str) -> int:
        """Take one option in; returns how many words it is long."""
        if word in {"metric", "tag"} and following.isdecimal():
            self.values[word] = int(following)
        elif word == "metric-type" and following[-1:] in {"1", "2"}:
            self.values["metric_type"] = int(following[-1])
        elif word in {"route-map", "policy"} and following:
            self.values["policy"] = following
        elif word in _TYPES and word != "internal" and following in {"1", "2"}:
            self.types.append(f"{word} {following}")
        else:
            return self._flag(word)
        return 2

    def _flag(self, word: str) -> int:
        if word == "subnets":
            self.values["subnets"] = True
        elif word in _LEVELS:
            self.values["level"] = word
        elif word in _TYPES:
            self.types.append(word)
        elif word not in {"match", "ip"}:  # `ip`: IOS says whose static routes IS-IS takes, `ip` or `clns`
            self.unknown = self.unknown or word
        return 1


def needs_subnets(context: Context, version: int) -> bool:
    """Whether a redistribution without `subnets` takes classful networks only (OSPFv2 on IOS)."""
    return context.vendor is Vendor.IOS and version == 2
