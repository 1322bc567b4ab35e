"""`remove-private-as`: what each vendor takes out of an AS path before it goes to an eBGP neighbour.

Law: a pure function of the path. The forms are `plain`, `leading`, `all`, each perhaps with `replace`. Confederation
segments are treated as the others, although IOS removes what follows them alone.
"""

from __future__ import annotations

from guard.model.bgp import AsPath, Segment
from guard.model.device import Vendor

#: Who removes nothing at all where the neighbour's own AS stands in the path. Cisco, "Removing Private Autonomous
#: System Numbers in BGP": "if the AS path contains the AS number of the eBGP neighbor, BGP does not remove"; NX-OS as
#: recorded (lab-validation, cisco_private_asn: `65100 65101` to AS 65100 stays). The others leave that one AS in and
#: take the rest out (recorded on EOS; bgpd/bgp_aspath.c).
_ALL_OR_NOTHING = frozenset({Vendor.IOS, Vendor.NXOS, Vendor.IOSXR})


def is_private(asn: int) -> bool:
    """RFC 6996."""
    return 64512 <= asn <= 65534 or 4200000000 <= asn <= 4294967294


def remove_private(path: AsPath, how: str, vendor: Vendor, *, own: int, receiver: int) -> AsPath:
    """The path without its private ASes, or with `own` in their place; the receiver's own AS stays.

    `plain` touches only paths of nothing but private ASes, `leading` those before the first that is not; in Junos also
    those before the receiver's. Junos: `nearest` replaces by the last public AS to the left, if there is one; with
    `peer` (no-peer-loop-check) the receiver's AS goes as well.
    """
    asns = [asn for _, asns in path for asn in asns]
    kinds = how.split()
    if "plain" in kinds and not all(map(is_private, asns)):
        return path
    if "all" not in kinds and vendor in _ALL_OR_NOTHING and receiver in asns:
        return path
    spared = set() if "peer" in kinds else {receiver}
    end = len(asns)
    if "leading" in kinds:
        stops = spared if vendor is Vendor.JUNOS else ()
        end = next((at for at, asn in enumerate(asns) if asn in stops or not is_private(asn)), end)
    found, at = [], 0
    for kind, members in path:
        kept: list[int] = []
        for asn in members:
            gone = at < end and is_private(asn) and asn not in spared
            at += 1
            if "nearest" in kinds and not is_private(asn):
                own = asn
            if not gone or "replace" in kinds:
                kept.append(own if gone else asn)
        if kept:
            found.append(Segment(kind, tuple(kept)))
    return tuple(found)
