"""Routing policy of all vendors in one form: named policies of terms, and the lists that they look at.

A route-map, a Junos policy-statement and an XR route-policy are each a RoutePolicy: terms are tried in order; a term
whose condition holds applies its actions and ends with its outcome; where no term ends it, `default` does.
Conditions and actions are closed unions, so that evaluation and differential analysis are total.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from guard.model.address import Address, Prefix
from guard.model.provenance import Source
from guard.model.vector import Vector


class Outcome(Enum):
    """How a term ends."""

    ACCEPT = "accept"
    REJECT = "reject"
    NEXT_TERM = "next term"
    NEXT_POLICY = "next policy"


# ------------------------------------------------------------------------------------------------ named lists


class PrefixRange(NamedTuple):
    """Prefixes inside `prefix` whose length lies in low..high (both inclusive)."""

    prefix: Prefix
    low: int
    high: int

    def matches(self, candidate: Prefix) -> bool:
        return self.low <= candidate.length <= self.high and self.prefix.covers(candidate)


@dataclass(frozen=True, slots=True)
class PrefixListEntry:
    permit: bool
    range: PrefixRange
    source: Source
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class PrefixList:
    """First matching entry decides; none: deny. An ACL used on routes stays an Acl (see MatchAcl)."""

    name: str
    version: int
    entries: tuple[PrefixListEntry, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class AsPathListEntry:
    """`regex` is the vendor's text; `pattern` a Python regex over the path written as `_`-delimited text.

    The path is written as space-separated ASNs; AS_SETs as `{a,b}`, confederation segments as `(a b)`.
    """

    permit: bool
    regex: str
    pattern: str
    source: Source


@dataclass(frozen=True, slots=True)
class AsPathList:
    name: str
    entries: tuple[AsPathListEntry, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class CommunityListEntry:
    """Standard: all of `communities` are on the route. Expanded: `pattern` (Python regex) is found in their text.

    Communities are written as text in canonical form: `64500:100`, `no-export`, large `1:2:3`, extended `rt 1:2`.
    """

    permit: bool
    communities: frozenset[str]
    pattern: str | None
    source: Source


@dataclass(frozen=True, slots=True)
class CommunityList:
    """`kind`: standard, large or extended. First matching entry decides; none: deny."""

    name: str
    kind: str
    entries: tuple[CommunityListEntry, ...]
    source: Source


# ------------------------------------------------------------------------------------------------ conditions


@dataclass(frozen=True, slots=True)
class MatchPrefixList:
    """True where any of the lists permits the route's prefix."""

    names: tuple[str, ...]
    version: int = 4


@dataclass(frozen=True, slots=True)
class MatchAcl:
    """True where any of the ACLs permits the route (standard: network; extended: network and mask as IOS reads it)."""

    names: tuple[str, ...]
    version: int = 4


@dataclass(frozen=True, slots=True)
class MatchPrefixRanges:
    """True where any range holds the prefix (Junos route-filter, XR inline sets)."""

    ranges: tuple[PrefixRange, ...]


@dataclass(frozen=True, slots=True)
class MatchAsPath:
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MatchAsPathLength:
    """`unique`: an AS that stands in the path several times counts once (XR `unique-length`)."""

    low: int
    high: int
    unique: bool = False


@dataclass(frozen=True, slots=True)
class MatchCommunity:
    """True where any of the lists matches; `exact`: the route has exactly the list's communities and no other.

    `mode` (XR): "any"; "every": each entry of the lists holds; "within": each community of the route is in a list.
    """

    names: tuple[str, ...]
    kind: str = "standard"
    exact: bool = False
    mode: str = "any"


@dataclass(frozen=True, slots=True)
class MatchNextHop:
    """The route's next hop is permitted by a prefix-list or ACL, or is one of `addresses`."""

    prefix_lists: tuple[str, ...] = ()
    acls: tuple[str, ...] = ()
    addresses: tuple[Address, ...] = ()
    version: int = 4


@dataclass(frozen=True, slots=True)
class MatchPeer:
    """The route was received from (import) or goes to (export) one of these neighbours."""

    addresses: tuple[Address, ...] = ()
    prefix_lists: tuple[str, ...] = ()
    acls: tuple[str, ...] = ()
    local: bool = False


@dataclass(frozen=True, slots=True)
class MatchInterface:
    """The route's outgoing interface is one of these."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MatchProtocol:
    """Where the route came from: connected, static, ospf, isis, bgp, rip, aggregate, local, kernel, eigrp."""

    protocols: frozenset[str]
    process: str | None = None


@dataclass(frozen=True, slots=True)
class MatchRouteType:
    """internal, external, type-1, type-2, intra-area, inter-area, nssa-external-1/2, level-1, level-2, local."""

    types: frozenset[str]


@dataclass(frozen=True, slots=True)
class MatchTag:
    """The tag is one of `values`, or lies in one of `ranges` (both ends inclusive)."""

    values: frozenset[int]
    ranges: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class MatchMetric:
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class MatchLocalPreference:
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class MatchWeight:
    value: int


@dataclass(frozen=True, slots=True)
class MatchOrigin:
    origin: int  # 0 IGP, 1 EGP, 2 incomplete


@dataclass(frozen=True, slots=True)
class MatchFamily:
    version: int


@dataclass(frozen=True, slots=True)
class MatchRpki:
    state: str  # valid | invalid | not-found


@dataclass(frozen=True, slots=True)
class MatchRouteExists:
    """The main RIB of `vrf` has a route for exactly this prefix (Junos `if-route-exists`): asked where BGP exports."""

    prefix: Prefix
    vrf: str = "default"


@dataclass(frozen=True, slots=True)
class MatchPolicy:
    """The named policy accepts the route (FRR/IOS `call`, Junos `from policy`); its changes apply where `apply`."""

    name: str
    apply: bool = False


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; an empty All always holds."""

    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Any:
    """Some part holds; an empty Any never holds."""

    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


@dataclass(frozen=True, slots=True)
class Opaque:
    """A match that is not modelled; it may hold or not. `text` is the line. Evaluation treats it as `assume`."""

    text: str
    assume: bool = True


Condition = (
    MatchPrefixList
    | MatchAcl
    | MatchPrefixRanges
    | MatchAsPath
    | MatchAsPathLength
    | MatchCommunity
    | MatchNextHop
    | MatchPeer
    | MatchInterface
    | MatchProtocol
    | MatchRouteType
    | MatchTag
    | MatchMetric
    | MatchLocalPreference
    | MatchWeight
    | MatchOrigin
    | MatchFamily
    | MatchRpki
    | MatchRouteExists
    | MatchPolicy
    | All
    | Any
    | Not
    | Opaque
)


def leaves(condition: Condition) -> Iterator[Condition]:
    """The single matches of a condition, whatever connects them."""
    match condition:
        case All() | Any():
            for part in condition.parts:
                yield from leaves(part)
        case Not():
            yield from leaves(condition.part)
        case _:
            yield condition


# ------------------------------------------------------------------------------------------------ actions


@dataclass(frozen=True, slots=True)
class SetNumber:
    """Set, add to or subtract from a number: `field` is local-preference, metric, weight, tag, distance; mode = + -."""

    field: str
    value: int
    mode: str = "="


@dataclass(frozen=True, slots=True)
class SetMetricFromIgp:
    """`set metric-type internal` / `set metric igp`: MED becomes the IGP distance of the next hop, plus `offset`.

    Junos `metric expression`: `own` x MED + `igp` x IGP distance + `offset`.
    """

    offset: int = 0
    own: int = 0
    igp: int = 1


@dataclass(frozen=True, slots=True)
class SetVector:
    """`set metric BANDWIDTH DELAY RELIABILITY LOAD MTU`: the metric of a route that enters EIGRP."""

    vector: Vector


@dataclass(frozen=True, slots=True)
class SetMetricType:
    type: str  # type-1 | type-2 | internal | external


@dataclass(frozen=True, slots=True)
class SetOrigin:
    origin: int


@dataclass(frozen=True, slots=True)
class SetCommunities:
    """mode "=" replaces all of that kind, "+" adds, "-" removes these; an empty "=" is `none`."""

    communities: frozenset[str]
    mode: str = "="
    kind: str = "standard"


@dataclass(frozen=True, slots=True)
class SetBandwidth:
    """The link-bandwidth community of our own AS in place of any (draft-ietf-idr-link-bandwidth), in bytes a second."""

    bytes_per_second: int
    transitive: bool = True


@dataclass(frozen=True, slots=True)
class DeleteCommunities:
    """Remove the communities that the named list permits, each looked at alone (`set comm-list X delete`).

    `keep`: remove the others instead (XR `delete community not in X`).
    """

    list_name: str
    kind: str = "standard"
    keep: bool = False


@dataclass(frozen=True, slots=True)
class PrependAsPath:
    asns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PrependLastAs:
    """Prepend the leftmost AS of the path `count` times; with `own`, the local AS."""

    count: int
    own: bool = False


@dataclass(frozen=True, slots=True)
class ExcludeAs:
    """Remove these ASNs from the path (FRR `set as-path exclude`); empty: all of it."""

    asns: frozenset[int]
    all: bool = False


@dataclass(frozen=True, slots=True)
class ReplaceAs:
    """Replace these ASNs (empty: any) in the path by the local AS, or by `by`."""

    asns: frozenset[int]
    by: int | None = None


@dataclass(frozen=True, slots=True)
class SetNextHop:
    """`kind`: address, self, peer, unchanged, discard, reject; global: not the link-local address beside it."""

    kind: str
    address: Address | None = None
    version: int = 4


@dataclass(frozen=True, slots=True)
class SetVerdict:
    """What becomes of the route where no policy decides (Junos `default-action`)."""

    accept: bool


@dataclass(frozen=True, slots=True)
class SetLevel:
    """IS-IS level that a redistributed route is injected in: level-1, level-2, level-1-2."""

    level: str


Action = (
    SetNumber
    | SetMetricFromIgp
    | SetVector
    | SetMetricType
    | SetOrigin
    | SetCommunities
    | SetBandwidth
    | DeleteCommunities
    | PrependAsPath
    | PrependLastAs
    | ExcludeAs
    | ReplaceAs
    | SetNextHop
    | SetVerdict
    | SetLevel
)


#: A `goto` to whatever term comes next: XR's `pass`, which accepts unless something later drops.
NEXT_IN_ORDER = 0


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of a policy. `name` is its sequence number or term name.

    `goto`: after a match go on at the first term whose numeric name is >= it (IOS/FRR `continue`, `on-match goto`),
    or at the very next one (NEXT_IN_ORDER); the outcome is then kept as the result should no later term match.
    """

    name: str
    condition: Condition
    actions: tuple[Action, ...]
    outcome: Outcome
    source: Source
    goto: int | None = None
    matched_lines: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class RoutePolicy:
    """Terms in order; `default` where none decides (route-map: REJECT; Junos statement: NEXT_POLICY)."""

    name: str
    terms: tuple[Term, ...]
    source: Source
    default: Outcome = Outcome.REJECT
