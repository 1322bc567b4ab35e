"""BGP and routing policy while they are being read: what the commands said, before defaults and inheritance.

Mutable and private to parse/cisco. Lists grow here and are frozen once, so that a list of n lines costs n.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any as Value

from guard.model.address import Prefix
from guard.model.bgp import BgpAggregate, BgpNetwork, Redistribution
from guard.model.policy import Action, AsPathListEntry, CommunityListEntry, Condition, PrefixListEntry
from guard.model.provenance import Source
from guard.parse.line import Line

#: Fields of a model class as the configuration sets them; keys are the class's field names.
Settings = dict[str, Value]

#: The family key of what EOS writes for all families of a process at once.
ALL_FAMILIES = 0


@dataclass(slots=True)
class ListDraft:
    """The entries of one named list by sequence number; `last` is the highest number so far."""

    source: Source
    last: int = 0


@dataclass(slots=True)
class PrefixListDraft(ListDraft):
    entries: dict[int, PrefixListEntry] = field(default_factory=dict)


@dataclass(slots=True)
class AsPathListDraft(ListDraft):
    entries: dict[int, AsPathListEntry] = field(default_factory=dict)


@dataclass(slots=True)
class CommunityListDraft(ListDraft):
    entries: dict[int, CommunityListEntry] = field(default_factory=dict)


@dataclass(slots=True)
class TermDraft:
    """One route-map entry: conditions and actions by what they are about, so that a later line can amend one."""

    sequence: int
    permit: bool
    first: Line
    last: Line
    matches: dict[str, Condition] = field(default_factory=dict)
    sets: dict[str, tuple[Action, ...]] = field(default_factory=dict)
    community_lists: dict[str, tuple[tuple[str, ...], str]] = field(default_factory=dict)  # EOS: lists to set
    lines: list[Line] = field(default_factory=list)
    goto: int | None = None
    goto_exactly: bool = False  # no later entry stands in for one that is not there
    call: str = ""


@dataclass(slots=True)
class PeerDraft:
    """A neighbour, a peer group or a template: its own settings, by family where they belong to one."""

    name: str
    line: Line
    group: bool = False
    member_of: str = ""
    session: Settings = field(default_factory=dict)
    families: dict[int, Settings] = field(default_factory=dict)
    family_lines: dict[int, Line] = field(default_factory=dict)
    family_groups: dict[int, str] = field(default_factory=dict)
    session_template: str = ""
    policy_templates: dict[int, list[tuple[int, str]]] = field(default_factory=dict)  # family: (sequence, name)
    others: dict[str, bool] = field(default_factory=dict)  # families that are not modelled: whether it is active there

    def family(self, version: int, line: Line) -> Settings:
        self.family_lines.setdefault(version, line)
        return self.families.setdefault(version, {})


@dataclass(slots=True)
class ListenRange:
    """`bgp listen range`: any address of `prefix` may connect and is treated as a member of `group`."""

    prefix: Prefix
    group: str
    line: Line
    remote_as: str = ""
    peer_filter: str = ""


@dataclass(slots=True)
class FamilyDraft:
    """One address family of a process, or what EOS writes for all of them."""

    settings: Settings = field(default_factory=dict)
    networks: dict[Prefix, BgpNetwork] = field(default_factory=dict)
    aggregates: dict[Prefix, BgpAggregate] = field(default_factory=dict)
    redistributions: dict[tuple[str, str, tuple[str, ...]], Redistribution] = field(default_factory=dict)
    import_vpn: bool = False
    export_vpn: bool = False
    add_path: str = ""
    add_path_receive: bool = False


@dataclass(slots=True)
class ProcessDraft:
    """BGP of one VRF."""

    asn: int
    vrf: str
    line: Line
    settings: Settings = field(default_factory=dict)
    families: dict[int, FamilyDraft] = field(default_factory=dict)
    peers: dict[str, PeerDraft] = field(default_factory=dict)
    listens: list[ListenRange] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)
    default_ipv4: bool = True
    default_ipv6: bool = False
    connected_check: bool = True
    allowas_in: int | None = None
    add_path_receive: bool = False
    next_hop_unchanged: bool = False
    default_overlays: set[int] = field(default_factory=set)  # FRR `bgp default ipv4-vpn`: active without a word
    nested: bool = False  # an IOS VRF family: a neighbour is active in the family that it stands in

    def family(self, version: int) -> FamilyDraft:
        return self.families.setdefault(version, FamilyDraft())

    def retain(self, *overlays: int, off: bool = False) -> None:
        """Keep VPN routes of these families that no VRF imports."""
        kept: frozenset[int] = self.settings.get("retains", frozenset())
        self.settings["retains"] = kept.difference(overlays) if off else kept.union(overlays)

    def peer(self, name: str, line: Line) -> PeerDraft:
        found = self.peers.get(name)
        if found is None:
            found = self.peers[name] = PeerDraft(name, line)
        return found


@dataclass(slots=True)
class RoutingDraft:
    """Everything of BGP and routing policy in one file."""

    prefix_lists: dict[tuple[int, str], PrefixListDraft] = field(default_factory=dict)
    as_path_lists: dict[str, AsPathListDraft] = field(default_factory=dict)
    community_lists: dict[tuple[str, str], CommunityListDraft] = field(default_factory=dict)
    route_maps: dict[str, dict[int, TermDraft]] = field(default_factory=dict)
    multi_agent: bool = False  # EOS
    processes: dict[str, ProcessDraft] = field(default_factory=dict)
    session_templates: dict[str, PeerDraft] = field(default_factory=dict)
    policy_templates: dict[str, PeerDraft] = field(default_factory=dict)
    vrf_policies: dict[tuple[str, str], str] = field(default_factory=dict)  # (VRF, import | export) -> route-map
    vrf_imports: dict[str, tuple[str, ...]] = field(default_factory=dict)  # VRFs that a VRF takes routes from
    peer_filters: dict[str, list[tuple[int, int, int, bool]]] = field(default_factory=dict)  # (seq, low, high, accept)
    frr_profile: str = "traditional"
    frr_of_all: dict[str, bool] = field(default_factory=dict)  # FRR: settings of all its BGP instances
    frr_version: tuple[int, int] | None = None
    as_path_by_character: bool = False  # EOS `ip as-path regex-mode string`
