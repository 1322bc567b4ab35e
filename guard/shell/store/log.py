"""The audit log on disk: one line an entry in one file, one signed head a line in another, kept apart.

Law: `append` returns after both are fsynced, so what it returned is there after any crash. What a crash left behind
that no head covers was never acknowledged: it is set aside and said so. Anything else that does not fit is an error,
and no log is no ALLOW.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guard.audit.canonical import named
from guard.audit.checkpoint import Checkpoint, is_signed, sign
from guard.audit.entry import Entry, EntryDamaged, chained, read
from guard.audit.merkle import Frontier, inclusion_proof, leaf_hash
from guard.audit.verify import complete_lines, parse_heads
from guard.shell.errors import AuditUnavailable
from guard.shell.store.files import Disk

LOG, HEADS = "log.jsonl", "heads.jsonl"


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An entry that is on the disk, and the signed head that covers it."""

    entry: Entry
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a line stands in the file, without its newline, and its head."""

    offset: int
    length: int
    checkpoint: Checkpoint


class AuditLog:
    """One writer's open log. Not safe for several threads at once: its user serialises the calls."""

    def __init__(self, folder: Path, head_folder: Path, key: Ed25519PrivateKey, disk: Disk) -> None:
        self._key, self._disk = key, disk
        self._log_path, self._heads_path = folder / LOG, head_folder / HEADS
        self._observers: list[Callable[[Entry], None]] = []
        self.notes: list[str] = []
        self._failed = False
        self._log = self._heads = -1
        self._begin()
        self._open()

    def _begin(self) -> None:
        self._tree = Frontier()
        self._places: list[_Place] = []
        self._leaves: list[bytes] = []
        self._last_line: bytes | None = None
        self._log_size = self._heads_size = 0

    @property
    def size(self) -> int:
        """How many entries are acknowledged."""
        return len(self._places)

    @property
    def head(self) -> Checkpoint:
        """The newest signed head; of an empty log, one that is signed here and now."""
        return self._places[-1].checkpoint if self._places else sign(0, self._tree.root(), self._key)

    @property
    def writable(self) -> bool:
        """Whether the last attempt to write went well."""
        return not self._failed

    def observe(self, see: Callable[[Entry], None]) -> None:
        """Call `see` with each entry there is, and with each that comes, after it is durable."""
        for id in range(self.size):
            see(self.entry(id))
        self._observers.append(see)

    def append(self, entry: Entry) -> Acknowledged:
        """Number, chain, write, sign and fsync an entry; AuditUnavailable, and nothing written, if that fails."""
        if self._failed:
            self._reopen()
        placed = chained(entry, self.size, self._last_line)
        line = placed.line()
        tree = self._tree.append(leaf_hash(line))
        checkpoint = sign(tree.size, tree.root(), self._key)
        head_line = checkpoint.line() + b"\n"
        try:
            self._disk.append(self._log, line + b"\n")
            self._disk.append(self._heads, head_line)
        except OSError as error:
            self._roll_back()
            raise AuditUnavailable("audit-unavailable", f"the audit log cannot be written: {error}") from error
        self._places.append(_Place(self._log_size, len(line), checkpoint))
        self._leaves.append(leaf_hash(line))
        self._tree, self._last_line = tree, line
        self._log_size += len(line) + 1
        self._heads_size += len(head_line)
        for see in self._observers:
            see(placed)
        return Acknowledged(placed, checkpoint)

    def line(self, id: int) -> bytes:
        """The line of an entry; IndexError if there is none."""
        if not 0 <= id < self.size:
            raise IndexError(f"no entry {id} in a log of {self.size}")
        place = self._places[id]
        with self._log_path.open("rb") as file:
            file.seek(place.offset)
            return file.read(place.length)

    def entry(self, id: int) -> Entry:
        """An entry by its number; IndexError if there is none, AuditUnavailable if its line can no longer be read."""
        try:
            return read(self.line(id))
        except (EntryDamaged, OSError) as error:
            raise AuditUnavailable("audit-damaged", f"entry {id} can no longer be read: {error}") from error

    def acknowledged(self, id: int) -> Acknowledged:
        """An entry and the head that was signed after it."""
        return Acknowledged(self.entry(id), self._places[id].checkpoint)

    def proof(self, id: int) -> tuple[bytes, ...]:
        """That the entry is in the tree of the newest head (RFC 9162 2.1.3)."""
        return inclusion_proof(self._leaves, id)

    def close(self) -> None:
        """Close the files; nothing is pending."""
        for descriptor in (self._log, self._heads):
            if descriptor >= 0:
                self._disk.close(descriptor)
        self._log = self._heads = -1

    def _roll_back(self) -> None:
        """After a failed append: cut both files to what was acknowledged, the head first, so that it never leads."""
        try:
            self._cut(self._heads, self._heads_size)
            self._cut(self._log, self._log_size)
        except OSError:
            # Linux may drop dirty pages after a failed fsync, so nothing in memory is believed before it is read again.
            self._failed = True

    def _cut(self, descriptor: int, size: int) -> None:
        self._disk.truncate(descriptor, size)
        self._disk.fsync(descriptor)

    def _reopen(self) -> None:
        """Read everything again after a failure that could not be undone."""
        acknowledged = self.size
        try:
            self._cut(self._heads, self._heads_size)
            self._cut(self._log, self._log_size)
            self.close()
            self._begin()
            self._open()
        except OSError as error:
            raise AuditUnavailable("audit-unavailable", f"the audit log cannot be written: {error}") from error
        if self.size != acknowledged:
            raise AuditUnavailable("audit-damaged", f"{acknowledged} entries were acknowledged, {self.size} are there")
        self._failed = False

    def _open(self) -> None:
        self._disk.make_folder(self._log_path.parent)
        self._disk.make_folder(self._heads_path.parent)
        self._log = self._disk.open_append(self._log_path)
        self._heads = self._disk.open_append(self._heads_path)
        heads = self._recovered_heads()
        self._recovered_lines(heads)

    def _recovered_heads(self) -> tuple[Checkpoint, ...]:
        data = self._disk.read(self._heads_path)
        try:
            heads = parse_heads(data)
        except ValueError as error:
            raise _damaged(str(error)) from error
        if [head.size for head in heads] != list(range(1, len(heads) + 1)):
            raise _damaged("the heads do not follow one another")
        if heads and not is_signed(heads[-1], self._key.public_key()):
            raise _damaged(f"the head of size {heads[-1].size} is not signed by the key of this state folder")
        self._heads_size = data.rfind(b"\n") + 1
        if self._heads_size < len(data):
            self.notes.append(f"a head torn by a crash ({len(data) - self._heads_size} bytes) was cut off")
            self._cut(self._heads, self._heads_size)
        return heads

    def _recovered_lines(self, heads: tuple[Checkpoint, ...]) -> None:
        data = self._disk.read(self._log_path)
        lines = complete_lines(data)
        if len(lines) < len(heads):
            raise _damaged(f"entry {len(lines)} is lost: {len(heads)} were acknowledged")
        if len(lines) > len(heads) + 1:
            raise _damaged(f"entry {len(heads)} was added: no signed head covers it")
        for line, checkpoint in zip(lines, heads, strict=False):
            self._leaves.append(leaf_hash(line))
            self._tree = self._tree.append(self._leaves[-1])
            if named(self._tree.root()) != checkpoint.root:
                raise _damaged(f"entry {self.size} was altered: the head signed after it does not match")
            self._places.append(_Place(self._log_size, len(line), checkpoint))
            self._log_size += len(line) + 1
            self._last_line = line
        if self._log_size < len(data):
            self._set_aside(data[self._log_size :])

    def _set_aside(self, tail: bytes) -> None:
        """Keep what a crash left after the last acknowledged entry for whoever asks, out of the log."""
        number = 0
        while (aside := self._log_path.with_name(f"unacknowledged-{self.size}.{number}")).exists():
            number += 1
        self._disk.written(aside, tail)
        self._cut(self._log, self._log_size)
        self.notes.append(f"{len(tail)} bytes after {self.size} entries were never acknowledged: set aside in {aside}")


def _damaged(reason: str) -> AuditUnavailable:
    return AuditUnavailable("audit-damaged", f"the audit log does not verify: {reason}; see guard audit verify")


def stripped(entry: Entry) -> Entry:
    """An entry without its long parts, to be kept in memory."""
    return replace(entry, change="", findings=())
