"""A snapshot that comes in pieces: bounded while it comes, and all of it or nothing.

Law: no path leaves its folder; no link, device or folder can be named, for there are only paths and contents. What has
come of an upload that breaks off was in memory alone.
"""

from collections.abc import AsyncIterator

from guard.shell.errors import RequestInvalid, TooLarge
from guard.shell.server.pb import snapshots_pb2
from guard.shell.settings import Limits

MAX_PATH = 512


class Upload:
    """What has come so far."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._files: dict[str, bytearray] = {}
        self._sizes: dict[str, int] = {}
        self._current: str | None = None
        self._total = 0
        self._header: snapshots_pb2.PutHeader | None = None

    @property
    def digest(self) -> str:
        """The digest that the client announced; empty if it announced none."""
        return self._header.digest if self._header else ""

    def take(self, part: snapshots_pb2.PutRequest) -> None:
        """Take the next piece; RequestInvalid or TooLarge at the first that cannot be."""
        match part.WhichOneof("part"):
            case "header":
                self._take_header(part.header)
            case "file":
                self._take_file(part.file)
            case "chunk":
                self._take_chunk(part.chunk)
            case _:
                raise RequestInvalid("empty-part", "an upload has an empty part", "snapshot")

    def files(self) -> dict[str, bytes]:
        """The files, once everything has come; RequestInvalid if something is missing."""
        if self._header is None or not self._files:
            raise RequestInvalid("empty-snapshot", "the upload has no files", "snapshot")
        for path, content in self._files.items():
            if len(content) != self._sizes[path]:
                raise RequestInvalid("torn-upload", f"{len(content)} of {self._sizes[path]} bytes came", path)
        expected = self._header.file_count or len(self._files)
        if len(self._files) != expected:
            raise RequestInvalid("torn-upload", f"{len(self._files)} of {expected} files came", "snapshot")
        return {path: bytes(content) for path, content in self._files.items()}

    def _take_header(self, header: snapshots_pb2.PutHeader) -> None:
        if self._header is not None:
            raise RequestInvalid("two-headers", "an upload has one header, before its files", "snapshot")
        self._header = header
        self._bounded(header.total_bytes, self._limits.snapshot_bytes, "bytes", "snapshot")
        self._bounded(header.file_count, self._limits.files, "files", "snapshot")

    def _take_file(self, start: snapshots_pb2.FileStart) -> None:
        if self._header is None:
            raise RequestInvalid("no-header", "an upload begins with its header", "snapshot")
        path = checked_path(start.path)
        if path in self._files:
            raise RequestInvalid("file-twice", "the file comes twice", path)
        self._bounded(start.size, self._limits.file_bytes, "bytes", path)
        self._bounded(len(self._files) + 1, self._limits.files, "files", "snapshot")
        self._current, self._sizes[path], self._files[path] = path, start.size, bytearray()

    def _take_chunk(self, chunk: bytes) -> None:
        if self._current is None:
            raise RequestInvalid("no-file", "a piece of a file comes before its name", "snapshot")
        content = self._files[self._current]
        self._total += len(chunk)
        self._bounded(self._total, self._limits.snapshot_bytes, "bytes", "snapshot")
        self._bounded(len(content) + len(chunk), self._limits.file_bytes, "bytes", self._current)
        announced = self._sizes[self._current]
        if len(content) + len(chunk) > announced:
            raise RequestInvalid("too-long", f"more than the {announced} bytes announced", self._current)
        content += chunk

    def _bounded(self, amount: int, limit: int, what: str, place: str) -> None:
        if amount < 0:
            raise RequestInvalid("negative-size", f"{amount} {what}", place)
        if amount > limit:
            raise TooLarge("too-large", f"more than {limit} {what}", place)


async def received(parts: AsyncIterator[snapshots_pb2.PutRequest], limits: Limits) -> Upload:
    """Everything that a client sends."""
    upload = Upload(limits)
    async for part in parts:
        upload.take(part)
    return upload


def checked_path(path: str) -> str:
    """A relative path with slashes that stays in its folder, as it stands; RequestInvalid otherwise."""
    parts = path.split("/")
    bad = (not path or len(path) > MAX_PATH or path.startswith("/") or "\\" in path or not path.isprintable()
           or any(part in ("", ".", "..") for part in parts))
    if bad:
        raise RequestInvalid("bad-path", "a path must be relative, with slashes, and stay in its folder", path[:80])
    return path
