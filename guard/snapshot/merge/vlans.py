"""Lists of VLANs: `switchport trunk allowed vlan add | remove | except LIST` amends what stands there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from guard.parse.cisco.interface_switching import vlan_spans
from guard.snapshot.merge.edit import Place, Refused, discard

if TYPE_CHECKING:
    from guard.snapshot.merge.apply import Applier

_TRUNK = ("switchport", "trunk", "allowed")
_ALL = frozenset(range(1, 4095))


def numbers(text: str) -> frozenset[int]:
    """The VLANs of a list like `10,20-30`."""
    try:
        return frozenset(number for low, high in vlan_spans(text) for number in range(low, high + 1))
    except ValueError as problem:
        raise Refused(str(problem)) from None


def spans(held: frozenset[int]) -> str:
    """VLANs as a list of spans, the shortest there is."""
    parts: list[list[int]] = []
    for number in sorted(held):
        if parts and parts[-1][1] == number - 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in parts)


def amends(words: tuple[str, ...]) -> bool:
    """Whether a line adds to the VLANs of a trunk or takes from them."""
    return words[:4] == (*_TRUNK, "vlan") and len(words) == 6 and words[4] in {"add", "remove"}


def amend(applier: Applier, place: Place, words: tuple[str, ...]) -> None:
    """Write the list that a trunk has after the line; the device shows a long one in several lines, one is enough."""
    held = [(home, node) for home, node, _ in place.below(_TRUNK)]
    old = _ALL
    for _, node in held:
        old = _after(old, node.words[4:])
    new = _after(old, words[4:])
    if new == old:
        return
    row = (*words[:4], spans(new) or "none")
    if not held:
        applier.editor.insert(applier.home(place, row), row, place.mode)
        return
    applier.editor.replace(place, held[0][1], row)
    for home, node in held[1:]:
        discard(home, node)


def _after(old: frozenset[int], words: tuple[str, ...]) -> frozenset[int]:
    """The VLANs of a trunk after the words behind `allowed vlan`."""
    if not words:
        return old
    if words[0] == "add":
        return old | numbers(words[1])
    if words[0] == "remove":
        return old - numbers(words[1])
    if words[0] == "except":
        return _ALL - numbers(words[1])
    return {"all": _ALL, "none": frozenset[int]()}[words[0]] if words[0] in {"all", "none"} else numbers(words[0])
