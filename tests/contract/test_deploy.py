"""deploy/: what stands in the Compose file is one release, bounded and watched; the health check asks a real service.

No container engine runs in the tests: the file is read as what it says, not tried.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from serving import Served
from test_service_tls import Authority

from guard.shell.settings import load_settings

DEPLOY = Path(__file__).parents[2] / "deploy"
#: Compose Specification: top-level elements, and attributes of a service that are used here.
TOP = {"name", "services", "networks", "volumes"}
SERVICE = {
    "build", "image", "restart", "init", "read_only", "cap_drop", "security_opt", "tmpfs", "mem_limit", "memswap_limit",
    "pids_limit", "ports", "expose", "volumes", "networks", "depends_on", "stop_grace_period", "healthcheck",
}  # fmt: skip
UNITS = {"m": 1, "g": 1024}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return found


@pytest.fixture(scope="module")
def health() -> ModuleType:
    spec = importlib.util.spec_from_file_location("health", DEPLOY / "health.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_is_a_compose_file(compose: dict[str, Any]) -> None:
    assert set(compose) <= TOP
    assert set(compose["services"]) == {"guard", "batfish"}
    for service in compose["services"].values():
        assert set(service) <= SERVICE
        assert set(service["networks"]) <= set(compose["networks"])
        assert set(service.get("depends_on", {})) <= set(compose["services"])
    named = [each.split(":")[0] for each in compose["services"]["guard"]["volumes"] if not each.startswith("./")]
    assert named == list(compose["volumes"])


def test_client_and_service_are_of_one_release(compose: dict[str, Any]) -> None:
    image, _, tag = compose["services"]["batfish"]["image"].partition(":")
    (pinned,) = re.findall(r"^pybatfish==([\d.]+)$", (DEPLOY / "constraints.txt").read_text(), re.MULTILINE)
    assert image == "batfish/batfish"
    assert [int(each) for each in tag.split(".")] == [int(each) for each in pinned.split(".")]
    lower = re.search(r"pybatfish>=([\d.]+)", (DEPLOY.parent / "pyproject.toml").read_text())
    assert lower is not None
    assert tuple(map(int, pinned.split("."))) >= tuple(map(int, lower[1].split(".")))


def test_everything_is_bounded_and_watched(compose: dict[str, Any]) -> None:
    """Memory without swap (a heap that swaps is a service that hangs), processes, and a health check with an end."""
    for name, service in compose["services"].items():
        assert service["mem_limit"] == service["memswap_limit"]
        assert int(service["mem_limit"][:-1]) * UNITS[service["mem_limit"][-1]] >= 2048, name
        assert service["pids_limit"]
    check = compose["services"]["batfish"]["healthcheck"]
    assert {"interval", "timeout", "retries", "start_period"} <= set(check)
    assert "HEALTHCHECK" in (DEPLOY / "Dockerfile").read_text()


def test_batfish_is_reached_by_guard_alone(compose: dict[str, Any]) -> None:
    """It has no authentication: no published port, and a network of its own without a way out."""
    service = compose["services"]["batfish"]
    assert "ports" not in service
    assert service["networks"] == ["engines"]
    assert compose["networks"]["engines"] == {"internal": True}


def test_guards_settings_are_right(compose: dict[str, Any]) -> None:
    settings = load_settings(DEPLOY / "guard.yaml")
    assert settings.batfish in compose["services"]
    assert settings.engine == "both"
    assert settings.tls is not None
    assert settings.tls.client_ca is not None
    port = settings.listen.rpartition(":")[2]
    assert [each.partition(":")[2] for each in compose["services"]["guard"]["ports"]] == [port]
    assert f"EXPOSE {port}" in (DEPLOY / "Dockerfile").read_text()
    grace = int(compose["services"]["guard"]["stop_grace_period"].removesuffix("s"))
    assert grace > settings.limits.drain_seconds


def test_the_image_is_made_of_what_is_there() -> None:
    for source in re.findall(r"^COPY (?!--from)(\S+) ", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE):
        assert (DEPLOY.parent / source).exists()


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_health_of_batfish(compose: dict[str, Any]) -> None:
    """The check of the Compose file, against the double: healthy with a version, unhealthy without."""
    import subprocess

    from batfish_double import Double

    double = Double({"version": {"Batfish": "0.36.0"}, "templates": {}, "answers": {}, "works": {}})
    command = [each.replace("/9996", "/{port}") for each in compose["services"]["batfish"]["healthcheck"]["test"][1:]]
    with double.serving() as where:
        port = where.rpartition(":")[2]
        told = [each.replace("{port}", port) for each in command]
        assert subprocess.run(told, check=False, timeout=10).returncode == 0
        double.recording["version"] = {}
        assert subprocess.run(told, check=False, timeout=10).returncode != 0
    assert subprocess.run(told, check=False, timeout=10, capture_output=True).returncode != 0


def test_health_of_guard(serve: Callable[..., Served], health: ModuleType, tmp_path: Path) -> None:
    served = serve()
    config = tmp_path / "guard.yaml"
    config.write_text(f"listen: {served.address}\n")
    assert health.main(str(config)) == 0
    served.end()
    assert health.main(str(config)) == 1


def test_health_of_guard_over_tls(serve: Callable[..., Served], health: ModuleType, tmp_path: Path) -> None:
    """With a certificate of its own, which stands beside the server's."""
    authority = Authority(tmp_path, "authority")
    for name, files in {"server": authority.issue("guard"), "health": authority.issue("health")}.items():
        for each, suffix in zip(files, ("pem", "key"), strict=True):
            each.rename(tmp_path / f"{name}.{suffix}")
    tls = f"tls: {{cert: {tmp_path}/server.pem, key: {tmp_path}/server.key, client_ca: {authority.path}}}\n"
    served = serve(settings=f"workers: 1\n{tls}")
    config = tmp_path / "guard.yaml"
    config.write_text(f"listen: {served.address}\n{tls}")
    assert health.main(str(config)) == 0
    (tmp_path / "health.pem").unlink()
    (tmp_path / "health.key").unlink()
    assert health.main(str(config)) == 1
