"""The checker names the entry that was altered, lost, reordered or added, however the log was tampered with."""

import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from guard.audit.canonical import canonical, sha256
from guard.audit.checkpoint import Checkpoint, Head, is_signed, parse_head, sign
from guard.audit.entry import Digests, Entry, EntryDamaged, chained, decode
from guard.audit.merkle import frontier, leaf_hash
from guard.audit.verify import parse_heads, verify

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
PUBLIC = KEY.public_key()


def log(size: int) -> tuple[list[bytes], list[Checkpoint]]:
    """A whole log: its lines and the head signed after each."""
    lines: list[bytes] = []
    heads: list[Checkpoint] = []
    for index in range(size):
        entry = Entry(id=0, kind="check", time="2026-11-21T12:00:00Z", caller="alice", change=f"change {index}",
                      digests=Digests(base=sha256(b"base")), verdict="HOLD", details={"n": index})
        lines.append(chained(entry, index, lines[-1] if lines else None).line())
        heads.append(sign(len(lines), frontier(map(leaf_hash, lines)).root(), KEY))
    return lines, heads


def said(lines: list[bytes], heads: list[Checkpoint], pinned: Head | None = None) -> list[str]:
    return [fault.message for fault in verify(lines, heads, PUBLIC, pinned).faults]


def resealed(line: bytes, **changes: object) -> bytes:
    """A line altered by somebody who knows how to seal it again."""
    record = {**json.loads(line), **changes}
    del record["hash"]
    return canonical({**record, "hash": sha256(canonical(record))})


def test_a_whole_log_has_no_fault() -> None:
    lines, heads = log(9)
    result = verify(lines, heads, PUBLIC)
    assert (result.faults, result.notes, result.head) == ((), (), heads[-1].head)
    assert verify(lines, heads[-1:], PUBLIC).ok
    assert verify([], [], PUBLIC).ok


def test_an_altered_byte_names_the_entry() -> None:
    lines, heads = log(5)
    lines[2] = lines[2].replace(b"HOLD", b"ALLOW")
    assert said(lines, heads) == ["entry 2 was altered: its content does not match its own hash"]


def test_a_resealed_entry_is_named_by_the_next() -> None:
    lines, heads = log(5)
    lines[2] = resealed(lines[2], verdict="ALLOW")
    assert said(lines, heads) == ["entry 2 was altered: entry 3 is chained to another content of it"]


def test_a_resealed_last_entry_is_named_by_the_head() -> None:
    lines, heads = log(5)
    lines[4] = resealed(lines[4], verdict="ALLOW")
    assert said(lines, heads) == ["entry 4 was altered: the head signed after it does not match"]


def test_a_log_rewritten_from_one_entry_on_is_named_by_the_heads() -> None:
    lines, heads = log(6)
    rewritten = lines[:2]
    for index in range(2, 6):
        entry = replace(decode(lines[index]), verdict="ALLOW")
        rewritten.append(chained(entry, index, rewritten[-1]).line())
    assert said(rewritten, heads) == ["entry 2 was altered: the head signed after it does not match"]
    assert said(rewritten, heads[-1:]) == ["an entry from 0 to 5 was altered: the signed head of size 6 does not match"]


def test_heads_signed_by_another_key_are_refused() -> None:
    lines, heads = log(3)
    heads[1] = sign(2, frontier(map(leaf_hash, lines[:2])).root(), OTHER_KEY)
    assert said(lines, heads) == ["the head of size 2 is not signed by the log's key"]


@pytest.mark.parametrize("index", range(4))
def test_a_lost_entry_is_named(index: int) -> None:
    lines, heads = log(5)
    del lines[index]
    assert f"entry {index} is lost: it is not in the log" in said(lines, heads)
    assert not [text for text in said(lines, heads) if "is lost" in text and f"entry {index} " not in text]


def test_a_cut_tail_is_named() -> None:
    lines, heads = log(5)
    assert said(lines[:3], heads) == [f"entry {id} is lost: it is not in the log" for id in (3, 4)]


def test_a_tail_cut_with_its_heads_shows_against_a_noted_head() -> None:
    lines, heads = log(5)
    assert said(lines[:3], heads[:3]) == []
    text = "entry 4 is lost: the tail was cut off, the noted head counts 5 entries, the log has 4"
    assert said(lines[:4], heads[:4], heads[4].head) == [text]
    assert said(lines, heads, heads[2].head) == []


def test_another_history_shows_against_a_noted_head() -> None:
    lines, heads = log(3)
    noted = Head(2, sha256(b"something else"))
    assert said(lines, heads, noted) == [
        f"an entry before 2 was altered: the noted head {noted} does not match {heads[1].root}"
    ]


def test_reordered_entries_are_named() -> None:
    lines, heads = log(5)
    lines[1], lines[3] = lines[3], lines[1]
    assert said(lines, heads)[:2] == [
        "entry 2 was reordered: it stands after entry 3, as number 2 of the log",
        "entry 1 was reordered: it stands after entry 3, as number 3 of the log",
    ]


def test_an_entry_written_twice_is_named() -> None:
    lines, heads = log(3)
    assert "entry 1 was reordered" in said([lines[0], lines[1], lines[1], lines[2]], heads)[0]


def test_one_unacknowledged_entry_is_a_note() -> None:
    lines, heads = log(4)
    result = verify(lines, heads[:3], PUBLIC)
    assert result.ok
    assert result.head == heads[2].head
    assert result.notes == ("entry 3 is written but no signed head covers it: it was never acknowledged",)


def test_entries_added_at_the_end_are_named() -> None:
    lines, heads = log(5)
    assert said(lines, heads[:3]) == [f"entry {id} was added: no signed head covers it" for id in (3, 4)]
    assert said([*lines[:3], b'{"id":3}'], heads[:3]) == [
        "entry 3 was altered: its content does not match its own hash"
    ]


@given(st.integers(2, 8), st.data())
def test_any_altered_byte_is_a_fault(size: int, draw: st.DataObject) -> None:
    lines, heads = log(size)
    index = draw.draw(st.integers(0, size - 1))
    place = draw.draw(st.integers(0, len(lines[index]) - 1))
    changed = bytearray(lines[index])
    changed[place] ^= draw.draw(st.integers(1, 255))
    lines[index] = bytes(changed)
    faults = verify(lines, heads, PUBLIC).faults
    assert index in [fault.entry for fault in faults]


def test_an_entry_survives_its_line() -> None:
    entry = Entry(id=3, kind="approval", time="2026-11-21T12:00:00Z", caller="bob", request_id="r", change_id="CHG-1",
                  author="alice", change="täxt\n", findings=({"policy": "blackhole", "step": 1},), verdict="ALLOW",
                  details={"reason": "agreed"})
    assert decode(entry.line()) == entry


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b'{"id": 1}', b"\xff", b"[" * 5000])
def test_what_is_no_entry_is_said_so(line: bytes) -> None:
    with pytest.raises(EntryDamaged):
        decode(line)


def test_head_forms() -> None:
    head = Head(18, sha256(b"x"))
    assert parse_head(str(head)) == head
    assert parse_head(f"18:{head.root.removeprefix('sha256:')}") == head
    for text in ("18", "x:00", "-1:00", "18:zz", ":", "٣:" + "0" * 64):
        with pytest.raises(ValueError, match="is not"):
            parse_head(text)


def test_signatures_bind_size_and_root() -> None:
    _, heads = log(2)
    assert is_signed(heads[1], PUBLIC)
    assert not is_signed(replace(heads[1], size=3), PUBLIC)
    assert not is_signed(replace(heads[1], root=heads[0].root), PUBLIC)
    assert not is_signed(replace(heads[1], signature="?"), PUBLIC)
    assert not is_signed(heads[1], OTHER_KEY.public_key())


def test_a_heads_file_is_read_line_by_line() -> None:
    _, heads = log(2)
    data = b"".join(head.line() + b"\n" for head in heads)
    assert parse_heads(data) == tuple(heads)
    assert parse_heads(data + b'{"size":3,') == tuple(heads)
    with pytest.raises(ValueError, match="line 3 of the heads file"):
        parse_heads(data + b'{"size":3}\n')
