"""Keys of protocols in a Junos configuration: `$9$` text is undone, as anybody can, and only a digest is kept."""

from __future__ import annotations

import hashlib

_FAMILIES = ("QzF3n6/9CAtpu0O", "B1IREhcSyrleKvMW8LXx", "7N-dVbwsY2g4oaJZGUDj", "iHkq.mPf5T")
_ALPHABET = "".join(_FAMILIES)
_EXTRA = {char: 3 - at for at, family in enumerate(_FAMILIES) for char in family}
_WEIGHTS = ((1, 4, 32), (1, 16, 32), (1, 8, 32), (1, 64), (1, 32), (1, 4, 16, 128), (1, 32, 64))


def digest(text: str) -> str:
    """Digest of the key, "" where it cannot be known."""
    plain = _reveal(text[3:]) if text.startswith("$9$") else text
    if not plain or plain.startswith(("$5$", "$6$", "$8$", "/*")):
        return ""
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def _reveal(text: str) -> str:
    if not text or any(char not in _EXTRA for char in text):
        return ""
    previous, rest = text[0], text[1 + _EXTRA[text[0]] :]
    out: list[str] = []
    while rest:
        weights = _WEIGHTS[len(out) % len(_WEIGHTS)]
        nibble, rest = rest[: len(weights)], rest[len(weights) :]
        if len(nibble) < len(weights):
            return ""
        value = 0
        for char, weight in zip(nibble, weights, strict=True):
            gap = (_ALPHABET.index(char) - _ALPHABET.index(previous)) % len(_ALPHABET) - 1
            previous = char
            value += gap * weight
        out.append(chr(value % 256))
    return "".join(out)
