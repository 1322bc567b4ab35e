"""What arguments about failures ask of the state in which nothing has failed, with the answers.

Law: an argument is a function of the failure and of these answers alone; in a state that answers all of them alike it
comes to the same end (tests/property/test_warm_checks.py).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import NamedTuple, TypeVar, cast

from guard.model.address import Address, Prefix
from guard.model.rib import RibEntry
from guard.model.state import BgpSession, InterfaceId, NetworkState
from guard.simulate.layer3.links import DEFAULT_VRF, Links

T = TypeVar("T")


class Outlet(NamedTuple):
    """What of a session decides whether it stands; `faces`: the interfaces that it hangs on."""

    node: str
    remote_node: str | None
    session_type: str
    faces: tuple[InterfaceId, ...]


class Asked:
    """Answers of one state, each looked up once."""

    def __init__(self, links: Links, state: NetworkState) -> None:
        self._links = links
        self._state = state
        self._answers: dict[tuple[str, Hashable], object] = {}

    def answers_like(self, other: Asked) -> bool:
        """Whether this state gives every answer that the other one gave."""
        questions: Mapping[str, Callable[..., object]] = {
            "heard from": self.heard_from,
            "entry": self.entry,
            "born": self.born,
            "session": self.session_from,
        }
        return all(questions[kind](*cast(tuple[object, ...], asked)) == answer
                   for (kind, asked), answer in tuple(other._answers.items()))  # fmt: skip

    def heard_from(self, node: str, prefix: Prefix) -> tuple[Address | None, ...]:
        """From whom a node's best BGP path comes (None: nobody); empty where it has none."""
        return self._once("heard from", (node, prefix), lambda: self._heard_from(node, prefix))

    def _heard_from(self, node: str, prefix: Prefix) -> tuple[Address | None, ...]:
        row = self._state.bgp.best(node, DEFAULT_VRF, prefix)
        return (row.received_from,) if row is not None else ()

    def entry(self, node: str, prefix: Prefix) -> RibEntry | None:
        """What a node has installed for exactly this prefix."""
        return self._once("entry", (node, prefix), lambda: self._state.ribs[node, DEFAULT_VRF].get(prefix))

    def born(self, node: str) -> frozenset[Prefix]:
        """What a node gives to BGP itself."""
        return self._once("born", (node,), lambda: self._state.bgp.originated(node, DEFAULT_VRF))

    def session_from(self, node: str, address: Address | None) -> Outlet | None:
        """The session of a node with an address."""
        return self._once("session", (node, address), lambda: self._session_from(node, address))

    def _session_from(self, node: str, address: Address | None) -> Outlet | None:
        for session in self._state.sessions:
            if session.node == node and session.remote_address == address and session.vrf == DEFAULT_VRF:
                return self.outlet(session)
        return None

    def outlet(self, session: BgpSession) -> Outlet:
        """The session as far as failures are concerned."""
        faces = (self._near_end(session), self._far_end(session))
        known = tuple(face for face in faces if face is not None)
        return Outlet(session.node, session.remote_node, session.session_type, known)

    def _near_end(self, session: BgpSession) -> InterfaceId | None:
        if session.local_interface is not None:
            return InterfaceId(session.node, session.local_interface)
        owners = self._links.owners.get(session.local_address, ()) if session.local_address is not None else ()
        return next((InterfaceId(o.node, o.interface) for o in owners if o.node == session.node), None)

    def _far_end(self, session: BgpSession) -> InterfaceId | None:
        if session.remote_node is None:
            return None
        if session.remote_interface is not None:
            return InterfaceId(session.remote_node, session.remote_interface)
        owners = self._links.owners.get(session.remote_address, ()) if session.remote_address is not None else ()
        return next((InterfaceId(o.node, o.interface) for o in owners if o.node == session.remote_node), None)

    def _once(self, kind: str, asked: Hashable, find: Callable[[], T]) -> T:
        key = (kind, asked)
        if key not in self._answers:
            self._answers[key] = find()
        return cast(T, self._answers[key])
