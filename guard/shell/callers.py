"""Who calls: the name in the client certificate, or on loopback the user of the operating system.

Law: a name that nothing vouches for is no name. On loopback the kernel tells whose socket it is; the name that the
client sends is believed where the kernel agrees, where it cannot be asked, and from root, who may act for anybody.
"""

import ipaddress
import pwd
import sys
from dataclasses import dataclass
from pathlib import Path

TCP_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
ROOT = 0


@dataclass(frozen=True, slots=True)
class Caller:
    """`known`: whether something vouches for the name. `how`: what does."""

    name: str
    known: bool
    how: str


@dataclass(frozen=True, slots=True)
class Peer:
    """The other end of a connection by address and port."""

    host: str
    port: int


def from_certificate(names: tuple[str, ...]) -> Caller:
    """Who a verified client certificate names: its common name, else its first alternative name."""
    return Caller(names[0], True, "certificate") if names and names[0] else Caller("anonymous", False, "tls")


def from_peer(peer: Peer | None, claimed: str, listen_port: int) -> Caller:
    """Who calls without TLS: known on loopback alone."""
    if peer is None:
        return Caller("anonymous", False, "unknown")
    if not ipaddress.ip_address(peer.host).is_loopback:
        return Caller(f"anonymous@{peer.host}", False, "network")
    uid = socket_owner(peer.port, listen_port)
    if uid is None or uid == ROOT:
        name = claimed or (_user(uid) if uid is not None else "")
        return Caller(name or "anonymous", bool(name), "loopback")
    return Caller(_user(uid), True, "loopback")


def parse_peer(text: str) -> Peer | None:
    """The peer as gRPC writes it: `ipv4:127.0.0.1:5000`, `ipv6:%5B::1%5D:5000`; None for what is neither."""
    kind, _, rest = text.partition(":")
    host, _, port = rest.replace("%5B", "[").replace("%5D", "]").rpartition(":")
    if kind not in ("ipv4", "ipv6") or not port.isdecimal():
        return None
    return Peer(host.strip("[]").partition("%")[0], int(port))


def socket_owner(port: int, remote_port: int) -> int | None:
    """The user id that owns the local TCP socket from `port` to `remote_port`; None where it cannot be found out."""
    if not sys.platform.startswith("linux"):
        return None
    for table in TCP_TABLES:
        try:
            lines = table.read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if _port(fields[1]) == port and _port(fields[2]) == remote_port:
                return int(fields[7])
    return None


def _port(address: str) -> int:
    return int(address.rpartition(":")[2], 16)


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid-{uid}"
