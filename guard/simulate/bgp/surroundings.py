"""What the run of one prefix class is given, and what it asks of the state around it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple, Protocol

from guard.model.address import Address, Prefix
from guard.model.bgp import BgpAttributes
from guard.model.policy import MatchRouteExists
from guard.simulate.bgp.decision import Selection
from guard.simulate.bgp.graph import Graph, Link, Speaker
from guard.simulate.bgp.path import Hop, Path
from guard.simulate.bgp.policy import Conditional
from guard.simulate.bgp.prefix_class import PrefixClass
from guard.simulate.policy.evaluator import RouteView

if TYPE_CHECKING:
    from guard.simulate.bgp.run import ClassRun


class Seed(NamedTuple):
    """Where a prefix comes in: born at a speaker (`path`), or heard over an outside session (its `attributes`)."""

    node: str
    vrf: str
    path: Path | None = None
    session: tuple[str, str, str] | None = None
    attributes: BgpAttributes | None = None


class Split(Exception):
    """The members of a class turned out to differ: a speaker sends some and keeps others (`apart`)."""

    def __init__(self, apart: frozenset[Prefix]) -> None:
        super().__init__(f"{len(apart)} prefixes behave differently")
        self.apart = apart


class Earlier(NamedTuple):
    """The run that one was taken over from, and whom it may not be asked about: `apart` speakers, `links`."""

    run: ClassRun
    apart: frozenset[int]
    links: frozenset[int]


class Needs(NamedTuple):
    """What an answer that somebody who took no part gave hangs on: speakers, links, and (speaker, VRF, next hop).

    `reached`: where it matters whether the next hop is reached, and not at what cost.
    """

    speakers: frozenset[int]
    links: frozenset[int]
    hops: frozenset[tuple[int, str, Address]]
    reached: frozenset[tuple[int, str, Address]] = frozenset()


class World(Protocol):
    """What a run asks of the exchange that it is part of."""

    @property
    def graph(self) -> Graph: ...

    def hop(self, speaker: Speaker, path: Path, prefix: Prefix) -> Hop: ...

    def interned(self, needs: Needs) -> Needs:
        """One object for equal ones."""
        ...

    def grants(self, needs: Needs, earlier: Earlier) -> bool:
        """Whether all of it surely is as it was in an earlier state."""
        ...

    def inactive(self, speaker: Speaker, path: Path, members: PrefixClass) -> bool | None:
        """Whether who sends only what it installs keeps the best path back (raises Split); None: all is sent."""
        ...

    def is_selective(self, indices: Iterable[int]) -> bool:
        """Whether one of the speakers sends only what it installs, which the main RIB of another state may not hold."""
        ...

    def default_origin(self, speaker: Speaker, link: Link) -> BgpAttributes | None:
        """What `default-originate` sends over the link right now, before the wire; None: nothing."""
        ...

    def absent(self, speaker: Speaker) -> frozenset[MatchRouteExists]:
        """Routes that the speaker's policies ask for and that are not there."""
        ...

    def conditional(self, speaker: Speaker, link: Link, view: RouteView) -> Conditional:
        """What conditional advertisement makes of a route before the usual export policy."""
        ...

    def export_kind(self, link: Link) -> int | None:
        """What kind of links a link is of that are sent alike (see alike); None: it is alone."""
        ...

    def told(self, run: ClassRun, index: int) -> Selection | None:
        """What a speaker that took no part uses, where that follows from what another one like it does."""
        ...

    def capped(self, link: Link, members: PrefixClass) -> bool:
        """Whether the class is over what the link may carry (raises Split)."""
        ...
