"""`--engine rehearsal`: live FRR as an engine. A moment of the network is booted, waited for, read and taken away."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from guard.engines.embedded import Embedded
from guard.engines.rehearsal import ENGINE, Seen, rehearsed
from guard.engines.rehearsal_plan import CannotRehearse, Plan, plan
from guard.model.state import NetworkState, Scenario, StateNote
from guard.shell.errors import EngineUnavailable
from guard.shell.rehearsal.convergence import settle
from guard.shell.rehearsal.lab import Lab
from guard.shell.rehearsal.machine import MachineFault, missing
from guard.snapshot.snapshot import Snapshot

_KEPT = 16

_NOTE = StateNote(
    "rehearsal-base-and-candidate",
    "rehearsed live: the network before and after each step; what services withdraw in a cascade and what failures "
    "would do is computed by the embedded engine",
    undecided=False,
)


class Rehearsal:
    """Remembers what it saw. Moments are booted; scenarios (failures, withdrawals of services) are computed."""

    name = ENGINE

    def __init__(self, embedded: Embedded | None = None) -> None:
        self._embedded = embedded if embedded is not None else Embedded()
        self._states: OrderedDict[tuple[str, Scenario], NetworkState] = OrderedDict()

    def state(self, snapshot: Snapshot, scenario: Scenario = Scenario()) -> NetworkState:  # noqa: B008
        """EngineUnavailable where the machine or the snapshot is not one for it."""
        computed = self._embedded.state(snapshot, scenario)
        if scenario != Scenario() or not snapshot.devices:
            return computed
        key = (snapshot.digest, scenario)
        if key not in self._states:
            found = rehearse(snapshot, computed)
            self._states[key] = replace(found, notes=(*found.notes, _NOTE))
            while len(self._states) > _KEPT:
                self._states.popitem(last=False)
        return self._states[key]


def rehearse(snapshot: Snapshot, computed: NetworkState) -> NetworkState:
    """Boot, wait, read; `computed` is the embedded engine's state of the same moment.

    A network that comes to rest with less than computed is booted once more: on a busy machine ospf6d 8.4 sometimes
    stays without routes, and what is real is there again.
    """
    why = missing()
    if why is not None:
        raise EngineUnavailable("rehearsal-unavailable", f"the rehearsal cannot run on this machine: {why}")
    try:
        built = plan(snapshot, computed)
        seen, expected = _boot(built, computed)
        if not expected:
            seen, _ = _boot(built, computed)
    except CannotRehearse as error:
        raise EngineUnavailable("rehearsal-unsuitable", f"this snapshot cannot be rehearsed: {error}") from error
    except MachineFault as error:
        raise EngineUnavailable("rehearsal-failed", f"the rehearsal failed: {error}") from error
    return rehearsed(snapshot, computed, built, seen)


def _boot(built: Plan, computed: NetworkState) -> tuple[Seen, bool]:
    """What one boot showed, and whether it was what was expected."""
    with Lab(built) as lab:
        converged, seconds, expected = settle(lab, computed)
        seen = Seen(lab.read(), lab.link_locals(), lab.refused, converged, lab.version(), seconds)
    return seen, expected
