"""The gRPC server: its port, its bounds, its health, its end. Nothing here knows what a change is."""

import asyncio
import signal
from collections.abc import Callable

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health_aio
from grpc_reflection.v1alpha import reflection

from guard.shell.errors import RequestInvalid
from guard.shell.preflight import Preflight
from guard.shell.server.pb import (
    audit_pb2,
    audit_pb2_grpc,
    policies_pb2,
    policies_pb2_grpc,
    preflight_pb2,
    preflight_pb2_grpc,
    snapshots_pb2,
    snapshots_pb2_grpc,
)
from guard.shell.server.services import AuditService, Desk, PoliciesService, PreflightService, SnapshotsService
from guard.shell.settings import Limits, Settings, Tls, split_address

BINDING = preflight_pb2.DESCRIPTOR.services_by_name["Preflight"].full_name
SERVICES = (
    BINDING,
    snapshots_pb2.DESCRIPTOR.services_by_name["Snapshots"].full_name,
    policies_pb2.DESCRIPTOR.services_by_name["Policies"].full_name,
    audit_pb2.DESCRIPTOR.services_by_name["Audit"].full_name,
)
HEALTH_SECONDS = 1.0


class Server:
    """A listening server."""

    def __init__(self, preflight: Preflight, settings: Settings) -> None:
        self._settings = settings
        self._server = grpc.aio.server(options=_options(settings.limits), maximum_concurrent_rpcs=settings.limits.rpcs)
        self._health = health_aio.HealthServicer()
        host, _ = split_address(settings.listen)
        self._host = f"[{host}]" if ":" in host else host
        self.port = self._bind()
        self._desk = Desk(preflight, tls=settings.tls is not None, port=self.port)
        self._watch: asyncio.Task[None] | None = None

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"{self._host}:{self.port}"

    async def start(self) -> None:
        """Begin to answer."""
        desk, server = self._desk, self._server
        preflight_pb2_grpc.add_PreflightServicer_to_server(PreflightService(desk), server)
        snapshots_pb2_grpc.add_SnapshotsServicer_to_server(SnapshotsService(desk), server)
        policies_pb2_grpc.add_PoliciesServicer_to_server(PoliciesService(desk), server)
        audit_pb2_grpc.add_AuditServicer_to_server(AuditService(desk), server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        reflection.enable_server_reflection((*SERVICES, health_pb2.DESCRIPTOR.services_by_name["Health"].full_name,
                                             reflection.SERVICE_NAME), server)
        await server.start()
        for name in ("", *SERVICES):
            await self._health.set(name, health_pb2.HealthCheckResponse.SERVING)
        self._watch = asyncio.create_task(self._tell_health())

    async def serve(self, ready: Callable[[str], None]) -> None:
        """Answer until SIGTERM or SIGINT, then end what is under way, within the time there is for it."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        ready(self.address)
        await stop.wait()
        await self.stop()

    async def stop(self) -> None:
        """Take nothing new, finish what is under way; what has not ended by then is cancelled."""
        if self._watch is not None:
            self._watch.cancel()
        await self._health.enter_graceful_shutdown()
        self._desk.stopping.set()
        await self._server.stop(self._settings.limits.drain_seconds)

    async def _tell_health(self) -> None:
        """Say NOT_SERVING for binding checks while the log cannot be written, or nothing proves that guard catches."""
        was = True
        while True:
            await asyncio.sleep(HEALTH_SECONDS)
            able = self._desk.able.is_set() and self._desk.preflight.prover.able
            if able != was:
                status = health_pb2.HealthCheckResponse
                await self._health.set(BINDING, status.SERVING if able else status.NOT_SERVING)
                was = able

    def _bind(self) -> int:
        settings = self._settings
        _, wanted = split_address(settings.listen)
        address = f"{self._host}:{wanted}"
        try:
            if settings.tls is None:
                return int(self._server.add_insecure_port(address))
            return int(self._server.add_secure_port(address, _credentials(settings.tls)))
        except RuntimeError as error:
            raise RequestInvalid("cannot-listen", f"cannot listen on {settings.listen}: the port is taken, or the "
                                 "address is not this machine's") from error


def _options(limits: Limits) -> list[tuple[str, int]]:
    return [
        ("grpc.max_receive_message_length", limits.message_bytes),
        ("grpc.max_send_message_length", -1),
        ("grpc.so_reuseport", 0),  # two servers on one port would each see half of the requests
    ]


def _credentials(tls: Tls) -> grpc.ServerCredentials:
    try:
        key, cert = tls.key.read_bytes(), tls.cert.read_bytes()
        authority = tls.client_ca.read_bytes() if tls.client_ca else None
    except OSError as error:
        raise RequestInvalid("unreadable-file", f"a file of tls cannot be read: {error}") from error
    return grpc.ssl_server_credentials([(key, cert)], root_certificates=authority,
                                       require_client_auth=authority is not None)
