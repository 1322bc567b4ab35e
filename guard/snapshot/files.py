"""Which files are part of a snapshot, and the digest that names them. Reads none of them, so that a client can ask.

Law: the digest names exactly the files that are read; anything else in the folder is not part of the snapshot.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from guard.snapshot.memory import TextMemory

INVENTORY, STATE, ROAS = "inventory.yaml", "state.yaml", "roas.json"
ANNOUNCEMENTS = "external_bgp_announcements.json"
LAYER1, RUNTIME = "batfish/layer1_topology.json", "batfish/runtime_data.json"
BLACKLIST = "batfish/interface_blacklist"
_SINGLE = frozenset({INVENTORY, STATE, ROAS, ANNOUNCEMENTS})
_FOLDERS = ("configs/", "hosts/", "batfish/", "zones/", "iptables/")


def belongs(path: str) -> bool:
    """Whether a file of a snapshot folder is part of the snapshot."""
    if any(part.startswith(".") for part in path.split("/")):
        return False
    return path in _SINGLE or path.startswith(_FOLDERS) or ("/" not in path and path.endswith(".csv"))


def digest(files: Mapping[str, str]) -> str:
    """Names the content: sha256 over the sorted paths and the digests of their texts."""
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(hashlib.sha256(path.encode()).digest() + _text_digest(files[path], ""))
    return "sha256:" + whole.hexdigest()


def _sha256(text: str, _: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()


_text_digest = TextMemory(_sha256, characters=200_000_000)
