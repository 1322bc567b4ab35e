"""A signed statement that the log had this size and this root: Ed25519 (RFC 8032) over three lines of text.

The text has the shape of a transparency log's checkpoint (origin, size, base64 root), so that other tools can read it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from guard.audit.canonical import canonical, from_base64, named, raw, to_base64

ORIGIN = "guard audit log v1"


@dataclass(frozen=True, slots=True)
class Head:
    """The size and root (written digest) of a log: what an operator pins as SIZE:HASH."""

    size: int
    root: str

    def __str__(self) -> str:
        return f"{self.size}:{self.root}"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A head and the signature (base64) of the log's key over it."""

    size: int
    root: str
    signature: str

    @property
    def head(self) -> Head:
        """What it signs."""
        return Head(self.size, self.root)

    def line(self) -> bytes:
        """The checkpoint as one canonical line, without its newline."""
        return canonical({"size": self.size, "root": self.root, "signature": self.signature})


def body(head: Head) -> bytes:
    """The bytes that are signed."""
    return f"{ORIGIN}\n{head.size}\n{to_base64(raw(head.root))}\n".encode()


def sign(size: int, root: bytes, key: Ed25519PrivateKey) -> Checkpoint:
    """The signed head of a log of this size and root."""
    head = Head(size, named(root))
    return Checkpoint(size, head.root, to_base64(key.sign(body(head))))


def is_signed(checkpoint: Checkpoint, key: Ed25519PublicKey) -> bool:
    """Whether the log's key signed exactly this size and root."""
    try:
        key.verify(from_base64(checkpoint.signature), body(checkpoint.head))
    except (InvalidSignature, ValueError):
        return False
    return True


def from_document(value: Mapping[str, Any]) -> Checkpoint:
    """The checkpoint of a decoded line; ValueError if it is none."""
    try:
        size, root, signature = value["size"], value["root"], value["signature"]
    except (KeyError, TypeError) as error:
        raise ValueError("not a checkpoint") from error
    if type(size) is not int or size < 0 or not isinstance(root, str) or not isinstance(signature, str):
        raise ValueError("not a checkpoint")
    raw(root)
    return Checkpoint(size, root, signature)


def parse_head(text: str) -> Head:
    """SIZE:HASH as an operator noted it, the hash with or without `sha256:`; ValueError with the form otherwise."""
    size, _, digest = text.partition(":")
    if not size.isascii() or not size.isdecimal():
        raise ValueError(f"{text!r} is not SIZE:HASH, as in 18:sha256:9f86d0…")
    return Head(int(size), named(raw(digest)))
