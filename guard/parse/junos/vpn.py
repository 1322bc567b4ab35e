"""VRF instances as members of VPNs: targets and policies, IP-prefix routes of EVPN, tunnel ends, links with labels.

All routes of a VRF go to its VPNs, as `vrf-export` or else `vrf-target` says (Junos, "Layer 3 VPNs User Guide").
Not modelled: EVPN's MAC and host routes, labels that other protocols than LDP and RSVP give.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from guard.model.bgp import BgpFamily
from guard.parse.junos.instance import Instance
from guard.parse.junos.policy_expression import joined
from guard.parse.junos.reading import Reading
from guard.parse.junos.tree import Node

#: In place of targets: what the policy takes.
_BY_POLICY = ("*",)


@dataclass(frozen=True, slots=True)
class Membership:
    """What a VRF takes from VPNs and gives to them; `between_vrfs`: to other instances of the device too."""

    import_targets: tuple[str, ...]
    export_targets: tuple[str, ...]
    import_policy: str
    export_policy: str
    prefix_routes: bool
    between_vrfs: bool
    subnets: bool

    @property
    def exports(self) -> bool:
        return bool(self.export_targets or self.export_policy)

    def applied(self, family: BgpFamily) -> BgpFamily:
        """The family with the VPN's part."""
        made = replace(
            family,
            import_targets=self.import_targets,
            export_targets=self.export_targets,
            import_policy=self.import_policy,
            export_policy=self.export_policy,
            between_vrfs=self.between_vrfs,
        )
        if not self.prefix_routes:
            return made
        return replace(
            made,
            evpn_import_targets=self.import_targets,
            evpn_export_targets=self.export_targets,
            evpn_import_policy=self.import_policy,
            evpn_export_policy=self.export_policy,
        )


def membership(reading: Reading, instance: Instance) -> Membership | None:
    """A VRF's part in VPNs; None for instances of other kinds and those without a route distinguisher."""
    vrf = reading.draft.vrfs.get(instance.vrf)
    if vrf is None or instance.vrf == "default":
        return None
    taking = joined(reading, instance.node, "vrf-import", "vrf-import")
    giving = joined(reading, instance.node, "vrf-export", "vrf-export")
    prefix_routes = _prefix_routes(reading, instance)
    if not vrf.route_distinguisher:
        return None
    return Membership(
        import_targets=_BY_POLICY if taking else vrf.import_targets,
        export_targets=() if giving else vrf.export_targets,
        import_policy=taking,
        export_policy=giving,
        prefix_routes=prefix_routes,
        between_vrfs=instance.options is not None and "auto-export" in instance.options,
        subnets=prefix_routes or "vrf-table-label" in instance.node,
    )


def _prefix_routes(reading: Reading, instance: Instance) -> bool:
    """`protocols evpn ip-prefix-routes advertise direct-nexthop encapsulation vxlan vni N`."""
    evpn = instance.protocols["evpn"] if instance.protocols is not None else None
    node = evpn["ip-prefix-routes"] if evpn is not None else None
    if node is None or evpn is None:
        return False
    reading.done(evpn, node)
    for each in node:
        if each.word in {"advertise", "encapsulation", "vni"}:
            reading.all_done(each)
        elif each.word in {"import", "export"}:
            for policy in each:
                reading.refer("route-map", policy.word, policy, "ip-prefix-routes")
            reading.not_modelled(each, "a policy of IP-prefix routes alone is not modelled")
        else:
            reading.not_modelled(each, "this option of IP-prefix routes is not modelled")
    for each in evpn:
        if each is not node:
            reading.not_modelled(each, "EVPN's MAC and host routes are not modelled")
    return True


def tunnels(reading: Reading) -> None:
    """Where VXLAN tunnels end, and the links on which LDP or RSVP give labels."""
    root = reading.tree.root
    options = root["switch-options"]
    found = options["vtep-source-interface"] if options is not None else None
    if found is not None and found.children:
        reading.draft.tunnel_end = found.words[0]
    protocols = root["protocols"]
    for word in ("ldp", "rsvp"):
        node = protocols[word] if protocols is not None else None
        for each in (node["interface"] or ()) if node is not None else ():
            _labels(reading, each)


def _labels(reading: Reading, node: Node) -> None:
    wanted = node.word if "." in node.word or node.word == "all" else f"{node.word}.0"
    for name, held in list(reading.draft.interfaces.items()):
        if wanted in (name, "all") and "disable" not in node:
            reading.draft.interfaces[name] = replace(held, labels=True)
