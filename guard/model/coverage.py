"""How far each input line was understood. Law: every line of a configuration ends in exactly one state."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class LineState(IntEnum):
    """The five states of DESIGN law 2; BLANK for empty lines and comments."""

    BLANK = 0
    IMPLEMENTED = 1
    PARTIAL = 2  # extracted but partly supported
    NOT_IMPLEMENTED = 3  # recognised, its effect is not modelled
    IGNORED = 4  # recognised, ignored on purpose: cannot change what is judged
    UNRECOGNISED = 5


#: States whose effect on the network no part of guard computes in full.
OPAQUE = frozenset({LineState.PARTIAL, LineState.NOT_IMPLEMENTED, LineState.UNRECOGNISED})


@dataclass(frozen=True, slots=True)
class LineNote:
    """Why one line is in a state other than IMPLEMENTED; `text` is the line as it stands, stripped."""

    line: int
    state: LineState
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """`states[i]` is the LineState of line i+1; `notes` explain the lines that are not IMPLEMENTED or BLANK."""

    file: str
    states: bytes = b""
    notes: tuple[LineNote, ...] = ()
