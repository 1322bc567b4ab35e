"""The service over TLS: the client certificate names the caller, and without one there is no conversation."""

import ipaddress
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from guard.shell.errors import NotAuthenticated, NotPermitted, ServerUnavailable
from guard.shell.server.client import Change, Client, ClientTls

FILES = {"configs/r1.cfg": "hostname r1\n"}
HOLD = Change("change.yaml", "verdict: HOLD\nauthor: alice\n", {})


class Authority:
    """Signs certificates into a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._key, self._name = folder, ec.generate_private_key(ec.SECP256R1()), _name(name)
        self.path = folder / f"{name}.pem"
        self.path.write_bytes(self._signed(self._name, self._key, authority=True).public_bytes(Encoding.PEM))

    def issue(self, name: str) -> tuple[Path, Path]:
        key = ec.generate_private_key(ec.SECP256R1())
        cert, private = self._folder / f"{name}.cert.pem", self._folder / f"{name}.key.pem"
        cert.write_bytes(self._signed(_name(name), key, authority=False).public_bytes(Encoding.PEM))
        private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return cert, private

    def _signed(self, name: x509.Name, key: Any, *, authority: bool) -> x509.Certificate:
        now = datetime.now(UTC)
        addresses = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        builder = (x509.CertificateBuilder().subject_name(name).issuer_name(self._name).public_key(key.public_key())
                   .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(hours=1))
                   .not_valid_after(now + timedelta(hours=1)).add_extension(addresses, critical=False)
                   .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True))
        return builder.sign(self._key, hashes.SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "authority")


def settings(authority: Authority, *, clients: bool = True) -> str:
    cert, key = authority.issue("guard.example")
    ca = f", client_ca: {authority.path}" if clients else ""
    return f"workers: 1\ntls: {{cert: {cert}, key: {key}{ca}}}\n"


def client(address: str, authority: Authority, name: str) -> Client:
    return Client(address, ClientTls(authority.path, *authority.issue(name)), user="somebody-else")


def test_the_certificate_names_the_caller(serve: Callable[..., Any], authority: Authority) -> None:
    address = serve(settings=settings(authority)).address
    with client(address, authority, "alice") as alice, client(address, authority, "bob") as bob:
        alice.put_snapshot(FILES)
        held = alice.check(HOLD).document["entry"]["id"]
        with pytest.raises(NotPermitted, match="alice cannot approve"):
            alice.approve(held, "mine")
        assert bob.approve(held, "seen").verdict == "ALLOW"
        assert [entry["caller"] for entry in alice.audit_list()] == ["alice", "alice", "alice", "alice", "bob"]


def test_who_sent_a_change_may_be_kept_from_approving_it(serve: Callable[..., Any], authority: Authority) -> None:
    address = serve(settings=settings(authority) + "submitter_may_approve: false\n").address
    with client(address, authority, "bob") as bob, client(address, authority, "carol") as carol:
        bob.put_snapshot(FILES)
        held = bob.check(HOLD).document["entry"]["id"]
        with pytest.raises(NotPermitted, match="bob cannot approve"):
            bob.approve(held, "it says alice wrote it")
        assert carol.approve(held, "seen").verdict == "ALLOW"


def test_without_a_certificate_of_the_authority_there_is_no_conversation(
    serve: Callable[..., Any], authority: Authority, tmp_path: Path
) -> None:
    address = serve(settings=settings(authority)).address
    (tmp_path / "stranger").mkdir()
    stranger = Authority(tmp_path / "stranger", "authority").issue("alice")
    for tls in (ClientTls(authority.path), ClientTls(authority.path, *stranger), None):
        with Client(address, tls, user="alice") as refused, pytest.raises(ServerUnavailable):
            refused.list_snapshots()


def test_over_tls_without_client_certificates_nobody_is_known(
    serve: Callable[..., Any], authority: Authority
) -> None:
    address = serve(settings=settings(authority, clients=False)).address
    with Client(address, ClientTls(authority.path), user="alice") as nobody:
        with pytest.raises(NotAuthenticated, match="anonymous cannot put a snapshot"):
            nobody.put_snapshot(FILES)
        assert [entry["kind"] for entry in nobody.audit_list()] == ["invalid-request"]
