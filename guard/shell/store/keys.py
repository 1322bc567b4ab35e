"""The log's signing key: made at the first start, readable by nobody but its owner."""

import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from guard.shell.errors import AuditUnavailable
from guard.shell.store.files import Disk

PRIVATE, PUBLIC = "key", "key.pub"


def signing_key(folder: Path, disk: Disk) -> Ed25519PrivateKey:
    """The key of a state folder; AuditUnavailable if it is damaged or others can read it."""
    path = folder / PRIVATE
    if not path.exists():
        return _made(folder, disk)
    key = _loaded(path)
    if not (folder / PUBLIC).exists():
        disk.written(folder / PUBLIC, public_pem(key.public_key()).encode(), mode=0o644)
    return key


def _loaded(path: Path) -> Ed25519PrivateKey:
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise AuditUnavailable("key-exposed", f"{path} can be read by others; it must be of mode 0600")
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise AuditUnavailable("key-damaged", f"{path} is not a private key: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise AuditUnavailable("key-damaged", f"{path} is not an Ed25519 key")
    return key


def public_key(folder: Path) -> Ed25519PublicKey | None:
    """The public key of a state folder, for the checker; None if it is not there or none."""
    try:
        key = load_pem_public_key((folder / PUBLIC).read_bytes())
    except (OSError, ValueError):
        return None
    return key if isinstance(key, Ed25519PublicKey) else None


def public_pem(key: Ed25519PublicKey) -> str:
    """A public key as text."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def _made(folder: Path, disk: Disk) -> Ed25519PrivateKey:
    if (folder / PUBLIC).exists():
        raise AuditUnavailable("key-lost", f"{folder / PRIVATE} is gone, which signs the log's heads")
    key = Ed25519PrivateKey.generate()
    disk.written(folder / PRIVATE, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    disk.written(folder / PUBLIC, public_pem(key.public_key()).encode(), mode=0o644)
    return key
