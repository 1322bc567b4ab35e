"""What vendors do where a configuration is silent or names something that is not there: facts as tables, with sources.

Law: data only. Where a table has no vendor, use `.get(vendor, False)`: refuse. "unverified" marks what rests on one
manual or on Batfish's reading and has not been seen on a device.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from guard.model.device import Vendor

_IOS, _EOS, _FRR, _NXOS = Vendor.IOS, Vendor.EOS, Vendor.FRR, Vendor.NXOS

# ------------------------------------------------------------------------------------------ undefined references
# FRR, all tables, as seen on FRR 8.4.4: a name without a structure denies as a filter, does not match in a route-map,
# and `call` of it changes nothing. `suppress-map` then suppresses nothing, an aggregate's `route-map` keeps the
# aggregate from being made, `default-originate` sends nothing, `unsuppress-map` unsuppresses nothing.

# IOS XR, all tables: a commit that leaves a policy or set that is used undefined is refused, so that no running
# configuration has one ("Incomplete Policy and Set References"); what has one is read as if it refused all.

#: A neighbour's `route-map X in|out` where X is not defined: does it pass all routes?
#: IOS-XE and EOS as recorded on devices (lab-validation, undefined route-map labs of both vendors).
#: NX-OS: as Batfish's reference network nxos-bgp-route-map-undefined has it, no route in either direction.
UNDEFINED_ROUTE_MAP_PERMITS: Mapping[Vendor, bool] = {_IOS: False, _EOS: True, _FRR: False, _NXOS: False}

#: The same for `redistribute … route-map X` and `network … route-map X`. IOS command reference, redistribute: "if this
#: keyword is specified, but no route map tags are listed, no routes are imported". EOS: unverified, as for neighbours.
UNDEFINED_REDISTRIBUTION_ROUTE_MAP_PERMITS: Mapping[Vendor, bool] = {
    _IOS: False,
    _EOS: True,
    _FRR: False,
    _NXOS: False,
}

#: A neighbour's `prefix-list X in|out`. Cisco IOS IP Configuration Guide, "How the system filters traffic by prefix
#: list": "an empty prefix list permits all prefixes". EOS, NX-OS: unverified.
UNDEFINED_PREFIX_LIST_PERMITS: Mapping[Vendor, bool] = {_IOS: True, _EOS: True, _FRR: False, _NXOS: True}

#: A neighbour's `distribute-list X in|out`. IOS: an access list without entries permits.
UNDEFINED_ACL_PERMITS: Mapping[Vendor, bool] = {_IOS: True, _EOS: True, _FRR: False}

#: A neighbour's `filter-list X in|out`. IOS and EOS: unverified.
UNDEFINED_AS_PATH_LIST_PERMITS: Mapping[Vendor, bool] = {_IOS: False, _EOS: True, _FRR: False, _NXOS: False}

#: `match ip address prefix-list X` in a route-map: does an undefined X match? IOS as NX-OS, where it matches all
#: (Cisco bug CSCty33210). EOS: unverified.
MATCH_UNDEFINED_PREFIX_LIST: Mapping[Vendor, bool] = {_IOS: True, _EOS: False, _FRR: False, _NXOS: True}

#: `match ip address X`. IOS: an undefined ACL permits, so it matches where no other of the line is defined; where one
#: is, those that are not are left out (as Batfish reads it; unverified).
MATCH_UNDEFINED_ACL: Mapping[Vendor, bool] = {_IOS: True, _EOS: False, _FRR: False}

#: `match as-path X` and `match community X`. IOS and EOS: unverified.
MATCH_UNDEFINED_AS_PATH_LIST: Mapping[Vendor, bool] = {_IOS: False, _EOS: False, _FRR: False}
MATCH_UNDEFINED_COMMUNITY_LIST: Mapping[Vendor, bool] = {_IOS: False, _EOS: False, _FRR: False}

#: `default-originate route-map X` with an undefined X: is the default sent? IOS and EOS: unverified.
UNDEFINED_DEFAULT_ORIGINATE_MAP_SENDS: Mapping[Vendor, bool] = {_IOS: False, _EOS: True, _FRR: False, _NXOS: False}

#: `default-originate route-map X`: True where X only decides whether the default is sent and is evaluated over the
#: table (IOS: over routes of the RIB; FRR: of BGP); False where X filters and amends the default itself (EOS).
#: NX-OS: as IOS (unverified).
DEFAULT_ORIGINATE_MAP_IS_CONDITION: Mapping[Vendor, bool] = {_IOS: True, _EOS: False, _FRR: True, _NXOS: True}


# ------------------------------------------------------------------------------------------------ defaults of BGP


@dataclass(frozen=True, slots=True)
class BgpDefaults:
    """What a BGP process and its neighbours are without a line that says otherwise."""

    distance_external: int = 20
    distance_internal: int = 200
    distance_local: int = 200
    maximum_paths: int = 1
    maximum_paths_ibgp: int = 1
    multipath_relax: bool = False
    compare_router_id: bool = False
    enforce_first_as: bool = True
    send_community: bool = False
    advertise_inactive: bool = True
    network_import_check: bool = True
    maximum_prefix: int | None = None
    allowas_in: int = 3
    deterministic_med: bool = False
    ebgp_requires_policy: bool = False


#: IOS: command reference, `distance bgp`, `maximum-paths`, `bgp enforce-first-as`, `neighbor send-community` (off).
IOS_BGP = BgpDefaults()

#: EOS User Manual, BGP commands: distance 200 for all, `bgp bestpath as-path multipath-relax` on, `maximum-paths` 1,
#: `neighbor maximum-routes` 12000, `neighbor send-community` off, `bgp advertise-inactive` off. EOS compares router
#: identifiers, not ages (`bgp bestpath tie-break`), and groups paths by neighbouring AS as deterministic MED does.
EOS_BGP = BgpDefaults(
    distance_external=200,
    maximum_paths=1,
    multipath_relax=True,
    compare_router_id=True,
    advertise_inactive=False,
    maximum_prefix=12000,
    deterministic_med=True,
)

#: NX-OS, Nexus 9000 Unicast Routing Configuration Guide, "Default settings for BGP" and the command references:
#: distances 20, 200 and 220, one path, no communities sent, first AS enforced; MED is deterministic unless
#: `bestpath med non-deterministic`; external paths are told apart by age unless `bestpath compare-routerid`.
NXOS_BGP = BgpDefaults(distance_local=220, deterministic_med=True)

#: IOS XR: BGP command reference; eBGP neighbours need a route-policy each way ("Routing Policy Enforcement", as RFC
#: 8212), iBGP ones do not; MED is always deterministic ("BGP Best Path Algorithm"). What is sent of communities and how
#: many prefixes may come ("BGP Default Limits") hangs on the neighbour and is said where it is read.
XR_BGP = BgpDefaults(deterministic_med=True, ebgp_requires_policy=True)

#: FRR: `maximum-paths` is the compile time limit for eBGP and iBGP (Debian: --enable-multipath=256); all communities
#: are sent (bgpd.c, peer_af_flag defaults); `bgp enforce-first-as` off before 10.2.
_FRR_MULTIPATH = 256


def frr_bgp(profile: str, version: tuple[int, int]) -> BgpDefaults:
    """FRR's defaults as bgpd/bgp_vty.c FRR_CFG_DEFAULT_BOOL picks them by profile and by the version that is stated.

    `profile` is traditional or datacenter (`frr defaults`), `version` what `frr version` says.
    """
    datacenter = profile == "datacenter"
    return BgpDefaults(
        maximum_paths=_FRR_MULTIPATH,
        maximum_paths_ibgp=_FRR_MULTIPATH,
        enforce_first_as=version >= (10, 2),
        send_community=True,
        network_import_check=datacenter or version >= (7, 4),
        deterministic_med=datacenter,
        ebgp_requires_policy=not datacenter and version >= (7, 4),
    )


#: The version that a configuration without `frr version` is read by (Debian 12's).
FRR_VERSION = (8, 4)


def bgp_defaults(vendor: Vendor, profile: str = "traditional", version: tuple[int, int] = FRR_VERSION) -> BgpDefaults:
    """The defaults of a vendor; `profile` and `version` concern FRR alone."""
    if vendor is Vendor.FRR:
        return frr_bgp(profile, version)
    return {Vendor.EOS: EOS_BGP, Vendor.NXOS: NXOS_BGP, Vendor.IOSXR: XR_BGP}.get(vendor, IOS_BGP)


# ------------------------------------------------------------------------------------------------------ interfaces

#: Kbit/s by the letters that a Junos name begins with (Junos "Interface Naming Overview").
JUNOS_BANDWIDTH = (
    ("fe-", 100_000),
    ("ge-", 1_000_000),
    ("xe-", 10_000_000),
    ("et-", 100_000_000),
    ("so-", 155_000),
    ("irb", 1_000_000),
)
