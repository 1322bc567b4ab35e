"""How things are named by their content: RFC 8785 canonical JSON, SHA-256, written `sha256:` and 64 hex digits.

Law: the same value gives the same digest, on every machine and in every version.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import rfc8785

PREFIX = "sha256:"


def canonical(value: Any) -> bytes:
    """The RFC 8785 bytes of a JSON-ready value; ValueError for what JSON cannot carry exactly."""
    return rfc8785.dumps(value)


def sha256(data: bytes) -> str:
    """The digest of some bytes."""
    return PREFIX + hashlib.sha256(data).hexdigest()


def value_digest(value: Any) -> str:
    """The digest of a JSON-ready value."""
    return sha256(canonical(value))


def files_digest(files: Mapping[str, bytes]) -> str:
    """The digest of some files together, of {path: digest of the content}. For a snapshot: guard.snapshot.load."""
    return value_digest({path: sha256(content) for path, content in files.items()})
