"""Snapshots and other content by digest: blobs named by their SHA-256, a manifest by the digest of its snapshot.

Law: a manifest is there only when all its blobs are, so an upload that was cut off leaves nothing that can be named.
What is read back is hashed again.
"""

import json
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

from guard.audit.canonical import PREFIX, canonical, raw, sha256
from guard.shell.errors import AuditUnavailable, InvariantBroken, NotFound
from guard.shell.store.files import Disk
from guard.snapshot.files import belongs
from guard.snapshot.files import digest as core_digest

RECENT = 2  # snapshots kept in memory: the active one, and another that checks name


class Blobs:
    """Content by digest, in folders by its first two digits."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder, self._disk = folder, disk
        disk.make_folder(folder)

    def put(self, content: bytes) -> str:
        """Store some content durably; its digest. AuditUnavailable if there is no room."""
        (digest,) = self.put_all((content,))
        return digest

    def put_all(self, contents: tuple[bytes, ...]) -> tuple[str, ...]:
        """Store several contents durably, each folder synced once; their digests in order."""
        digests = tuple(sha256(content) for content in contents)
        touched: set[Path] = set()
        try:
            for digest, content in zip(digests, contents, strict=True):
                path = self.path(digest)
                if not path.exists():
                    self._disk.make_folder(path.parent)
                    self._disk.made(path, content)
                    touched.add(path.parent)
            for folder in sorted(touched):
                self._disk.sync_folder(folder)
        except OSError as error:
            raise AuditUnavailable("state-unavailable", f"the state folder cannot be written: {error}") from error
        return digests

    def get(self, digest: str) -> bytes:
        """The content of a digest; InvariantBroken if it is gone or another."""
        try:
            content = self.path(digest).read_bytes()
        except OSError as error:
            raise InvariantBroken("content-lost", f"the content of {digest} cannot be read: {error}") from error
        if sha256(content) != digest:
            raise InvariantBroken("content-damaged", f"the content of {digest} was altered on the disk")
        return content

    def path(self, digest: str) -> Path:
        """Where the content of a digest lies; ValueError for what is no digest."""
        name = raw(digest).hex()
        return self._folder / name[:2] / name[2:]


class Snapshots:
    """Whole folders by the digest that the core gives them."""

    def __init__(self, folder: Path, blobs: Blobs, disk: Disk) -> None:
        self._folder, self._blobs, self._disk = folder, blobs, disk
        disk.make_folder(folder)
        self._recent: OrderedDict[str, Mapping[str, bytes]] = OrderedDict()

    def put(self, files: Mapping[str, bytes]) -> str:
        """Store a snapshot, without the files that belong to none; its digest. Nothing can be named before all is."""
        paths = sorted(path for path in files if belongs(path))
        digest = snapshot_digest({path: files[path] for path in paths})
        path = self._path(digest)
        if not path.exists():
            blobs = self._blobs.put_all(tuple(files[path] for path in paths))
            try:
                self._disk.written(path, canonical(dict(zip(paths, blobs, strict=True))))
            except OSError as error:
                raise AuditUnavailable("state-unavailable", f"the state folder cannot be written: {error}") from error
        return digest

    def has(self, digest: str) -> bool:
        """Whether a snapshot is here; False for what is no digest."""
        try:
            return self._path(digest).exists()
        except ValueError:
            return False

    def files(self, digest: str) -> Mapping[str, bytes]:
        """The files of a snapshot; NotFound if it is not here. The last ones read are kept in memory."""
        if digest in self._recent:
            self._recent.move_to_end(digest)
            return self._recent[digest]
        if not self.has(digest):
            raise NotFound("unknown-snapshot", f"the server does not hold snapshot {digest}")
        manifest: dict[str, str] = json.loads(self._path(digest).read_bytes())
        files = {path: self._blobs.get(blob) for path, blob in manifest.items()}
        if snapshot_digest(files) != digest:
            raise InvariantBroken("content-damaged", f"the manifest of {digest} was altered on the disk")
        self._recent[digest] = files
        if len(self._recent) > RECENT:
            self._recent.popitem(last=False)
        return files

    def _path(self, digest: str) -> Path:
        return self._folder / manifest_name(digest)


def manifest_name(digest: str) -> str:
    """The file that says what a snapshot consists of; ValueError for what is no digest."""
    if not digest.startswith(PREFIX):
        raise ValueError(f"{digest!r} is not a digest")
    return f"{raw(digest).hex()}.json"


def snapshot_digest(files: Mapping[str, bytes]) -> str:
    """The digest of a snapshot from the files as they are on a disk."""
    return core_digest({path: content.decode("utf-8", "surrogateescape") for path, content in files.items()})
