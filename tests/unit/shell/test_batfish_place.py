"""Where a Batfish is, and whose a network on it is."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from guard.shell.batfish import lease
from guard.shell.batfish.place import Place, configured, forked_failures, place
from guard.shell.errors import RequestInvalid


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("batfish.example", "batfish.example", 9996),
        ("batfish.example:19996", "batfish.example", 19996),
        ("192.0.2.1", "192.0.2.1", 9996),
        ("[2001:db8::1]:1234", "2001:db8::1", 1234),
        ("[2001:db8::1]", "2001:db8::1", 9996),
        ("2001:db8::1", "2001:db8::1", 9996),
    ],
)
def test_places(text: str, host: str, port: int) -> None:
    assert place(text) == Place(host, port)
    assert place(str(place(text))) == Place(host, port)


@pytest.mark.parametrize("text", ["", ":9996", "host:", "host:0", "host:66000", "host:x", "http://host:1", "[::1]:x"])
def test_no_places(text: str) -> None:
    with pytest.raises(RequestInvalid, match="is not HOST or HOST:PORT"):
        place(text)


def test_what_is_told_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GUARD_BATFISH", raising=False)
    assert configured(None) is None
    monkeypatch.setenv("GUARD_BATFISH", "one.example")
    assert configured(None) == Place("one.example", 9996)
    assert configured("other.example:1") == Place("other.example", 1)


def test_names_never_clash_and_name_this_process() -> None:
    names = {lease.new_name() for _ in range(100)}
    assert len(names) == 100
    assert {(found.pid, lease.is_left_behind(name)) for name in names if (found := lease.read_name(name))} == {
        (os.getpid(), False)
    }


def test_what_a_dead_process_made_is_left_behind() -> None:
    code = "from guard.shell.batfish.lease import new_name; print(new_name())"
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert lease.read_name(made) is not None
    assert lease.is_left_behind(made)


def test_another_process_with_the_same_number_does_not_keep_it() -> None:
    machine, pid, started, made = lease.read_name(lease.new_name()) or pytest.fail("unreadable")
    if started == 0:
        pytest.skip("no /proc here: when a process started is not told")
    assert lease.is_left_behind(f"guard-{machine}-{pid}-{started + 1}-{made}-0123456789ab")


def test_another_machines_is_kept_until_it_is_old() -> None:
    _, pid, started, made = lease.read_name(lease.new_name()) or pytest.fail("unreadable")
    other = f"guard-00000000-{pid}-{started}-{{}}-0123456789ab"
    assert not lease.is_left_behind(other.format(made))
    assert lease.is_left_behind(other.format(made - lease.LEASE - 1))


@pytest.mark.parametrize("name", ["pcp_1234", "guard", "guard-x-1-1-1-1", "production", ""])
def test_networks_of_others_are_never_ours(name: str) -> None:
    assert lease.read_name(name) is None
    assert not lease.is_left_behind(name)


@pytest.mark.parametrize(("text", "count"), [("", 8), ("0", 0), ("20", 20), (" All ", None)])
def test_how_many_failures_are_forked(text: str, count: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUARD_BATFISH_FAILURES", text)
    assert forked_failures() == count


@pytest.mark.parametrize("text", ["many", "-1", "1.5", "٣"])
def test_a_number_of_failures_that_is_none_is_the_callers_mistake(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUARD_BATFISH_FAILURES", text)
    with pytest.raises(RequestInvalid, match="a number of failures, or all"):
        forked_failures()
