"""BGP sessions counted once, and which of them are lost.

a ---- b        a, b, c in the snapshot; x is somebody outside
|\\____ c
x
"""

from __future__ import annotations

from dataclasses import replace

from guard.compare.sessions import lost, sessions
from guard.model.address import parse_address
from guard.model.state import BgpSession


def _end(node: str, remote: str | None, local: str | None, address: str, *, up: bool = True) -> BgpSession:
    return BgpSession(
        node=node,
        vrf="default",
        local_as=64500,
        local_address=parse_address(local) if local else None,
        local_interface=None,
        remote_as=64500,
        remote_node=remote,
        remote_address=parse_address(address),
        remote_interface=None,
        session_type="IBGP",
        status="ESTABLISHED" if up else "NOT_ESTABLISHED",
        up=up,
    )


AB, BA = _end("a", "b", "10.0.0.1", "10.0.0.2"), _end("b", "a", "10.0.0.2", "10.0.0.1")
AC, CA = _end("a", "c", "10.0.0.1", "10.0.0.3"), _end("c", "a", "10.0.0.3", "10.0.0.1")
AX = _end("a", None, "198.51.100.0", "198.51.100.1")
AB6, BA6 = _end("a", "b", "2001:db8::1", "2001:db8::2"), _end("b", "a", "2001:db8::2", "2001:db8::1")


def _names(found: object) -> list[str]:
    return [str(session) for session in found]  # type: ignore[attr-defined]


def test_two_ends_are_one_session() -> None:
    found = sessions([CA, AX, BA, AB, AC])
    assert [(str(each), len(each.ends)) for each in found] == [("a -> b", 2), ("a -> c", 2), ("a -> 198.51.100.1", 1)]


def test_two_sessions_between_the_same_nodes_are_told_apart() -> None:
    found = sessions([BA6, AB, AB6, BA])
    assert [[str(end.local_address) for end in each.ends] for each in found] == [
        ["10.0.0.1", "10.0.0.2"],
        ["2001:db8::1", "2001:db8::2"],
    ]


def test_one_end_down_is_a_lost_session_and_a_lost_end_too() -> None:
    down = _end("b", "a", None, "10.0.0.1", up=False)
    assert _names(lost([AB, BA, AX], [AB, down, AX])) == ["a -> b"]
    assert _names(lost([AB, BA, AX], [AX])) == ["a -> b"]
    (told,) = lost([AB, BA, AX], [AB, replace(down, why="shut down at b"), AX])
    assert told.fell == "shut down at b"
    assert _names(lost([AB, BA, AX], [AB, BA, AX])) == []


def test_a_session_that_was_down_cannot_be_lost() -> None:
    assert _names(lost([_end("a", "b", "10.0.0.1", "10.0.0.2", up=False)], [])) == []


def test_people_name_it_from_either_end_by_node_or_address() -> None:
    session = sessions([AB, BA])[0]
    assert {"a -> b", "b -> a", "a -> 10.0.0.2", "b -> 10.0.0.1"} <= session.names
