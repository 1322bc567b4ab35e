"""Zones as an authoritative server has them: AXFR (RFC 5936), IXFR (RFC 1995) onto an earlier copy, TSIG (RFC 8945).

Law: a zone is what the server sent, whole, or there is none. An earlier copy counts only if its first line names the
serial and the digest of what follows: a file that somebody has edited is fetched whole.
"""

from __future__ import annotations

import hashlib
import re
import socket
from dataclasses import dataclass

import dns.exception
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.tsig
import dns.xfr
import dns.zone

from guard.model.errors import InputInvalid
from guard.shell.errors import GuardError, NotFound, NotPermitted, ServerUnavailable, TimedOut

PORT = 53
_HEAD = re.compile(r"; pulled from \S+ serial ([0-9]+) sha256 ([0-9a-f]{64})\n")
_BIND_KEY = re.compile(
    r'key\s+"?(?P<name>[^\s"{]+)"?\s*\{[^}]*?algorithm\s+"?(?P<algorithm>[A-Za-z0-9.-]+)"?\s*;'
    r'[^}]*?secret\s+"(?P<secret>[^"]+)"\s*;'
)
_BIND_KEY_SECRET_FIRST = re.compile(
    r'key\s+"?(?P<name>[^\s"{]+)"?\s*\{[^}]*?secret\s+"(?P<secret>[^"]+)"\s*;'
    r'[^}]*?algorithm\s+"?(?P<algorithm>[A-Za-z0-9.-]+)"?\s*;'
)
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*|#[^\n]*", re.DOTALL)
#: What a server says that will not give the zone; any other code may pass (SERVFAIL).
_REFUSALS: dict[str, type[GuardError]] = {"REFUSED": NotPermitted, "NOTAUTH": NotPermitted, "NXDOMAIN": NotFound}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a server listens; `shown` as the caller wrote it."""

    address: str
    port: int
    shown: str


@dataclass(frozen=True, slots=True)
class Pulled:
    """One zone as a master file. `how`: AXFR, IXFR (differences alone were sent), or unchanged."""

    apex: str
    serial: int
    records: int
    how: str
    text: str


def endpoint(text: str) -> Endpoint:
    """`HOST`, `HOST:PORT`, `ADDRESS` or `[ADDRESS]:PORT`."""
    host, port = text, ""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    if not host or (port and not (port.isdecimal() and 0 < int(port) < 65536)):
        raise InputInvalid("usage", f"--from {text}: HOST or HOST:PORT is wanted")
    number = int(port) if port else PORT
    try:
        found = socket.getaddrinfo(host, number, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ServerUnavailable("unreachable", f"{host} has no address: {error}") from None
    return Endpoint(str(found[0][4][0]), number, text)


def tsig_key(text: str, file: str) -> dns.tsig.Key:
    """A key file of BIND (`key "name" { algorithm …; secret "…"; };`) or one line as nsupdate's -y takes it."""
    plain = _COMMENT.sub("", text)
    found = _BIND_KEY.search(plain) or _BIND_KEY_SECRET_FIRST.search(plain)
    if found is not None:
        name, algorithm, secret = found["name"], found["algorithm"], found["secret"]
    else:
        words = plain.strip().split(":")
        if len(words) not in (2, 3) or any(not word or word.split() != [word] for word in words):
            raise InputInvalid("invalid-key", "neither a key of BIND nor [algorithm:]name:secret", file, 1)
        algorithm, name, secret = words if len(words) == 3 else ("hmac-sha256", *words)
    try:
        key = dns.tsig.Key(name, secret, algorithm.lower())
        dns.tsig.get_context(key)  # type: ignore[no-untyped-call]
    except (dns.exception.DNSException, ValueError, NotImplementedError):
        raise InputInvalid("invalid-key", "name, algorithm or secret of the key cannot be read", file, 1) from None
    return key


def transfer(
    server: Endpoint, zone: str, *, known: str | None = None, key: dns.tsig.Key | None = None, timeout: float = 30.0
) -> Pulled:
    """The zone as the server has it. `known`: the text of an earlier transfer; `timeout` bounds each answer, in s."""
    origin = _origin(zone)
    base = _earlier(known, origin)
    if base is not None:
        try:
            return _fetched(server, origin, base, key, timeout)
        except (dns.exception.DNSException, KeyError, ValueError, NotPermitted, NotFound):
            pass  # the differences do not fit what is here, or the server gives no differences: the whole zone then
    try:
        return _fetched(server, origin, None, key, timeout)
    except (dns.exception.DNSException, KeyError, ValueError) as error:
        raise ServerUnavailable("bad-transfer", f"{server.shown} sends no transfer of {zone}: {error}") from None


def _origin(zone: str) -> dns.name.Name:
    try:
        return dns.name.from_text(zone).canonicalize()
    except (dns.exception.DNSException, UnicodeError) as error:
        raise InputInvalid("usage", f"--zone {zone}: {error}") from None


def _earlier(text: str | None, origin: dns.name.Name) -> dns.zone.Zone | None:
    """The zone of an earlier transfer, if nobody has touched its file since."""
    head = _HEAD.match(text) if text is not None else None
    if text is None or head is None or _digest(text[head.end() :]) != head[2]:
        return None
    try:
        zone = dns.zone.from_text(text[head.end() :], origin=origin, relativize=False, allow_directives=False)
    except dns.exception.DNSException:
        return None
    return zone if _serial(zone) == int(head[1]) else None


def _fetched(
    server: Endpoint, origin: dns.name.Name, base: dns.zone.Zone | None, key: dns.tsig.Key | None, timeout: float
) -> Pulled:
    zone = base if base is not None else dns.zone.Zone(origin, relativize=False)
    before = _serial(zone) if base is not None else None
    query, _ = dns.xfr.make_query(zone, serial=0 if base is not None else None)
    if key is not None:
        query.use_tsig(key)
    name = origin.to_text()
    try:
        dns.query.inbound_xfr(
            server.address, zone, query, port=server.port, timeout=timeout, raise_on_serial_went_backwards=False
        )
    except dns.xfr.TransferError as error:
        code = dns.rcode.to_text(error.rcode)
        refusal = _REFUSALS.get(code, ServerUnavailable)
        raise refusal("transfer-refused", f"{server.shown} refuses {name}: {code}") from None
    except (dns.tsig.PeerError, dns.tsig.BadSignature, dns.exception.ValidationFailure) as error:
        raise NotPermitted("transfer-refused", f"{server.shown} and the key do not agree: {error}") from None
    except (dns.exception.Timeout, TimeoutError):
        raise TimedOut("timed-out", f"{server.shown} does not answer within {timeout:g} s") from None
    except (OSError, EOFError) as error:
        raise ServerUnavailable("unreachable", f"{server.shown} cannot be reached: {error}") from None
    how = "AXFR" if base is None else "unchanged" if _serial(zone) == before else "IXFR"
    return _pulled(server, zone, how)


def _pulled(server: Endpoint, zone: dns.zone.Zone, how: str) -> Pulled:
    assert zone.origin is not None
    lines = list(_lines(zone))
    body = "".join(lines)
    serial = _serial(zone)
    head = f"; pulled from {server.shown} serial {serial} sha256 {_digest(body)}\n"
    return Pulled(zone.origin.to_text(), serial, len(lines), how, head + body)


def _lines(zone: dns.zone.Zone) -> list[str]:
    """A record a line, absolute; the SOA first, the others in the order of DNSSEC, so that two pulls compare."""
    found: list[tuple[bool, dns.name.Name, str]] = []
    for name, ttl, rdata in zone.iterate_rdatas():
        type = dns.rdatatype.to_text(rdata.rdtype)
        text = rdata.to_text().replace("\n", " ")
        found.append((rdata.rdtype != dns.rdatatype.SOA, name, f"{name.to_text()} {ttl} IN {type} {text}\n"))
    return [line for *_, line in sorted(found)]


def _serial(zone: dns.zone.Zone) -> int:
    assert zone.origin is not None
    return int(zone.find_rdataset(zone.origin, "SOA")[0].serial)


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8", "surrogateescape")).hexdigest()
