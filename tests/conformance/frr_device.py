"""A live FRR in a network namespace of its own: type lines, read back what it shows."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

FRR = Path("/usr/lib/frr")
DAEMONS = ("zebra", "staticd", "ospfd", "bgpd")

WARNINGS = ("Reference bandwidth is changed",)  # said of a command that was taken


def missing() -> str | None:
    """Why a live FRR cannot run here; None where it can."""
    if os.geteuid() != 0:
        return "a live FRR needs root"
    if not all((FRR / daemon).exists() for daemon in DAEMONS) or shutil.which("vtysh") is None:
        return "Debian's frr package is not installed"
    if shutil.which("ip") is None:
        return "iproute2 is not installed"
    probe = subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False)
    return None if probe.returncode == 0 else "network namespaces cannot be made here"


class Device:
    """zebra, staticd, ospfd and bgpd with private sockets; `interfaces` are veth ends."""

    def __init__(self, name: str, interfaces: tuple[str, ...]) -> None:
        self.netns = f"{name}-{os.getpid()}"
        self.folder = Path(tempfile.mkdtemp(prefix="frr-merge-"))
        shutil.chown(self.folder, "frr", "frr")
        (self.folder / "vtysh.conf").touch()
        self.processes: list[subprocess.Popen[bytes]] = []
        self._ip("netns", "add", self.netns)
        self._ip("-n", self.netns, "link", "set", "lo", "up")
        for interface in interfaces:
            self._ip("-n", self.netns, "link", "add", interface, "type", "veth", "peer", "name", f"{interface}-far")
            self._ip("-n", self.netns, "link", "set", f"{interface}-far", "up")
            self._ip("-n", self.netns, "link", "set", interface, "up")
        try:
            for daemon in DAEMONS:
                self._start(daemon)
        except RuntimeError:
            self.close()
            raise

    def _ip(self, *words: str) -> None:
        subprocess.run(["ip", *words], check=True, capture_output=True)

    def _start(self, daemon: str) -> None:
        (self.folder / f"{daemon}.conf").write_text("hostname r1\n")
        shutil.chown(self.folder / f"{daemon}.conf", "frr", "frr")
        command = [
            *("ip", "netns", "exec", self.netns, str(FRR / daemon)),
            *("--vty_socket", str(self.folder), "-z", str(self.folder / "zserv.api")),
            *("-f", str(self.folder / f"{daemon}.conf"), "-i", str(self.folder / f"{daemon}.pid"), "-P", "0"),
        ]
        if daemon == "bgpd":
            command += ["-p", "0"]
        self.processes.append(
            subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        )
        until = time.monotonic() + 10
        while not (self.folder / f"{daemon}.vty").exists():
            if time.monotonic() > until:
                raise RuntimeError(f"{daemon} did not start")
            time.sleep(0.02)

    def vtysh(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run vtysh against this device alone."""
        command = ["vtysh", "--vty_socket", str(self.folder), "--config_dir", str(self.folder), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def type(self, lines: str) -> str:
        """Type lines in configuration mode; what it complains about, or an empty text."""
        path = self.folder / "typed"
        path.write_text(lines)
        done = self.vtysh("-f", str(path))
        complaints = [
            row
            for row in (done.stdout + done.stderr).splitlines()
            if "% " in row and not any(warning in row for warning in WARNINGS)
        ]
        if done.returncode and not complaints:
            complaints = [f"exit status {done.returncode}"]
        return "\n".join(complaints)

    def running(self) -> str:
        """The running configuration as it shows it."""
        rows = self.vtysh("-c", "show running-config").stdout.split("\n")
        start = next(at for at, row in enumerate(rows) if row.startswith("frr version"))
        return "\n".join(rows[start:])

    def close(self) -> None:
        """End the daemons and take the namespace away."""
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            process.wait(timeout=10)
        subprocess.run(["ip", "netns", "del", self.netns], check=False, capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)
