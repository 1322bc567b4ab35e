"""BGP sessions of a state, each counted once, and which of them another state lost or gained (CONTRACT 2).

A session inside the snapshot has two ends; it is named by the end whose node sorts first. Whether it is up is asked of
its ends by their configured names, so that an end whose own address is gone still counts as the same session.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from guard.model.state import BgpSession

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Session:
    """One session with one end (the other is outside the snapshot) or two; `up` is the judgement of CONTRACT 2.

    `fell`: of one that is lost, why it is down afterwards; "" where an end is no longer configured.
    """

    ends: tuple[BgpSession, ...]
    fell: str = field(default="", compare=False)

    @property
    def key(self) -> Key:
        return self.ends[0].key

    @property
    def up(self) -> bool:
        return all(end.up for end in self.ends)

    @property
    def external(self) -> bool:
        return any(end.external for end in self.ends)

    @property
    def nodes(self) -> tuple[str, ...]:
        return tuple(end.node for end in self.ends)

    @property
    def names(self) -> frozenset[str]:
        """Every way in which people write it: both directions, by remote node and by remote address; lower case."""
        found = set[str]()
        for end in self.ends:
            for remote in (end.remote_node, end.remote_address, end.local_interface):
                if remote is not None:
                    found.add(f"{end.node} -> {remote}".lower())
        return frozenset(found)

    def __str__(self) -> str:
        return str(self.ends[0])


def sessions(ends: Iterable[BgpSession]) -> tuple[Session, ...]:
    """Pair the ends; in the order of their names."""
    ordered = sorted(ends, key=lambda end: (end.node, end.vrf, end.key[2]))
    waiting: dict[tuple[str, str], list[BgpSession]] = {}
    for end in ordered:
        if end.remote_node is not None:
            waiting.setdefault((end.node, end.remote_node), []).append(end)
    taken: set[int] = set()
    found: list[Session] = []
    for end in ordered:
        if id(end) in taken:
            continue
        taken.add(id(end))
        other = _other_end(end, waiting, taken)
        if other is not None:
            taken.add(id(other))
        found.append(Session((end, other) if other is not None else (end,)))
    return tuple(found)


def _other_end(
    end: BgpSession, waiting: Mapping[tuple[str, str], list[BgpSession]], taken: set[int]
) -> BgpSession | None:
    """The end at the remote node that points back here, told apart by addresses where there are several."""
    if end.remote_node is None:
        return None
    candidates = [each for each in waiting.get((end.remote_node, end.node), ()) if id(each) not in taken]
    for each in candidates:
        if _meet(end, each) and _meet(each, end):
            return each
    return next((each for each in candidates if _meet(end, each) or _meet(each, end)), None)


def _meet(one: BgpSession, other: BgpSession) -> bool:
    if one.remote_address is None or other.local_address is None:
        return one.remote_interface is not None and one.remote_interface == other.local_interface
    return one.remote_address == other.local_address


def lost(before: Iterable[BgpSession], after: Iterable[BgpSession]) -> tuple[Session, ...]:
    """Sessions between the ends of `before` that are up there and not, with all their ends, after.

    Ends are paired by their two nodes alone, so only what stands beside an end that fell has to be paired.
    """
    ends, left = tuple(before), tuple(after)
    up = {end.key for end in left if end.up}
    fell = {_nodes(end) for end in ends if end.up and end.key not in up}
    if not fell:
        return ()
    whys = {end.key: end.why for end in left if end.why}
    return tuple(
        replace(session, fell=next((whys[end.key] for end in session.ends if end.key in whys), ""))
        for session in sessions(end for end in ends if _nodes(end) in fell)
        if session.up and not all(end.key in up for end in session.ends)
    )


def _nodes(end: BgpSession) -> tuple[str, str]:
    """The two nodes of a session, in the same order from both its ends."""
    remote = end.remote_node or ""
    return (end.node, remote) if end.node < remote else (remote, end.node)
