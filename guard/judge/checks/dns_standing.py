"""What is wrong with the zones of a snapshot as they stand, by the policies' names: the DNS rows of `guard lint`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from guard.judge.checks.dns_alias import alias_faults
from guard.judge.checks.dns_delegation import delegation_faults, glue_faults, lame_faults
from guard.judge.checks.dns_lookup import places
from guard.judge.checks.dns_servers import standing_servers
from guard.judge.checks.dnssec_chain import standing_faults
from guard.model.dns import ZoneFault
from guard.simulate.dns.name_servers import all_zones
from guard.snapshot.snapshot import Snapshot


def dns_faults(snapshot: Snapshot, at: datetime | None) -> Iterator[ZoneFault]:
    """Faults of single zones, between zones, and of what stands in them together. `at`: for the life of signatures."""
    for zone in places(snapshot).values():
        yield from zone.faults
    yield from delegation_faults(snapshot, snapshot)
    yield from glue_faults(snapshot, snapshot)
    yield from lame_faults(snapshot, snapshot)
    yield from alias_faults(all_zones(snapshot))
    yield from standing_faults(snapshot, at)
    yield from standing_servers(snapshot)
