"""One encoding for everything that is hashed or signed: RFC 8785 (JSON Canonicalization Scheme), SHA-256, base64.

Law: the same value gives the same bytes, on every machine and in every version.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from typing import Any

import rfc8785

PREFIX = "sha256:"
MAX_SAFE_INTEGER = 2**53 - 1  # RFC 8785 3.2.2.3: numbers are IEEE 754 doubles


def canonical(value: Any) -> bytes:
    """The RFC 8785 bytes of a JSON-ready value; ValueError for what JSON cannot carry exactly."""
    return rfc8785.dumps(value)


def is_canonical(line: bytes) -> bool:
    """Whether these bytes are the one canonical encoding of what they say."""
    try:
        return canonical(json.loads(line)) == line
    except (ValueError, UnicodeDecodeError, RecursionError):
        return False


def sha256(data: bytes) -> str:
    """The digest of some bytes as guard writes it: `sha256:` and 64 hex digits."""
    return PREFIX + hashlib.sha256(data).hexdigest()


def named(digest: bytes) -> str:
    """32 digest bytes as guard writes them."""
    return PREFIX + digest.hex()


def raw(digest: str) -> bytes:
    """The 32 bytes of a written digest, with or without its prefix; ValueError if it is none."""
    try:
        value = bytes.fromhex(digest.removeprefix(PREFIX))
    except ValueError as error:
        raise ValueError(f"{digest!r} is not a SHA-256 digest") from error
    if len(value) != 32:
        raise ValueError(f"{digest!r} is not a SHA-256 digest")
    return value


def value_digest(value: Any) -> str:
    """The digest of a JSON-ready value."""
    return sha256(canonical(value))


def files_digest(files: Mapping[str, bytes]) -> str:
    """The digest of a folder as values: of the canonical JSON {path: digest of the content}."""
    return value_digest({path: sha256(content) for path, content in files.items()})


def to_base64(data: bytes) -> str:
    """Plain base64, as in signed notes."""
    return base64.b64encode(data).decode("ascii")


def from_base64(text: str) -> bytes:
    """The bytes of strict base64; ValueError otherwise."""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"{text!r} is not base64") from error
