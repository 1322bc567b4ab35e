"""The server's settings: what is unknown is an error with its line, what is insecure must be said in words."""

from pathlib import Path

import pytest

from guard.shell.errors import RequestInvalid
from guard.shell.settings import Limits, Settings, Tls, is_loopback, load_settings, split_address


def loaded(tmp_path: Path, text: str, **options: object) -> Settings:
    path = tmp_path / "guard.yaml"
    path.write_text(text)
    return load_settings(path, **options)  # type: ignore[arg-type]


def test_nothing_needs_to_be_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    settings = load_settings(None)
    assert (settings.listen, settings.state, settings.tls) == ("127.0.0.1:50051", tmp_path / "guard", None)
    assert loaded(tmp_path, "") == settings


def test_everything_can_be_said(tmp_path: Path) -> None:
    settings = loaded(tmp_path, """
listen: 0.0.0.0:7000
state: state
head: /mnt/other/head
policies: policies
tls: {cert: server.pem, key: server.key, client_ca: ca.pem}
submitter_may_approve: false
engine: both
batfish: batfish.example
workers: 3
limits: {checks: 4, check_seconds: 1.5}
""")
    assert settings == Settings(
        listen="0.0.0.0:7000", state=tmp_path / "state", head=Path("/mnt/other/head"), policies=tmp_path / "policies",
        tls=Tls(tmp_path / "server.pem", tmp_path / "server.key", tmp_path / "ca.pem"), submitter_may_approve=False,
        engine="both", batfish="batfish.example", workers=3, limits=Limits(checks=4, check_seconds=1.5))


def test_the_command_line_goes_before_the_file(tmp_path: Path) -> None:
    settings = loaded(tmp_path, "listen: 127.0.0.1:1\nstate: a\n", listen="127.0.0.1:2", state=Path("/b"))
    assert (settings.listen, settings.state) == ("127.0.0.1:2", Path("/b"))


@pytest.mark.parametrize(("text", "line", "message"), [
    ("workers: 1\nlisten_on: x\n", 2, "unknown key 'listen_on'"),
    ("limits:\n  checks: 1\n  speed: 1\n", 3, "unknown key 'speed'"),
    ("tls: {cert: a}\n", 1, "key 'key' is missing"),
    ("workers: 0\n", 1, "0 is outside 1..256"),
    ("workers: many\n", 1, "expected a number"),
    ("limits: {check_seconds: -1}\n", 1, "outside"),
    ("allow_insecure_remote: please\n", 1, "expected true or false"),
    ("engine: magic\n", 1, "is not one of"),
    ("a: 1\n---\nb: 2\n", 3, "one document of settings is enough"),
])
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    with pytest.raises(RequestInvalid) as caught:
        loaded(tmp_path, text)
    assert message in caught.value.message
    assert caught.value.line == line


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RequestInvalid, match="the settings cannot be read"):
        load_settings(tmp_path / "none.yaml")


@pytest.mark.parametrize("listen", ["0.0.0.0:1", "[::]:1", "192.0.2.1:1", "guard.example:1"])
def test_beyond_loopback_needs_tls_with_client_certificates_or_words(tmp_path: Path, listen: str) -> None:
    quoted = f'listen: "{listen}"\n'
    with pytest.raises(RequestInvalid, match="is beyond loopback: give tls"):
        loaded(tmp_path, quoted)
    with pytest.raises(RequestInvalid, match="nobody who calls would be known"):
        loaded(tmp_path, quoted + "tls: {cert: a, key: b}\n")
    assert loaded(tmp_path, quoted + "tls: {cert: a, key: b, client_ca: c}\n").tls
    assert loaded(tmp_path, quoted + "allow_insecure_remote: true\n").tls is None


@pytest.mark.parametrize("listen", ["127.0.0.1:0", "127.9.9.9:1", "[::1]:1", "localhost:1"])
def test_loopback_needs_nothing(tmp_path: Path, listen: str) -> None:
    assert loaded(tmp_path, f'listen: "{listen}"\n').listen == listen
    assert is_loopback(split_address(listen)[0])


@pytest.mark.parametrize("address", ["", "x", ":1", "x:", "x:y", "x:99999", "x:-1"])
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(RequestInvalid, match="is not HOST:PORT"):
        split_address(address)
