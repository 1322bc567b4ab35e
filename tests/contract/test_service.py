"""The service over a real channel: verdicts on the record, retries, approvals, snapshots, the log, errors, the end."""

import contextlib
import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from guard.audit.checkpoint import Checkpoint, is_signed
from guard.audit.merkle import leaf_hash, verify_inclusion
from guard.shell.errors import (
    AlreadyDone,
    AuditUnavailable,
    GuardError,
    InvariantBroken,
    NotFound,
    NotInThisState,
    NotPermitted,
    RequestInvalid,
    ServerUnavailable,
    TimedOut,
    TooLarge,
    Unsupported,
    exit_code,
)
from guard.shell.server.client import Change, Client
from guard.shell.server.pb import audit_pb2, audit_pb2_grpc, preflight_pb2, preflight_pb2_grpc, snapshots_pb2
from guard.shell.server.pb import snapshots_pb2_grpc as snapshots_grpc
from guard.shell.store.state import verify_state

FILES = {"configs/r1.cfg": "hostname r1\n", "zones/example.com.zone": "; empty\n"}
OTHER = {"configs/r1.cfg": "hostname r1\n!\n", "zones/example.com.zone": "; empty\n"}


def change(text: str = "verdict: ALLOW", **files: str) -> Change:
    return Change("change.yaml", text + "\n", files)


class Visit(Client):
    """A client that counts the entries of the log from where it came."""

    def __init__(self, served: Any) -> None:
        super().__init__(served.address, user="alice")
        self.state = served.state
        self.activate(self.ensure_snapshot(FILES))
        self.list_policies()  # that they are gone after another test is an entry too
        self.first = self.audit_verify().head.size

    def since(self) -> list[dict[str, Any]]:
        return list(self.audit_list(self.first))

    def kinds(self) -> list[str]:
        return [f"{entry['kind']} {entry['verdict']}".rstrip() for entry in self.since()]


@pytest.fixture
def client(shared: Any) -> Iterator[Visit]:
    """A client of a server on which the snapshot FILES is active."""
    with Visit(shared) as client:
        yield client
        for path in (client.state / "policies").iterdir():
            path.unlink()


def test_a_verdict_is_an_entry_that_a_signed_head_covers(client: Visit) -> None:
    judged = client.check(change("verdict: BLOCK\nauthor: neteng"))
    assert judged.verdict == judged.document["verdict"] == "BLOCK"
    place = judged.document["entry"]
    assert (place["id"], place["size"]) == (client.first, client.first + 1)
    verified = client.audit_verify()
    assert (verified.ok, verified.head.head) == (True, place["head"])
    key = load_pem_public_key(verified.public_key.encode())
    assert is_signed(Checkpoint(place["size"], place["head"], place["signature"]), key)
    entry, document = client.audit_get(client.first)
    assert {name: entry[name] for name in ("kind", "caller", "author", "verdict", "change_id")} == {
        "kind": "check", "caller": "alice", "author": "neteng", "verdict": "BLOCK", "change_id": "CHG-1"}
    assert document == {name: value for name, value in judged.document.items() if name != "entry"}


def test_an_entry_brings_the_proof_that_it_is_in_the_log(client: Visit) -> None:
    for _ in range(4):
        client.check(change())
    with grpc.insecure_channel(client._target) as channel:
        answer = audit_pb2_grpc.AuditStub(channel).Get(audit_pb2.AuditGetRequest(id=client.first))
    root = bytes.fromhex(answer.newest.head.removeprefix("sha256:"))
    leaf = leaf_hash(answer.entry.line.encode())
    assert verify_inclusion(leaf, client.first, answer.newest.size, answer.inclusion_proof, root)
    assert not verify_inclusion(leaf_hash(b"other"), client.first, answer.newest.size, answer.inclusion_proof, root)


def test_secrets_are_masked_in_answers_and_entries(client: Visit) -> None:
    judged = client.check(change("verdict: HOLD\nmerge: neighbor 10.0.0.1 password hunter2"))
    entry, document = client.audit_get(judged.document["entry"]["id"])
    assert "hunter2" not in json.dumps([judged.document, entry, document])
    assert entry["change"].splitlines()[1] == "merge: neighbor 10.0.0.1 password <masked>"
    assert entry["findings"][0]["evidence"] == ["neighbor 10.0.0.1 password <masked>"]


def test_progress_comes_before_the_verdict(client: Visit) -> None:
    steps: list[tuple[str, float]] = []
    judged = client.stream_check(change(), lambda stage, fraction: steps.append((stage, fraction)))
    assert (judged.verdict, steps) == ("ALLOW", [("judging", 0.5)])


def test_files_and_policies_reach_the_pipeline(client: Visit) -> None:
    judged = client.check(change("verdict: ALLOW", **{"new/r1.cfg": "hostname r1\n"}))
    assert judged.document["files"] == ["new/r1.cfg"]
    (client.state / "policies" / "own.yaml").write_text("kind: Policy\n")
    judged = client.check(change("verdict: ALLOW"))
    assert judged.document["policies"] == ["own.yaml"]
    assert client.kinds()[-2:] == ["policy-change", "check ALLOW"]
    assert client.list_policies() == (
        {"name": "own.yaml", "description": "own", "enforcement": "deny", "source": "own.yaml"},)
    with pytest.raises(Unsupported, match="this server cannot test policies"):
        client.test_policies()


# ---- retries


def test_a_retry_is_answered_from_the_record(client: Visit) -> None:
    first = client.check(change("verdict: HOLD"), request_id="r-1")
    again = client.check(change("verdict: HOLD"), request_id="r-1")
    assert again == first
    assert client.kinds().count("check HOLD") == 1
    with pytest.raises(AlreadyDone, match=f"'r-1' was used for another request, which is entry {client.first}"):
        client.check(change("verdict: ALLOW"), request_id="r-1")
    assert client.kinds()[-1] == "invalid-request"


def test_retries_at_the_same_time_are_one_check(client: Visit) -> None:
    answers: list[int] = []

    def ask() -> None:
        answers.append(client.check(change("verdict: HOLD"), request_id="r-2").document["entry"]["id"])

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [client.first] * 5


def test_a_retry_after_a_restart_is_answered_from_the_record(serve) -> None:  # type: ignore[no-untyped-def]
    first = serve()
    with Client(first.address, user="alice") as client:
        client.put_snapshot(FILES)
        before = client.check(change("verdict: HOLD"), request_id="r-1")
    first.process.kill()
    first.process.wait()
    with Client(serve().address, user="alice") as client:
        assert client.check(change("verdict: HOLD"), request_id="r-1") == before
        assert client.check(change("verdict: ALLOW")).document["entry"]["id"] == 3


# ---- what goes wrong


def test_a_bad_change_is_invalid_with_its_place_and_on_the_record(client: Visit) -> None:
    with pytest.raises(RequestInvalid) as caught:
        client.check(change("do: invalid\nkey: password hunter2"))
    error = caught.value
    assert (error.code, error.message, error.file, error.line, error.entry, exit_code(error)) == (
        "unknown-device", "there is no device x9", "change.yaml", 3, client.first, 2)
    entry, _ = client.audit_get(client.first)
    assert (entry["kind"], entry["verdict"], entry["details"]["code"]) == ("invalid-request", "", "unknown-device")


def test_rich_details_for_other_clients(client: Visit) -> None:
    request = preflight_pb2.CheckRequest(change=preflight_pb2.Change(name="c.yaml", text="do: invalid"))
    with grpc.insecure_channel(client._target) as channel, pytest.raises(grpc.RpcError) as caught:
        preflight_pb2_grpc.PreflightStub(channel).Check(request)
    from google.rpc import error_details_pb2
    from grpc_status import rpc_status

    status = rpc_status.from_call(caught.value)
    info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    status.details[0].Unpack(info)
    status.details[1].Unpack(bad)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert (info.reason, info.domain, info.metadata["line"]) == ("unknown-device", "guard", "3")
    assert [(field.field, field.description) for field in bad.field_violations] == [
        ("c.yaml:3", "there is no device x9")]


@pytest.mark.parametrize("what", ["die", "bug"])
def test_a_worker_that_dies_is_an_internal_error_and_the_next_check_works(client: Visit, what: str) -> None:
    with pytest.raises(InvariantBroken, match="ended without a verdict") as caught:
        client.check(change(f"do: {what}"))
    assert exit_code(caught.value) == 4
    assert client.check(change()).verdict == "ALLOW"
    assert client.kinds() == ["check", "check ALLOW"]


def test_a_check_that_takes_too_long_is_killed(client: Visit, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with pytest.raises(TimedOut) as caught:
        client.check(change(f"do: sleep\nmark: {mark}"), timeout=1.5)
    assert exit_code(caught.value) == 4
    time.sleep(0.3)
    size = mark.stat().st_size
    time.sleep(0.3)
    assert mark.stat().st_size == size
    assert client.check(change()).verdict == "ALLOW"


def test_a_check_that_its_caller_cancels_is_killed(client: Visit, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    request = preflight_pb2.StreamCheckRequest(check=preflight_pb2.CheckRequest(
        change=preflight_pb2.Change(text=f"do: sleep\nmark: {mark}\n")))
    with grpc.insecure_channel(client._target) as channel:
        call = preflight_pb2_grpc.PreflightStub(channel).StreamCheck(request)
        assert next(call).progress.stage == "sleeping"
        call.cancel()
    time.sleep(0.5)
    size = mark.stat().st_size
    time.sleep(0.3)
    assert mark.stat().st_size == size
    assert client.check(change()).verdict == "ALLOW"


def test_more_checks_than_there_is_room_for_are_refused(serve) -> None:  # type: ignore[no-untyped-def]
    served = serve(settings="workers: 1\nlimits: {checks: 1}\n")
    with Client(served.address, user="alice") as client:
        client.put_snapshot(FILES)
        request = preflight_pb2.StreamCheckRequest(check=preflight_pb2.CheckRequest(
            change=preflight_pb2.Change(text="do: sleep\n")))
        with grpc.insecure_channel(served.address) as channel:
            call = preflight_pb2_grpc.PreflightStub(channel).StreamCheck(request)
            next(call)
            with pytest.raises(GuardError, match="1 checks are running or waiting") as caught:
                client.check(change())
            assert exit_code(caught.value) == 4
            call.cancel()


def test_there_is_no_check_without_a_snapshot(serve) -> None:  # type: ignore[no-untyped-def]
    with Client(serve().address, user="alice") as client:
        with pytest.raises(NotInThisState, match="holds no snapshot yet"):
            client.check(change())
        client.put_snapshot(FILES)
        with pytest.raises(NotFound, match="does not hold snapshot"):
            client.check(change(), snapshot="sha256:" + "0" * 64)


def test_a_server_that_is_not_there() -> None:
    with Client("127.0.0.1:1", user="alice") as client, pytest.raises(ServerUnavailable) as caught:
        client.check(change(), timeout=5)
    assert exit_code(caught.value) == 4


# ---- approvals and reports


def held(client: Visit, text: str = "verdict: HOLD\nauthor: neteng") -> int:
    return int(client.check(change(text)).document["entry"]["id"])


def test_a_hold_becomes_allow_by_somebody_else(client: Visit) -> None:
    entry = held(client)
    judged = client.approve(entry, "agreed in the change board")
    assert (judged.verdict, judged.document["verdict"]) == ("ALLOW", "ALLOW")
    assert judged.document["approval"] == {"check": entry, "by": "alice", "reason": "agreed in the change board"}
    approval, _ = client.audit_get(judged.document["entry"]["id"])
    checked, _ = client.audit_get(entry)
    assert (approval["kind"], approval["verdict"], approval["digests"]) == ("approval", "ALLOW", checked["digests"])
    with pytest.raises(AlreadyDone, match=f"was approved by alice in entry {entry + 1}"):
        client.approve(entry, "again")


@pytest.mark.parametrize(("text", "author"), [("verdict: HOLD\nauthor: Alice", "Alice"), ("verdict: HOLD", "alice")])
def test_nobody_approves_a_change_of_their_own(client: Visit, text: str, author: str) -> None:
    entry = held(client, text)
    with pytest.raises(NotPermitted, match="alice cannot approve a change of alice's own"):
        client.approve(entry, "please")
    with Client(client._target, user="bob") as other:
        assert other.approve(entry, "fine").verdict == "ALLOW"
    assert client.kinds()[-2:] == ["invalid-request", "approval ALLOW"]


@pytest.mark.parametrize("verdict", ["BLOCK", "ALLOW"])
def test_only_a_hold_can_be_approved(client: Visit, verdict: str) -> None:
    entry = held(client, f"verdict: {verdict}\nauthor: neteng")
    with pytest.raises(NotInThisState, match=f"entry {entry} is check {verdict}"):
        client.approve(entry, "please")


def test_an_approval_needs_a_reason_and_an_entry(client: Visit) -> None:
    entry = held(client)
    with pytest.raises(RequestInvalid, match="an approval needs a reason"):
        client.approve(entry, "  ")
    with pytest.raises(NotFound, match="no entry 9999"):
        client.approve(9999, "please")


def test_an_approval_is_refused_once_the_active_snapshot_changed(client: Visit) -> None:
    entry = held(client)
    client.activate(client.put_snapshot(OTHER).digest)
    with pytest.raises(NotInThisState, match="judged on an active snapshot that changed since"):
        client.approve(entry, "please")


def test_an_approval_is_refused_once_the_policies_changed(client: Visit) -> None:
    entry = held(client)
    (client.state / "policies" / "own.yaml").write_text("kind: Policy\n")
    with pytest.raises(NotInThisState, match="judged on policies that changed since"):
        client.approve(entry, "please")


def test_a_change_counts_for_later_ones_until_it_is_reported(client: Visit) -> None:
    client.check(change("verdict: ALLOW\nid: CHG-A"))
    assert "verdict: ALLOW\nid: CHG-A\n" in client.check(change("verdict: HOLD")).document["earlier"]
    at = client.report("CHG-A", "applied")
    entry, _ = client.audit_get(at.id)
    assert (entry["kind"], entry["details"]["result"], entry["details"]["of"]) == ("report", "applied", client.first)
    assert "verdict: ALLOW\nid: CHG-A\n" not in client.check(change("verdict: HOLD")).document["earlier"]
    with pytest.raises(NotFound, match="no check of a change 'CHG-B'"):
        client.report("CHG-B", "failed")


# ---- snapshots


def test_the_first_snapshot_becomes_active(serve) -> None:  # type: ignore[no-untyped-def]
    with Client(serve().address, user="alice") as client:
        client.put_snapshot(FILES)
        client.put_snapshot(OTHER)
        assert [item.active for item in client.list_snapshots()] == [True, False]
        assert [entry["kind"] for entry in client.audit_list()] == ["snapshot", "activation", "snapshot"]


def test_another_snapshot_than_the_active_one_holds_at_best(client: Visit) -> None:
    other = client.put_snapshot({**OTHER, "inventory.yaml": "apiVersion: guard/v1\nkind: Inventory\n"})
    judged = client.check(change("verdict: ALLOW"), snapshot=other.digest)
    assert judged.verdict == judged.document["verdict"] == "HOLD"
    assert [(f["policy"], f["enforcement"], f["status"]) for f in judged.document["findings"]] == [
        ("stale-base", "hold", "new"), ("intent-weakened", "hold", "new")]
    assert client.check(change("verdict: BLOCK"), snapshot=other.digest).verdict == "BLOCK"
    client.activate(other.digest)
    assert client.check(change("verdict: ALLOW"), snapshot=other.digest).verdict == "ALLOW"


def test_a_snapshot_goes_up_once(client: Visit) -> None:
    files = {"configs/once.cfg": "hostname once\n"}
    assert client.has_snapshot(files) is None
    digest = client.ensure_snapshot(files)
    assert client.ensure_snapshot(files) == digest == client.has_snapshot(files)
    client.put_snapshot(files)
    assert client.kinds() == ["snapshot"]
    with pytest.raises(NotFound, match="does not hold snapshot"):
        client.activate("sha256:" + "0" * 64)


def test_a_snapshot_with_a_bad_inventory_is_refused_with_its_line(client: Visit) -> None:
    with pytest.raises(RequestInvalid, match="unknown key 'colour'") as caught:
        client.put_snapshot({**FILES, "inventory.yaml": "apiVersion: guard/v1\nkind: Inventory\ncolour: red\n"})
    assert (caught.value.file, caught.value.line) == ("inventory.yaml", 3)


def put(address: str, *parts: snapshots_pb2.PutRequest) -> grpc.StatusCode:
    with grpc.insecure_channel(address) as channel, pytest.raises(grpc.RpcError) as caught:
        snapshots_grpc.SnapshotsStub(channel).Put(iter(parts))
    code: grpc.StatusCode = caught.value.code()
    return code


HEADER = snapshots_pb2.PutRequest(header=snapshots_pb2.PutHeader())


def start(path: str, size: int = 1) -> snapshots_pb2.PutRequest:
    return snapshots_pb2.PutRequest(file=snapshots_pb2.FileStart(path=path, size=size))


@pytest.mark.parametrize("path", ["../key", "/etc/passwd", "configs/../../x", "a//x", "", "a\\b", "a/./b", "x\0y"])
def test_a_path_that_leaves_its_folder_is_refused(client: Visit, path: str) -> None:
    assert put(client._target, HEADER, start(path)) is grpc.StatusCode.INVALID_ARGUMENT
    assert client.kinds()[-1] == "invalid-request"


def test_a_torn_upload_is_refused(client: Visit) -> None:
    chunk = snapshots_pb2.PutRequest(chunk=b"ab")
    invalid = grpc.StatusCode.INVALID_ARGUMENT
    assert put(client._target, HEADER, start("configs/a", 3), chunk) is invalid
    assert put(client._target, HEADER, start("configs/a", 1), chunk) is invalid
    assert put(client._target, start("configs/a")) is invalid
    assert put(client._target, HEADER, chunk) is invalid
    assert put(client._target, HEADER) is invalid
    assert set(client.kinds()) == {"invalid-request"}


def test_an_upload_of_200_megabytes_is_refused_while_it_comes(client: Visit) -> None:
    began = time.monotonic()
    with pytest.raises(TooLarge, match="more than 134217728 bytes") as caught:
        client.put_snapshot({f"configs/{number}.cfg": "x" * 20_000_000 for number in range(10)})
    assert exit_code(caught.value) == 2
    assert client.kinds() == ["invalid-request"]
    assert time.monotonic() - began < 20
    chunks = [snapshots_pb2.PutRequest(chunk=b"x" * 1_000_000)] * 20
    unannounced = [part for number in range(10) for part in (start(f"configs/{number}", 20_000_000), *chunks)]
    assert put(client._target, HEADER, *unannounced) is grpc.StatusCode.RESOURCE_EXHAUSTED
    with pytest.raises(TooLarge):
        client.check(change("x" * 20_000_000))
    assert client.check(change()).verdict == "ALLOW"


def test_a_connection_that_is_cut_in_an_upload_leaves_nothing(client: Visit) -> None:
    def blobs() -> set[Path]:
        return {path for path in (client.state / "blobs").rglob("*") if path.is_file()}

    client.check(change())  # an ALLOW waits for the proof that an activation began, which leaves a text of its own
    told, before = len(client.kinds()), blobs()
    came = threading.Event()

    def parts():  # type: ignore[no-untyped-def]
        yield HEADER
        yield start("configs/a", 100)
        yield snapshots_pb2.PutRequest(chunk=b"half")
        came.set()
        time.sleep(0.5)

    channel = grpc.insecure_channel(client._target)
    call = snapshots_grpc.SnapshotsStub(channel).Put.future(parts())
    came.wait(5)
    call.cancel()
    channel.close()
    time.sleep(0.3)
    assert client.kinds()[told:] in ([], ["invalid-request"])  # whether the end or the cancellation was seen first
    assert blobs() == before
    assert client.check(change()).verdict == "ALLOW"


# ---- the log


def test_the_log_can_be_followed(client: Visit) -> None:
    seen: list[str] = []
    ready = threading.Event()

    def read() -> None:
        for entry in client.follow(client.first - 1):
            seen.append(entry["kind"])
            ready.set()
            if len(seen) == 3:
                return

    thread = threading.Thread(target=read)
    thread.start()
    assert ready.wait(20)
    client.check(change())
    client.check(change())
    thread.join(20)
    assert seen[1:] == ["check", "check"]


def test_the_log_comes_in_pages(client: Visit) -> None:
    for _ in range(3):
        client.check(change())
    size = client.first + 3
    assert [entry["id"] for entry in client.audit_list(size - 2)] == [size - 2, size - 1]
    lines = list(client.audit_lines())
    assert len(lines) == size
    with grpc.insecure_channel(client._target) as channel:
        page = audit_pb2_grpc.AuditStub(channel).List(audit_pb2.AuditListRequest(limit=2))
    assert ([entry.line for entry in page.entries], page.size) == (lines[:2], size)


def test_the_log_is_compared_with_a_head_noted_elsewhere(client: Visit) -> None:
    head = client.audit_verify().head
    client.check(change())
    assert client.audit_verify(f"{head.size}:{head.head}").ok
    size = head.size + 1
    cut = client.audit_verify(f"{size + 1}:{'0' * 64}")
    assert cut.faults == (("lost", size, f"entry {size} is lost: the tail was cut off, the noted head counts "
                           f"{size + 1} entries, the log has {size}"),)
    with pytest.raises(RequestInvalid, match="is not SIZE:HASH"):
        client.audit_verify("x")


def test_an_altered_log_is_seen_by_the_running_server(serve) -> None:  # type: ignore[no-untyped-def]
    served = serve()
    with Client(served.address, user="alice") as client:
        client.put_snapshot(FILES)
        client.check(change("verdict: BLOCK"))
        path = served.state / "audit" / "log.jsonl"
        path.write_bytes(path.read_bytes().replace(b'"verdict":"BLOCK"', b'"verdict":"ALLOW"'))
        assert [(kind, id) for kind, id, _ in client.audit_verify().faults] == [("altered", 2)]


# ---- the server


def test_sigterm_ends_it_with_0_and_finishes_what_is_under_way(serve) -> None:  # type: ignore[no-untyped-def]
    served = serve()
    with Client(served.address, user="alice") as client:
        client.put_snapshot(FILES)
        followed = client.follow(0)
        next(followed)
        assert served.end() == 0
    assert verify_state(served.state).ok


def test_sigterm_lets_a_running_check_end_in_the_time_there_is(serve, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    served = serve(settings="workers: 1\nlimits: {drain_seconds: 0.5}\n")
    with Client(served.address, user="alice") as client:
        client.put_snapshot(FILES)
        mark = tmp_path / "mark"
        request = preflight_pb2.StreamCheckRequest(check=preflight_pb2.CheckRequest(
            change=preflight_pb2.Change(text=f"do: sleep\nmark: {mark}\n")))
        with grpc.insecure_channel(served.address) as channel:
            call = preflight_pb2_grpc.PreflightStub(channel).StreamCheck(request)
            next(call)
            assert served.end() == 0
            with pytest.raises(grpc.RpcError):
                next(call)
    size = mark.stat().st_size
    time.sleep(0.3)
    assert mark.stat().st_size == size


def test_a_killed_server_takes_its_workers_with_it(serve, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    served = serve()
    with Client(served.address, user="alice") as client:
        client.put_snapshot(FILES)
        mark = tmp_path / "mark"
        request = preflight_pb2.StreamCheckRequest(check=preflight_pb2.CheckRequest(
            change=preflight_pb2.Change(text=f"do: sleep\nmark: {mark}\n")))
        with grpc.insecure_channel(served.address) as channel:
            next(preflight_pb2_grpc.PreflightStub(channel).StreamCheck(request))
            served.process.kill()
            served.process.wait()
    time.sleep(0.5)
    size = mark.stat().st_size
    time.sleep(0.3)
    assert mark.stat().st_size == size
    assert verify_state(served.state).ok


def test_health_and_reflection(client: Visit) -> None:
    with grpc.insecure_channel(client._target) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        for name in ("", "guard.v1.Preflight"):
            request = health_pb2.HealthCheckRequest(service=name)
            for _ in range(100):  # it is not serving while the first snapshot of another test is being proved
                status = health.Check(request).status
                if status == health_pb2.HealthCheckResponse.SERVING:
                    break
                time.sleep(0.1)
            assert status == health_pb2.HealthCheckResponse.SERVING, name
        request = reflection_pb2.ServerReflectionRequest(list_services="")
        stub = reflection_pb2_grpc.ServerReflectionStub(channel)
        (answer,) = stub.ServerReflectionInfo(iter([request]))
    assert {service.name for service in answer.list_services_response.service} >= {
        "guard.v1.Preflight", "guard.v1.Snapshots", "guard.v1.Policies", "guard.v1.Audit", "grpc.health.v1.Health"}


def test_a_server_without_a_pipeline_does_not_begin(serve) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(RuntimeError, match=r"(?s)exit 4: .*no check can be run"):
        serve(pipeline="no_such_pipeline")


def test_the_state_folder_has_one_server(serve) -> None:  # type: ignore[no-untyped-def]
    serve()
    with pytest.raises(RuntimeError, match="exit 4: guard: another guard serves"):
        serve()


def test_a_port_that_is_taken(serve, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    served = serve()
    with pytest.raises(RuntimeError, match=r"(?s)exit 2: .*guard: cannot listen on"):
        serve(listen=served.address, state=tmp_path / "other")


def test_no_listening_beyond_loopback_without_tls(serve) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(RuntimeError, match=r"exit 2: guard: 0\.0\.0\.0:0 is beyond loopback"):
        serve(listen="0.0.0.0:0")
    served = serve(listen="0.0.0.0:0", settings="workers: 1\nallow_insecure_remote: true\n")
    assert served.address.startswith("0.0.0.0:")


def fill(path: Path) -> None:
    with contextlib.suppress(OSError), path.open("ab", buffering=0) as file:
        while file.write(b"x" * 4096):
            pass


def test_a_full_disk_under_the_log_is_no_allow(serve, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path / "tiny"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine does not let a small file system be mounted")
    try:
        served = serve(state=folder / "state")
        with Client(served.address, user="alice") as client:
            client.put_snapshot(FILES)
            client.check(change())
            fill(folder / "ballast")
            with pytest.raises(AuditUnavailable) as caught:
                client.check(change())
            assert exit_code(caught.value) == 4
            time.sleep(1.5)
            with grpc.insecure_channel(served.address) as channel:
                answer = health_pb2_grpc.HealthStub(channel).Check(
                    health_pb2.HealthCheckRequest(service="guard.v1.Preflight"))
            assert answer.status == health_pb2.HealthCheckResponse.NOT_SERVING
            (folder / "ballast").unlink()
            assert client.check(change()).verdict == "ALLOW"
            assert client.audit_verify().ok
        assert served.end() == 0
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
