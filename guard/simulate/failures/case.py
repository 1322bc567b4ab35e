"""One failure as arguments see it, and how an argument about it ended.

Law: what an argument asked of the failure is written down with its end; whatever fails alike, as far as it was asked
about, comes to the same.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import NamedTuple

from guard.model.state import InterfaceId
from guard.simulate.failures.asked import Outlet
from guard.simulate.failures.graph import Components, Failed


class Case:
    """One failure, and who stays connected after it.

    `asked`: interfaces of which an argument wanted to know. `enclosed`: sites that are cut off, each with all nodes
    that it still has some way to.
    """

    def __init__(self, failed: Failed, components: Components) -> None:
        self.failed = failed
        self.components = components
        self.asked: set[InterfaceId] = set()
        self.enclosed: list[tuple[str, frozenset[str]]] = []

    @property
    def name(self) -> Hashable:
        """What arguments hang on besides the interfaces that they ask about, and who is enclosed."""
        return self.failed.nodes, self.components.key

    def keeps(self, faces: Iterable[InterfaceId]) -> bool:
        """Whether these interfaces surely stay up."""
        wanted = tuple(faces)
        self.asked.update(wanted)
        return self.failed.perhaps.isdisjoint(wanted)

    def stands(self, session: Outlet) -> bool:
        """Whether a session over one link surely stays up."""
        if session.session_type not in ("EBGP_SINGLEHOP", "EBGP_UNNUMBERED") or session.node in self.failed.nodes:
            return False
        if session.remote_node is not None and session.remote_node in self.failed.nodes:
            return False
        return bool(session.faces) and self.keeps(session.faces)

    def argued(self, isolated: frozenset[str]) -> Argued:
        """The end of the argument, with what it hung on."""
        asked = frozenset(self.asked)
        return Argued(asked, self.failed.perhaps & asked, tuple(self.enclosed), isolated)


class Argued(NamedTuple):
    """How an argument ended: what it asked about, those of it that failed, who was enclosed, the sites it isolates."""

    asked: frozenset[InterfaceId]
    hit: frozenset[InterfaceId]
    enclosed: tuple[tuple[str, frozenset[str]], ...]
    isolated: frozenset[str]
