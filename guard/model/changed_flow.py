"""Flows that fare otherwise after a change: examples from a search over all, with paths before and after."""

from __future__ import annotations

from dataclasses import dataclass

#: Dispositions (Batfish's names) of a flow that arrives.
ARRIVES = frozenset({"ACCEPTED", "DELIVERED_TO_SUBNET", "EXITS_NETWORK"})


@dataclass(frozen=True, slots=True)
class FlowPath:
    """One way that a flow takes: how it ends, and a line a device on the way."""

    disposition: str
    hops: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangedFlow:
    """One example. `start`: the node, or `node[interface]`, that it enters by; `flow`: its headers, in words."""

    start: str
    flow: str
    before: tuple[FlowPath, ...]
    after: tuple[FlowPath, ...]

    @property
    def is_lost(self) -> bool:
        """Whether it arrived before on some path that it has no longer."""
        return any(each.disposition in ARRIVES for each in self.before) and not all(
            each.disposition in ARRIVES for each in self.after
        )


@dataclass(frozen=True, slots=True)
class FlowSearch:
    """What a search found. `unknown`: why there is no answer, "" where there is one: no flows then means that none is.

    `found` holds an example for each start and way of faring otherwise, not every flow.
    """

    engine: str
    found: tuple[ChangedFlow, ...] = ()
    unknown: str = ""
