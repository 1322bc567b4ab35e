"""`vrf NAME` with its address families: route targets and policies of what goes in and out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from guard.model.device import Vrf
from guard.parse.cisco.table import unrecognised
from guard.parse.context import Context, walk
from guard.parse.line import Line
from guard.parse.xr.reading import XrReading

_VERSIONS = {"ipv4": 4, "ipv6": 6}


@dataclass(slots=True)
class VrfFamily:
    """What one address family of a VRF takes in and gives out; policies by the model's names."""

    import_targets: tuple[str, ...] = ()
    export_targets: tuple[str, ...] = ()
    policies: dict[str, str] = field(default_factory=dict)  # import | export | import default


def vrf(line: Line, context: Context, reading: XrReading) -> None:
    """The block of one VRF."""
    name = line.words[1]
    reading.vrfs.setdefault(name, Vrf(name, context.source(line)))
    context.done(line)
    for child in line.children:
        words = tuple(word.lower() for word in child.words)
        if words[0] == "address-family":
            _family(child, words, context, reading, name)
        elif words[0] == "rd":
            reading.vrfs[name] = replace(reading.vrfs[name], route_distinguisher=child.words[1])
            context.done(child)
        elif words[0] in {"description", "mode"}:
            context.ignore(child, "names and sizes of a VRF")
        elif words[0] in {"vpn", "fallback-vrf", "remote-route-filtering", "evpn-route-sync"}:
            for each in walk(child):
                context.not_implemented(each, "this part of a VRF is not modelled")
        else:
            unrecognised(child, context)


def _family(line: Line, words: tuple[str, ...], context: Context, reading: XrReading, name: str) -> None:
    version = _VERSIONS.get(words[1], 0) if words[2:3] in {("unicast",), ()} else 0
    if not version:
        for each in walk(line):
            context.not_implemented(each, "this address family of a VRF is not modelled")
        return
    context.done(line)
    family = reading.vrf_families.setdefault((name, version), VrfFamily())
    for child in line.children:
        _command(child, context, reading, name, family)
    known = reading.vrfs[name]
    reading.vrfs[name] = replace(
        known,
        import_targets=tuple(dict.fromkeys((*known.import_targets, *family.import_targets))),
        export_targets=tuple(dict.fromkeys((*known.export_targets, *family.export_targets))),
    )


def _command(line: Line, context: Context, reading: XrReading, name: str, family: VrfFamily) -> None:
    words = tuple(word.lower() for word in line.words)
    if words[:2] in {("import", "route-target"), ("export", "route-target")}:
        _targets(line, words[0], context, family)
    elif words[0] in {"import", "export"} and "route-policy" in words:
        at = words.index("route-policy") + 1
        place = words[0] if words[1] == "route-policy" else f"{words[0]} default"
        usage = f"vrf {' '.join(words[:at])}"
        name = reading.attach(context, line.words[at], line, usage)
        if place == "export default":
            context.not_implemented(line, "routes of a VRF do not enter the default table in the model")
            return
        family.policies[place] = name
        context.done(line)
        if place == "import default":
            context.partial(line, "one policy filters all that a VRF imports, and what it imports goes no further")
    elif words[:2] == ("maximum", "prefix"):
        context.not_implemented(line, "a limit on the routes of a VRF is not modelled")
    elif words[0] in {"import", "export"}:
        context.not_implemented(line, "this way between VRFs is not modelled")
    else:
        unrecognised(line, context)


def _targets(line: Line, way: str, context: Context, family: VrfFamily) -> None:
    context.done(line)
    found = []
    for child in line.children:
        if child.words[0].count(":") != 1:
            unrecognised(child, context)
        elif "stitching" in child.words:
            context.not_implemented(child, "route targets of stitched VPNs are not modelled")
        else:
            found.append(child.words[0])
            context.done(child)
    if way == "import":
        family.import_targets += tuple(found)
    else:
        family.export_targets += tuple(found)
