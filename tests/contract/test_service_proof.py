"""The service proves itself before it says ALLOW."""

from pathlib import Path
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from serving import servers

from guard.model.digest import sha256
from guard.shell.server.client import Change, Client

ROUTER = {"configs/r1.cfg": "hostname r1\n"}


def judged(client: Client, id: str) -> Any:
    return client.check(Change("c.yaml", f"verdict: ALLOW\nid: {id}\n", {})).document


def test_a_verdict_names_its_proof(tmp_path: Path) -> None:
    with servers(tmp_path) as start, Client(start().address, user="alice") as client:
        client.ensure_snapshot(ROUTER)
        document = judged(client, "A")
        assert (document["verdict"], document["proof"]) == ("ALLOW", sha256(b"{}"))


def test_where_the_proof_fails_everything_holds_until_one_passes(tmp_path: Path) -> None:
    with servers(tmp_path) as start:
        server = start(pipeline="blind_pipeline")
        with Client(server.address, user="alice") as client:
            client.ensure_snapshot(ROUTER)
            document = judged(client, "A")
            assert document["verdict"] == "HOLD"
            (told,) = [each for each in document["findings"] if each["policy"] == "self-proof"]
            assert told["status"] == "undecided"
            assert "datacenter-isolation" in told["message"]
            with grpc.insecure_channel(server.address) as channel:
                stub = health_pb2_grpc.HealthStub(channel)
                request = health_pb2.HealthCheckRequest(service="guard.v1.Preflight")
                assert _settles(stub, request) == health_pb2.HealthCheckResponse.NOT_SERVING


def _settles(stub: Any, request: Any) -> int:
    """The health once it has been looked at again."""
    for answer in stub.Watch(request, timeout=20):
        if answer.status == health_pb2.HealthCheckResponse.NOT_SERVING:
            return int(answer.status)
    return 0


def test_a_block_waits_for_no_proof_and_everything_else_does(tmp_path: Path) -> None:
    with servers(tmp_path) as start, Client(start(pipeline="slow_pipeline").address, user="alice") as client:
        client.ensure_snapshot(ROUTER)
        stopped = client.check(Change("c.yaml", "verdict: BLOCK\n", {})).document
        assert (stopped["verdict"], stopped["proof"]) == ("BLOCK", None)
        assert "self-proof" not in [each["policy"] for each in stopped["findings"]]
        allowed = client.check(Change("c.yaml", "verdict: ALLOW\n", {}), timeout=3).document
        assert (allowed["verdict"], allowed["proof"]) == ("HOLD", None)
        assert [each["policy"] for each in allowed["findings"]] == ["self-proof"]
