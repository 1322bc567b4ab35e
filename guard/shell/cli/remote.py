"""Commands that a server carries out: check, approve, done, snapshot."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from guard.model.errors import InputInvalid
from guard.shell.cli.folder import read_change, read_snapshot
from guard.shell.cli.output import EXIT_CODES, deliver
from guard.shell.cli.progress import Progress
from guard.shell.cli.table import print_rows
from guard.shell.server.client import Change, Client, ClientTls


def run(arguments: argparse.Namespace) -> int:
    """Connect, and do what the command says."""
    with connect(arguments) as client:
        match arguments.command:
            case "check":
                return _check(client, arguments)
            case "approve":
                judged = client.approve(arguments.entry, arguments.reason)
                print(f"{judged.verdict}: the HOLD of entry {arguments.entry} is approved")
                return EXIT_CODES[judged.verdict]
            case "done":
                entry = client.report(arguments.change, arguments.result)
                print(f"{arguments.change} is {arguments.result} (entry {entry.id})")
                return 0
            case _:
                return _snapshot(client, arguments)


def connect(arguments: argparse.Namespace) -> Client:
    """A client as the options say: plain on loopback, TLS with an authority."""
    if arguments.tls_ca is None:
        if arguments.tls_cert or arguments.tls_key:
            raise InputInvalid("usage", "--tls-cert and --tls-key go with --tls-ca")
        return Client(arguments.server)
    cert, key = (Path(each) if each else None for each in (arguments.tls_cert, arguments.tls_key))
    return Client(arguments.server, ClientTls(Path(arguments.tls_ca), cert, key))


def _check(client: Client, arguments: argparse.Namespace) -> int:
    path = Path(arguments.change)
    text, files = read_change(path)
    snapshot = client.ensure_snapshot(read_snapshot(Path(arguments.snapshot))) if arguments.snapshot else ""
    judged = client.stream_check(
        Change(path.name, text, files),
        Progress(arguments.format),
        snapshot=snapshot,
        engine=arguments.engine or "",
        failures=arguments.failures,
        request_id=arguments.request_id or "",
        timeout=arguments.timeout,
    )
    deliver(judged.document, arguments.format, arguments.output)
    return EXIT_CODES[judged.verdict]


def _snapshot(client: Client, arguments: argparse.Namespace) -> int:
    if arguments.action == "list":
        print_rows([asdict(each) for each in client.list_snapshots()], arguments.format)
        return 0
    if arguments.what is None:
        raise InputInvalid("usage", f"snapshot {arguments.action} wants a folder (put) or a digest (activate)")
    if arguments.action == "put":
        stored = client.put_snapshot(read_snapshot(Path(arguments.what)))
        print_rows([asdict(stored)], arguments.format)
        return 0
    entry = client.activate(arguments.what)
    print(f"{arguments.what} is active (entry {entry.id})")
    return 0
