"""Files as people save them: with and without byte order marks, in UTF-8, UTF-16 or neither."""

from __future__ import annotations

from pathlib import Path

import pytest

from guard.shell.cli.folder import read_text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_the_text_is_the_same_however_it_was_saved(tmp_path: Path, encoding: str) -> None:
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    (tmp_path / "r1.cfg").write_bytes(f"{mark}hostname r1\r\n".encode(encoding))
    assert read_text(tmp_path / "r1.cfg") == "hostname r1\n"


def test_bytes_of_an_old_banner_are_kept(tmp_path: Path) -> None:
    (tmp_path / "r1.cfg").write_bytes(b"banner motd \xe9\n")
    assert read_text(tmp_path / "r1.cfg").encode("utf-8", "surrogateescape") == b"banner motd \xe9\n"
