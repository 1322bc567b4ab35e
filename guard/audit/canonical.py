"""One encoding for everything that is hashed or signed: RFC 8785 (JSON Canonicalization Scheme), SHA-256, base64.

Law: the same value gives the same bytes, on every machine and in every version.
"""

import base64
import binascii
import json

from guard.model.digest import PREFIX, canonical, files_digest, sha256, value_digest

__all__ = ["PREFIX", "canonical", "files_digest", "from_base64", "is_canonical", "named", "raw", "sha256",
           "to_base64", "value_digest"]


def is_canonical(line: bytes) -> bool:
    """Whether these bytes are the one canonical encoding of what they say."""
    try:
        return canonical(json.loads(line)) == line
    except (ValueError, UnicodeDecodeError, RecursionError):
        return False


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


def to_base64(data: bytes) -> str:
    """Plain base64, as in signed notes."""
    return base64.b64encode(data).decode("ascii")


def from_base64(text: str) -> bytes:
    """The bytes of strict base64; ValueError otherwise."""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"{text!r} is not base64") from error
