"""Who calls: what vouches for a name, and what does not."""

import os
import pwd
import socket
from pathlib import Path

import pytest

from guard.shell import callers
from guard.shell.callers import Caller, Peer, from_certificate, from_peer, parse_peer, socket_owner

HEADER = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A table of the kernel with one socket, from port 40000 to 50051, of the user `nobody`."""
    uid = pwd.getpwnam("nobody").pw_uid
    path = tmp_path / "tcp"
    path.write_text(f"{HEADER}   0: 0100007F:9C40 0100007F:C383 01 00000000:00000000 00:00000000 00000000 {uid} 0 1\n")
    monkeypatch.setattr(callers, "TCP_TABLES", (path,))
    return path


@pytest.mark.parametrize(("text", "peer"), [
    ("ipv4:127.0.0.1:5000", Peer("127.0.0.1", 5000)),
    ("ipv6:%5B::1%5D:5000", Peer("::1", 5000)),
    ("ipv6:[::1]:5000", Peer("::1", 5000)),
    ("ipv6:%5Bfe80::1%25eth0%5D:5000", Peer("fe80::1", 5000)),
    ("unix:/run/guard", None),
    ("", None),
])
def test_peers_as_grpc_writes_them(text: str, peer: Peer | None) -> None:
    assert parse_peer(text) == peer


def test_a_certificate_names_the_caller() -> None:
    assert from_certificate(("alice", "alice.example")) == Caller("alice", True, "certificate")
    assert from_certificate(()) == Caller("anonymous", False, "tls")


def test_a_user_of_this_machine_cannot_take_another_name(table: Path) -> None:
    peer = Peer("127.0.0.1", 40000)
    assert from_peer(peer, "alice", 50051) == Caller("nobody", True, "loopback")


def test_where_the_kernel_does_not_know_the_claim_is_believed_on_loopback(table: Path) -> None:
    assert from_peer(Peer("127.0.0.1", 1), "alice", 50051) == Caller("alice", True, "loopback")
    assert from_peer(Peer("127.0.0.1", 1), "", 50051) == Caller("anonymous", False, "loopback")


def test_root_may_act_for_anybody(table: Path) -> None:
    table.write_text(table.read_text().replace(f" {pwd.getpwnam('nobody').pw_uid} 0 1", " 0 0 1"))
    assert from_peer(Peer("127.0.0.1", 40000), "alice", 50051) == Caller("alice", True, "loopback")
    assert from_peer(Peer("127.0.0.1", 40000), "", 50051) == Caller("root", True, "loopback")


def test_nobody_vouches_for_a_name_from_the_network(table: Path) -> None:
    assert from_peer(Peer("192.0.2.1", 40000), "alice", 50051) == Caller("anonymous@192.0.2.1", False, "network")
    assert from_peer(None, "alice", 50051) == Caller("anonymous", False, "unknown")


def test_the_kernel_knows_whose_socket_it_is() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        listening = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", listening)) as client:
            assert socket_owner(client.getsockname()[1], listening) == os.getuid()
            assert socket_owner(listening, 1) is None
