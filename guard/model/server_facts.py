"""What a server knows beside the request: the snapshot that is active, and the changes that it allowed meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


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


@dataclass(frozen=True, slots=True)
class ActiveFacts:
    """`snapshot`: the digest of the active one. `inventory`: its inventory.yaml, empty if it has none."""

    snapshot: str
    inventory: bytes
    earlier: tuple[EarlierChange, ...] = ()
