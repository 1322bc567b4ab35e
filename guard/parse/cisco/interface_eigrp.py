"""What interface mode says about EIGRP: processes by number or tag, summaries, and what its metric is made of.

Not modelled: authentication, offset lists, next hops that are passed on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from guard.model.address import Prefix, mask_length, parse_address, parse_prefix, prefix_of
from guard.model.device import Vendor
from guard.model.eigrp import EigrpFilter, EigrpSummary
from guard.model.vector import TEN_MICROSECONDS
from guard.parse.cisco.reading import EigrpPort, InterfaceSettings
from guard.parse.cisco.table import Handler, Ignored, NotModelled, Partly, keys
from guard.parse.context import Context
from guard.parse.line import Line

Settings = InterfaceSettings
_PICOSECONDS = "picoseconds"


def _port(settings: Settings, line: Line, process: str) -> EigrpPort:
    bare = line.words[1:] if line.words[0] == "no" else line.words
    return settings.eigrp.setdefault((6 if bare[0] == "ipv6" else 4, process), EigrpPort())


def prefix_and_rest(words: tuple[str, ...]) -> tuple[Prefix, tuple[str, ...]]:
    """`P/len` or `A MASK`, and what follows."""
    if "/" in words[0]:
        return parse_prefix(words[0]), words[1:]
    return prefix_of(parse_address(words[0]), mask_length(words[1])), words[2:]


def summary(line: Line, context: Context, port: EigrpPort, prefix: Prefix, options: tuple[str, ...]) -> None:
    """`… [DISTANCE] [leak-map NAME]` after the prefix."""
    distance = int(options[0]) if options and options[0].isdecimal() else 5
    leak = ""
    if "leak-map" in options:
        leak = context.refer("route-map", options[options.index("leak-map") + 1], line, "EIGRP summary")
    port.summaries[prefix] = EigrpSummary(prefix, context.source(line), distance, leak)
    context.done(line)


def delay(line: Line, context: Context, settings: Settings) -> None:
    """`delay N` in tens of microseconds, `delay N picoseconds`, `delay picoseconds N`."""
    settings.values["delay"] = _picoseconds(line.words[1:])
    context.done(line)


def _picoseconds(words: tuple[str, ...]) -> int:
    number = next(int(word) for word in words if word.isdecimal())
    return number if _PICOSECONDS in words else number * TEN_MICROSECONDS


def _no_delay(line: Line, context: Context, settings: Settings) -> None:
    settings.values.pop("delay", None)
    context.done(line)


def _runs(line: Line, context: Context, settings: Settings) -> None:
    """IOS `ipv6 eigrp N`; NX-OS `ip|ipv6 router eigrp TAG`."""
    _port(settings, line, line.words[-1]).runs = line.words[0] != "no"
    context.done(line)


def _process(line: Line) -> tuple[str, tuple[str, ...]]:
    """The process of `ip … eigrp PROCESS …`, and what follows."""
    at = line.words.index("eigrp") + 1
    return line.words[at], line.words[at + 1 :]


def _summary(line: Line, context: Context, settings: Settings) -> None:
    process, words = _process(line)
    prefix, options = prefix_and_rest(words)
    summary(line, context, _port(settings, line, process), prefix, options)


def _passive(line: Line, context: Context, settings: Settings) -> None:
    """NX-OS `[no] ip passive-interface eigrp TAG`."""
    process, _ = _process(line)
    _port(settings, line, process).passive = line.words[0] != "no"
    context.done(line)


def _own_bandwidth(line: Line, context: Context, settings: Settings) -> None:
    process, words = _process(line)
    _port(settings, line, process).bandwidth = int(words[0])
    context.done(line)


def _own_delay(line: Line, context: Context, settings: Settings) -> None:
    process, words = _process(line)
    _port(settings, line, process).delay = _picoseconds(words)
    context.done(line)


def _shutdown(line: Line, context: Context, settings: Settings) -> None:
    """NX-OS `ip eigrp TAG shutdown`; what else stands there are timers."""
    process, words = _process(line)
    if words[:1] == ("shutdown",):
        _port(settings, line, process).shutdown = line.words[0] != "no"
        context.done(line)
    elif words[:1] == ("bfd",):
        context.ignore(line, "how fast a lost neighbour is seen")
    else:
        context.not_implemented(line, "EIGRP is computed without it")


def _distribute_list(line: Line, context: Context, settings: Settings) -> None:
    """NX-OS `ip distribute-list eigrp TAG prefix-list|route-map NAME in|out`."""
    process, (kind, name, direction) = _process(line)
    if kind not in ("prefix-list", "route-map"):
        raise ValueError(f"{kind} filters nothing here")
    version = 6 if line.words[0] == "ipv6" else 4
    context.refer(kind, name, line, "distribute-list", version)
    found = EigrpFilter(kind, name, direction == "out", context.source(line), settings.name)
    _port(settings, line, process).filters.append(found)
    context.done(line)


#: Commands of `af-interface` that stand in interface mode elsewhere.
PORT: Mapping[str, Handler[Any]] = {
    **keys(
        Ignored("timers, and how updates are paced"),
        "hello-interval | hold-time | bandwidth-percent | dampening-change | dampening-interval | bfd | add-paths",
    ),
    **keys(Ignored("on one subnet all neighbours hear each other"), "split-horizon | no split-horizon"),
    "next-hop-self": Ignored("what the model does anyway"),
    "no next-hop-self": Partly("next hops of EIGRP are the neighbours themselves"),
    "authentication": NotModelled("authentication of EIGRP is not compared"),
    "stub-site": NotModelled("EIGRP is computed without it"),
}

_BOTH: Mapping[str, Handler[Settings]] = {
    "delay": delay,
    "no delay": _no_delay,
    **keys(_summary, "ip summary-address eigrp | ipv6 summary-address eigrp"),
    **keys(
        Ignored("timers, and how updates are paced"),
        """ip hello-interval eigrp | ip hold-time eigrp | ip bandwidth-percent eigrp | ip dampening-change eigrp
        | ip dampening-interval eigrp | ipv6 hello-interval eigrp | ipv6 hold-time eigrp
        | ipv6 bandwidth-percent eigrp""",
    ),
    **keys(
        Ignored("on one subnet all neighbours hear each other"),
        """ip split-horizon eigrp | no ip split-horizon eigrp | ipv6 split-horizon eigrp
        | no ipv6 split-horizon eigrp""",
    ),
    **keys(Ignored("what the model does anyway"), "ip next-hop-self eigrp | ipv6 next-hop-self eigrp"),
    **keys(
        Partly("next hops of EIGRP are the neighbours themselves"),
        "no ip next-hop-self eigrp | no ipv6 next-hop-self eigrp",
    ),
    **keys(
        NotModelled("authentication of EIGRP is not compared"),
        "ip authentication | ipv6 authentication | ip authentication mode eigrp | ip authentication key-chain eigrp",
    ),
}

#: By vendor: the commands that need EIGRP to be computed.
EIGRP_INTERFACE: Mapping[Vendor, Mapping[str, Handler[Settings]]] = {
    Vendor.IOS: {**_BOTH, **keys(_runs, "ipv6 eigrp | no ipv6 eigrp")},
    Vendor.NXOS: {
        **_BOTH,
        **keys(
            _runs,
            "ip router eigrp | ipv6 router eigrp | no ip router eigrp | no ipv6 router eigrp",
        ),
        **keys(
            _passive,
            """ip passive-interface eigrp | ipv6 passive-interface eigrp | no ip passive-interface eigrp
            | no ipv6 passive-interface eigrp""",
        ),
        **keys(_own_bandwidth, "ip bandwidth eigrp | ipv6 bandwidth eigrp"),
        **keys(_own_delay, "ip delay eigrp | ipv6 delay eigrp"),
        **keys(_distribute_list, "ip distribute-list eigrp | ipv6 distribute-list eigrp"),
        **keys(_shutdown, "ip eigrp | ipv6 eigrp | no ip eigrp | no ipv6 eigrp"),
        **keys(NotModelled("EIGRP is computed without it"), "ip offset-list | ipv6 offset-list"),
    },
}
