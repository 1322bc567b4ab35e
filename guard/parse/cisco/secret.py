"""Keys of routing protocols: never kept, only a digest, so that two ends can be compared."""

from __future__ import annotations

import hashlib

from guard.model.device import Vendor

#: The constant that IOS obfuscates `7` passwords with; published since 1995, and no secret.
_TYPE_7 = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"
_UNREADABLE = frozenset({"3", "6", "8", "8a", "9"})  # 3: 3DES, NX-OS
#: Whose `7` is IOS's; EOS's is DES with another key.
TYPE_7 = frozenset({Vendor.IOS, Vendor.NXOS, Vendor.IOSXR})


def digest(words: tuple[str, ...], *, type_7: bool) -> str:
    """Digest of the key that ends a command (`[0|7|…] KEY`), or "" where its encryption cannot be undone.

    `type_7`: the vendor is one of TYPE_7.
    """
    kind, key = (words[-2], words[-1]) if len(words) > 1 else ("0", words[-1])
    if kind in _UNREADABLE or (kind == "7" and not type_7):
        return ""
    plain = _reveal(key) if kind == "7" else key.encode()
    return hashlib.sha256(plain).hexdigest()[:16]


def _reveal(text: str) -> bytes:
    salt, data = int(text[:2]), bytes.fromhex(text[2:])
    return bytes(byte ^ _TYPE_7[(salt + at) % len(_TYPE_7)] for at, byte in enumerate(data))
