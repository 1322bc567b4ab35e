"""A state that was computed in the objects of another snapshot, with the places that its own configurations give.

Law: as if it had been computed from the snapshot itself, or None where that is not sure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from guard.model.device import Device
from guard.model.provenance import Source
from guard.model.state import BgpSession, NetworkState, StateNote
from guard.snapshot.likeness import places
from guard.snapshot.snapshot import Snapshot

Places = Mapping[Source, Source]


def in_own_places(state: NetworkState, computed_on: Snapshot, snapshot: Snapshot) -> NetworkState | None:
    """The state of `snapshot`: `computed_on` is that in shared objects (guard.snapshot.likeness.in_terms_of)."""
    apart = [name for name, device in snapshot.devices.items() if computed_on.devices[name] is not device]
    found: dict[str, Places] = {}
    for name in apart:
        neighbors = _neighbors(computed_on.devices[name], snapshot.devices[name])
        if neighbors is None:
            return None
        if neighbors:
            found[name] = neighbors
    sessions = tuple(_placed(each, found.get(each.node)) for each in state.sessions) if found else state.sessions
    named = {each.file for note in state.notes for each in note.sources}
    everywhere: dict[Source, Source] = {}
    for name in (each for each in apart if snapshot.devices[each].file in named):
        known = places(computed_on.devices[name], snapshot.devices[name])
        if known is None:
            return None
        everywhere.update(known)
    if not everywhere:
        return state if sessions is state.sessions else replace(state, sessions=sessions)
    return replace(state, sessions=sessions, notes=tuple(_noted(each, everywhere) for each in state.notes))


def _neighbors(shared: Device, own: Device) -> Places | None:
    """Where the neighbours that stand elsewhere stand; None: a place would mean two."""
    found: dict[Source, Source] = {}
    for theirs, ours in zip(shared.bgp, own.bgp, strict=True):
        for one, other in zip(theirs.neighbors, ours.neighbors, strict=True):
            if found.setdefault(one.source, other.source) != other.source:
                return None
    return {} if all(one == other for one, other in found.items()) else found


def _placed(session: BgpSession, known: Places | None) -> BgpSession:
    if known is None or session.source is None:
        return session
    place = known.get(session.source, session.source)
    return session if place == session.source else replace(session, source=place)


def _noted(note: StateNote, known: Places) -> StateNote:
    return replace(note, sources=tuple(known.get(each, each) for each in note.sources)) if note.sources else note
