"""Whether the guard of this container answers (grpc.health.v1): exit 0 if so. Reads the settings that it runs with.

Where clients must show a certificate, the one of `health.pem` and `health.key` beside the server's is shown.
"""

import sys
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from guard.shell.settings import Settings, load_settings, split_address

SECONDS = 4.0


def channel(settings: Settings) -> grpc.Channel:
    """To the port that the settings name, on this machine."""
    _, port = split_address(settings.listen)
    tls = settings.tls
    if tls is None:
        return grpc.insecure_channel(f"127.0.0.1:{port}")
    shown = [tls.cert.with_name(name) for name in ("health.key", "health.pem")]
    key, cert = (each.read_bytes() if each.exists() else None for each in shown)
    trusted = tls.cert.read_bytes() if tls.client_ca is None else tls.client_ca.read_bytes()
    return grpc.secure_channel(f"127.0.0.1:{port}", grpc.ssl_channel_credentials(trusted, key, cert))


def main(config: str = "/etc/guard/guard.yaml") -> int:
    """0 where it serves, 1 otherwise."""
    with channel(load_settings(Path(config))) as opened:
        try:
            answer = health_pb2_grpc.HealthStub(opened).Check(health_pb2.HealthCheckRequest(), timeout=SECONDS)
        except grpc.RpcError as error:
            print(error, file=sys.stderr)
            return 1
    return 0 if answer.status == health_pb2.HealthCheckResponse.SERVING else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
