"""The command line (CONTRACT 5): arguments to calls, errors to exit codes. Everything heavy is imported where used."""

from __future__ import annotations

import argparse
import atexit
import gc
import json
import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module

from guard import __version__
from guard.model.errors import InputInvalid
from guard.shell.errors import GuardError, InvariantBroken, exit_code

DONE, BLOCK, INVALID, HOLD, NO_VERDICT = 0, 1, 2, 3, 4
FORMATS = ("text", "json", "markdown", "sarif", "html")
ENGINES = ("embedded", "batfish", "both", "rehearsal")
TABLES = ("routes", "bgp", "sessions", "interfaces", "edges", "reachability", "services", "zones")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    arguments = parser().parse_args(argv)
    gc.disable()  # one command, then the process ends: looking for cycles took half the time of a large network
    try:
        code = import_module(f"guard.shell.cli.{arguments.module}").run(arguments)
    except (InputInvalid, GuardError) as error:
        return _failed(arguments, error)
    except KeyboardInterrupt:
        return NO_VERDICT
    except BrokenPipeError:  # the reader of a pipe went away: nothing was decided for it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NO_VERDICT
    except Exception as error:  # a bug, and no verdict: Python's own exit code 1 would read as BLOCK
        traceback.print_exc()
        return _failed(arguments, InvariantBroken("internal", f"{type(error).__name__}: {error}"))
    return int(code)


def entry() -> None:
    """`main` as a process of its own.

    It ends without taking apart, object by object, what it computed: that takes seconds after a large network.
    """
    code = main()
    if "serve" in sys.argv[1:2]:  # a server has threads to wait for
        sys.exit(code)
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # a reader that went away, or a full disk: the verdict did not arrive
        code = NO_VERDICT
    os._exit(code)


def _failed(arguments: argparse.Namespace, error: InputInvalid | GuardError) -> int:
    """Say what is wrong, as JSON where JSON was asked for; there is no verdict."""
    if getattr(arguments, "format", "") == "json":
        fields = {"code": error.code, "message": error.message, "file": error.file, "line": error.line}
        print(json.dumps({"error": fields}, ensure_ascii=False))
    else:
        print(f"guard: {error}", file=sys.stderr)
    return INVALID if isinstance(error, InputInvalid) else exit_code(error)


class _Parser(argparse.ArgumentParser):
    """Usage errors are invalid input (exit 2), as JSON where JSON was asked for."""

    def error(self, message: str) -> None:  # type: ignore[override]  # argparse says NoReturn; SystemExit leaves it
        if "json" in sys.argv:
            print(json.dumps({"error": {"code": "usage", "message": message, "file": None, "line": None}}))
        self.print_usage(sys.stderr)
        print(f"{self.prog}: {message}", file=sys.stderr)
        raise SystemExit(INVALID)


def parser() -> argparse.ArgumentParser:
    """Every command and its options."""
    top = _Parser(prog="guard", description="Judge a network or DNS change before it touches the backbone.")
    top.add_argument("--version", action="version", version=f"guard {__version__}")
    commands = top.add_subparsers(dest="command", required=True, parser_class=_Parser)
    _judging(commands)
    _planning(commands)
    _looking(commands)
    _serving(commands)
    return top


def _add(commands: argparse._SubParsersAction[_Parser], name: str, module: str, about: str) -> _Parser:
    made = commands.add_parser(name, help=about, description=about)
    made.set_defaults(module=module)
    return made


def _snapshot_option(command: _Parser, required: bool = True) -> None:
    command.add_argument("-s", "--snapshot", required=required, metavar="FOLDER", help="the network as it is")


def _change_options(command: _Parser) -> None:
    command.add_argument("-c", "--change", required=True, metavar="FILE", help="what is to be done")
    command.add_argument("-f", "--format", choices=FORMATS, default="text")
    command.add_argument("-o", "--output", metavar="FILE", help="write the report there")


def _engine_options(command: _Parser) -> None:
    command.add_argument("--engine", choices=ENGINES)
    command.add_argument("--batfish", metavar="HOST[:PORT]", help="a Batfish service")


def _server_option(command: _Parser, required: bool = True) -> None:
    command.add_argument("--server", required=required, metavar="HOST:PORT")
    command.add_argument("--tls-ca", metavar="FILE")
    command.add_argument("--tls-cert", metavar="FILE")
    command.add_argument("--tls-key", metavar="FILE")


def _judging(commands: argparse._SubParsersAction[_Parser]) -> None:
    dry = _add(commands, "dry-run", "dry_run", "the whole check on this machine, nothing recorded")
    _snapshot_option(dry)
    _change_options(dry)
    _engine_options(dry)
    dry.add_argument("-p", "--policies", action="append", default=[], metavar="DIR|FILE")
    dry.add_argument("--failures", type=int, choices=(0, 1, 2), help="failures at once after the change")
    dry.add_argument("--now", metavar="TIME", help="the clock of the check")
    dry.add_argument("--prove", action="store_true", help="first prove that known-bad changes are caught")

    check = _add(commands, "check", "remote", "the binding check through a server")
    _server_option(check)
    _snapshot_option(check, required=False)
    _change_options(check)
    check.add_argument("--engine", choices=ENGINES)
    check.add_argument("--failures", type=int, choices=(0, 1, 2))
    check.add_argument("--timeout", type=float, default=600.0, metavar="SECONDS")
    check.add_argument("--request-id", metavar="ID", help="a retry with the same id is the same request")

    approve = _add(commands, "approve", "remote", "turn a HOLD into ALLOW")
    _server_option(approve)
    approve.add_argument("entry", type=int)
    approve.add_argument("--reason", required=True)
    done = _add(commands, "done", "remote", "report what became of a change")
    _server_option(done)
    done.add_argument("change")
    done.add_argument("--result", required=True, choices=("applied", "failed", "rolled-back"))

    replay = _add(commands, "replay", "replay", "public outages: bad changes stopped, safe ones allowed")
    replay.add_argument("names", nargs="*", metavar="NAME")
    replay.add_argument("--show", action="store_true", help="print the whole report of every variant")
    replay.add_argument("-f", "--format", choices=("text", "json"), default="text")
    _engine_options(replay)

    test = _add(commands, "self-test", "self_test", "the proof, and what mutations of policies and engines it catches")
    test.add_argument("names", nargs="*", metavar="NAME", help="entries of the corpus; all without any")
    test.add_argument("--every", type=int, default=1, metavar="N", help="a sample: every N-th mutant alone")
    test.add_argument("-f", "--format", choices=("text", "json"), default="text")

    policy = _add(commands, "policy", "policy", "the policies and their own tests")
    policy.add_argument("action", choices=("list", "test", "explain", "coverage", "rehearse"))
    policy.add_argument("names", nargs="*", metavar="NAME")
    policy.add_argument("-p", "--policies", action="append", default=[], metavar="DIR|FILE")
    policy.add_argument("-s", "--snapshot", metavar="FOLDER", help="coverage: the network as it is")
    policy.add_argument("-c", "--change", metavar="FILE", help="coverage: what is to be done")
    policy.add_argument("--now", metavar="TIME", help="coverage: the clock of the check")
    policy.add_argument("--state", metavar="DIR", help="rehearse: the state folder of the server")
    policy.add_argument("--last", type=int, default=20, metavar="N", help="rehearse: how many checks (20)")
    policy.add_argument("-f", "--format", choices=("text", "json"), default="text")


def _planning(commands: argparse._SubParsersAction[_Parser]) -> None:
    asked = (
        ("order", "an order of the steps in which every state passes"),
        ("explain", "the smallest cause of a stop, and the largest part that passes"),
        ("restore-plan", "bounded batches from an outage back to the base"),
    )
    for name, about in asked:
        command = _add(commands, name, "planning", about)
        _snapshot_option(command)
        if name == "restore-plan":
            command.add_argument("--from", dest="source", required=True, metavar="FOLDER", help="the outage's snapshot")
        else:
            command.add_argument("-c", "--change", required=True, metavar="FILE", help="what is to be done")
            command.add_argument("--failures", type=int, choices=(0, 1, 2), help="failures at once after the change")
        command.add_argument("-p", "--policies", action="append", default=[], metavar="DIR|FILE")
        command.add_argument("--now", metavar="TIME", help="the clock of the check")
        command.add_argument("-f", "--format", choices=("text", "json"), default="text")


def _looking(commands: argparse._SubParsersAction[_Parser]) -> None:
    show = _add(commands, "show", "show", "the computed state")
    show.add_argument("table", choices=TABLES)
    _snapshot_option(show)
    _engine_options(show)
    show.add_argument("-f", "--format", choices=("table", "json"), default="table")

    trace = _add(commands, "trace", "trace", "the path that a packet takes, hop by hop")
    _snapshot_option(trace)
    trace.add_argument("--from", dest="source", required=True, metavar="NODE")
    trace.add_argument("--to", dest="destination", required=True, metavar="ADDRESS")
    trace.add_argument("--protocol", default="icmp")
    trace.add_argument("--port", type=int, default=0)
    trace.add_argument("-f", "--format", choices=("text", "json"), default="text")

    lint = _add(commands, "lint", "lint", "lines not understood, undefined references, DNS faults")
    _snapshot_option(lint)
    lint.add_argument("-f", "--format", choices=("table", "json"), default="table")

    resolve = _add(commands, "resolve", "resolve", "what the zones answer")
    resolve.add_argument("name")
    resolve.add_argument("type")
    _snapshot_option(resolve)
    resolve.add_argument("-f", "--format", choices=("table", "json"), default="table")


def _serving(commands: argparse._SubParsersAction[_Parser]) -> None:
    serve = _add(commands, "serve", "serve", "the gRPC service")
    serve.add_argument("--listen", metavar="HOST:PORT")
    serve.add_argument("--state", metavar="DIR")
    serve.add_argument("--config", metavar="FILE")

    snapshot = _add(commands, "snapshot", "snapshot", "the server's snapshots; zones pulled from a live name server")
    snapshot.add_argument("action", choices=("put", "list", "activate", "pull-zones"))
    snapshot.add_argument("what", nargs="?", metavar="FOLDER|DIGEST")
    _server_option(snapshot, required=False)
    snapshot.add_argument("-f", "--format", choices=("text", "json"), default="text")
    pulling = snapshot.add_argument_group("pull-zones (AXFR, or IXFR onto what was pulled before)")
    pulling.add_argument("--from", dest="source", metavar="HOST[:PORT]", help="an authoritative name server")
    pulling.add_argument("--zone", action="append", default=[], metavar="NAME", help="may be given several times")
    pulling.add_argument("-o", "--output", metavar="FOLDER", help="the snapshot: zones/NAME.zone is written there")
    pulling.add_argument("--tsig-file", metavar="FILE", help="a key file of BIND, or [algorithm:]name:secret")
    pulling.add_argument("--timeout", type=float, default=30.0, metavar="SECONDS", help="for each answer")

    audit = _add(commands, "audit", "audit", "the audit log")
    audit.add_argument("action", choices=("list", "show", "verify", "export"))
    audit.add_argument("entry", nargs="?", type=int)
    audit.add_argument("--state", metavar="DIR")
    audit.add_argument("--head", metavar="SIZE:HASH", help="a head that was kept elsewhere")
    _server_option(audit, required=False)
    audit.add_argument("-f", "--format", choices=("text", "json"), default="text")
    audit.add_argument("-o", "--output", metavar="FILE")


if __name__ == "__main__":
    sys.exit(main())
