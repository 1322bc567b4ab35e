"""Reading from disk what a command names: snapshot folders, change files and the files they name, policies.

Law: nothing outside the named folder is read. A symbolic link that leaves it is an error, not a way out.
"""

from __future__ import annotations

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from pathlib import Path

from guard.model.errors import InputInvalid
from guard.parse.change_files import files_named
from guard.snapshot.files import belongs

MAX_FILE = 256 << 20  # bytes; a zone of a million records has about 40 MB
MAX_TOTAL = 2 << 30


def read_snapshot(folder: Path) -> dict[str, str]:
    """Every file of a snapshot folder that is part of the snapshot, by relative path.

    A folder that has neither configs/ nor hosts/ nor zones/ but configuration or zone files of its own is taken so.
    """
    if not folder.is_dir():
        raise InputInvalid("no-snapshot", f"{folder} is not a folder", str(folder))
    inside = folder.resolve()
    files: dict[str, str] = {}
    total = 0
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not belongs(name) or path.is_dir():
            continue
        if not path.resolve().is_relative_to(inside):
            raise InputInvalid("path-outside", f"{name} leads out of the snapshot", str(path))
        text = read_text(path)
        total += len(text)
        if total > MAX_TOTAL:
            raise InputInvalid("too-large", f"more than {MAX_TOTAL >> 20} MiB", str(folder))
        files[name] = text
    if not any(name.startswith(("configs/", "hosts/", "zones/")) for name in files):
        files |= _flat(folder)
    if not files:
        raise InputInvalid("no-snapshot", "neither configs/ nor zones/ in it", str(folder))
    return files


def _flat(folder: Path) -> dict[str, str]:
    """What a folder holds of bare configurations and zones."""
    files = {}
    for path in sorted(folder.iterdir()):
        place = {".cfg": "configs", ".conf": "configs", ".txt": "configs", ".zone": "zones"}.get(path.suffix)
        if place and path.is_file() and not path.is_symlink():
            files[f"{place}/{path.name}"] = read_text(path)
    return files


def read_change(path: Path) -> tuple[str, dict[str, str]]:
    """A change file and the files that it names, which lie in its own folder or below (CONTRACT 3)."""
    text = read_text(path)
    inside = path.parent.resolve()
    files = {}
    for name in files_named(text, str(path)):
        wanted = path.parent / name
        if not wanted.resolve().is_relative_to(inside):
            raise InputInvalid("path-outside", f"{name} leads out of the change's folder", str(path))
        parts = sorted(wanted.glob("*.y*ml")) if wanted.is_dir() else [wanted]
        for part in parts:  # a missing one is reported by the parser, with the line that names it
            if not part.resolve().is_relative_to(inside):
                raise InputInvalid("path-outside", f"{part.name} leads out of the change's folder", str(path))
            if part.is_file():
                files[name if part is wanted else f"{name}/{part.name}"] = read_text(part)
    return text, files


def read_policies(path: Path) -> dict[str, str]:
    """A policy file, or every .yaml file of a folder."""
    if path.is_dir():
        return {str(each): read_text(each) for each in sorted(path.rglob("*.y*ml")) if each.is_file()}
    return {str(path): read_text(path)}


def read_text(path: Path) -> str:
    """A file as text. A byte order mark goes, and tells UTF-16; bytes that are no UTF-8 are kept, by surrogates."""
    try:
        if path.stat().st_size > MAX_FILE:
            raise InputInvalid("too-large", f"more than {MAX_FILE >> 20} MiB", str(path))
        read = path.read_bytes()
        wide = read[:2] in (BOM_UTF16_LE, BOM_UTF16_BE)  # as Windows saves "Unicode"
        text = read.decode("utf-16", "replace") if wide else read.decode("utf-8", "surrogateescape")
        return text.removeprefix("\ufeff").replace("\r\n", "\n")
    except FileNotFoundError:
        raise InputInvalid("missing-file", "there is no such file", str(path)) from None
    except OSError as error:
        raise InputInvalid("unreadable-file", error.strerror or str(error), str(path)) from None
