"""What a server knows beside the request: the snapshot that is active, and the changes that it allowed meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from guard.model.dns import RRset


@dataclass(frozen=True, slots=True)
class EarlierChange:
    """A change that was allowed within 24 h, was not reported, and is not in the active snapshot (cumulative-risk)."""

    entry: int
    id: str
    digest: str
    base: str
    candidate: str
    author: str
    allowed_at: datetime
    text: str
    files: Mapping[str, bytes]


class PastRecord(NamedTuple):
    """One RRset of a zone that an allowed change altered; None: it is not there on that side."""

    zone: str
    owner: str
    type: str
    before: RRset | None
    after: RRset | None


@dataclass(frozen=True, slots=True)
class PastChange:
    """What a change that was allowed did. `at`: when it was reported applied, else when it was allowed.

    `approved`: a person said so. Changes that were reported failed or rolled back are none. `base`: the snapshot that
    it was judged on. `withdrawn`, `advertised`: prefixes that no site, and that some site again, sends outside since
    then; `sessions_lost`: by `node -> remote`. `same_caller`: sent by whoever asks now.
    """

    entry: int
    id: str
    digest: str
    at: datetime
    approved: bool
    records: tuple[PastRecord, ...]
    author: str = ""
    same_caller: bool = False
    base: str = ""
    withdrawn: tuple[str, ...] = ()
    advertised: tuple[str, ...] = ()
    sessions_lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ActiveFacts:
    """`snapshot`: the digest of the active one. `inventory`: its inventory.yaml, empty if it has none.

    `past`: changes that were allowed of late, the oldest first.
    """

    snapshot: str
    inventory: bytes
    earlier: tuple[EarlierChange, ...] = ()
    past: tuple[PastChange, ...] = ()
