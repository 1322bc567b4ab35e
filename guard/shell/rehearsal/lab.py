"""A network of live FRR routers on this machine: one network namespace and one set of daemons a router, and one more
namespace for each of its VRFs.

Law: what is started here ends here. Every process is a child with its own folder, every namespace bears the lab's
token; `close` takes all away, and the next lab sweeps up after one whose owner was killed.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from guard.engines.frr_shown import ASKED, DEFAULT_VRF, in_vrf
from guard.engines.rehearsal_plan import Plan, Port, Router
from guard.model.address import Address, parse_address
from guard.model.state import InterfaceId
from guard.shell.rehearsal.machine import DAEMONS, USER, MachineFault, run, tell

_PREFIX = "guard-rehearsal"
_ALWAYS = ("zebra", "staticd")
#: Seconds in which a daemon must open its socket.
_START = 20.0
#: Seconds for zebra to tell its interfaces to those that came.
_INTRODUCTION = 1.0
#: Addresses must be usable at once, packets may come back another way, and a link without carrier is no link.
_SYSCTLS = (
    *("net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1", "net.ipv6.conf.default.forwarding=1"),
    *("net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.default.rp_filter=0"),
    *("net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_dad=0", "net.ipv6.conf.default.accept_ra=0"),
    *("net.ipv4.conf.all.ignore_routes_with_linkdown=1", "net.ipv6.conf.all.ignore_routes_with_linkdown=1"),
)
#: Namespaces of VRFs as the daemons see them: those of their router alone, by the VRF's name.
_VRFS_ALONE = """\
mount --make-rprivate / && mkdir "$0" && mount --rbind /run/netns "$0" && mount -t tmpfs tmpfs /run/netns || exit 1
main=$1; shift
while [ "$1" != -- ]; do touch "/run/netns/$1" && mount --bind "$0/$2" "/run/netns/$1" || exit 1; shift 2; done
shift; exec nsenter "--net=$0/$main" "$@"
"""
_COMPLAINT = re.compile(r"line (\d+): (%[^:]*(?:command|incomplete|Ambiguous)[^:]*): (.*)")


class Lab:
    """A running plan; a context manager."""

    def __init__(self, plan: Plan) -> None:
        _sweep()
        self.plan = plan
        self.token = secrets.token_hex(3)
        self.folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}-{os.getpid()}-{self.token}-"))
        self.refused: dict[str, tuple[str, ...]] = {}
        self._processes: list[subprocess.Popen[bytes]] = []
        self._namespaces = {router.name: f"gr{self.token}-{at}" for at, router in enumerate(plan.routers)}
        self._vrfs = {
            (router.name, vrf): f"{self._namespaces[router.name]}-{at}"
            for router in plan.routers
            for at, vrf in enumerate(router.vrfs)
        }
        self._places = {
            port.id: self._vrfs.get((router.name, port.vrf), self._namespaces[router.name])
            for router in plan.routers
            for port in router.ports
        }
        self._switch = f"gr{self.token}-sw"
        self._pool = ThreadPoolExecutor(4)

    def __enter__(self) -> Lab:
        try:
            self._build()
            self._start()
            self._load()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the daemons and take namespaces and files away."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait()
        for namespace in self._all_namespaces():
            tell("ip", "netns", "del", namespace)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _all_namespaces(self) -> tuple[str, ...]:
        return (*self._namespaces.values(), *self._vrfs.values(), self._switch)

    def _build(self) -> None:
        self.folder.chmod(0o755)
        for namespace in self._all_namespaces():
            run("ip", "netns", "add", namespace)
            run("ip", "netns", "exec", namespace, "sysctl", "-qw", *_SYSCTLS)
            run("ip", "-n", namespace, "link", "set", "lo", "up")
        run("ip", "-batch", "-", text="\n".join(self._cables()) + "\n")
        self._in_places(_port_rows)
        run("ip", "-n", self._switch, "-batch", "-", text="\n".join(self._switch_rows()) + "\n")

    def _in_places(self, rows: Callable[[Port], Iterable[str]]) -> None:
        """Rows about ports, each to where its port is."""
        by_place: dict[str, list[str]] = defaultdict(list)
        for router in self.plan.routers:
            for port in router.ports:
                by_place[self._places[port.id]].extend(rows(port))
        for place, each in by_place.items():
            run("ip", "-n", place, "-batch", "-", text="\n".join(each) + "\n")

    def _cables(self) -> Iterator[str]:
        """Two ends are one cable; more, or one alone, are plugged into a switch."""
        for number, ends in enumerate(self.plan.wires):
            if len(ends) == 2:
                one, other = (f"name {end.interface} netns {self._places[end]}" for end in ends)
                yield f"link add {one} type veth peer {other}"
                continue
            for at, end in enumerate(ends):
                there = f"name {end.interface} netns {self._places[end]}"
                yield f"link add {there} type veth peer name w{number}p{at} netns {self._switch}"

    def _switch_rows(self) -> Iterator[str]:
        for number, ends in enumerate(self.plan.wires):
            if len(ends) == 2:
                continue
            if len(ends) > 2:
                yield f"link add br{number} type bridge stp_state 0 mcast_snooping 0"
                yield f"link set br{number} up"
            for at in range(len(ends)):
                if len(ends) > 2:
                    yield f"link set w{number}p{at} master br{number}"
                yield f"link set w{number}p{at} up"

    def _start(self) -> None:
        """zebra everywhere first: the others come to it."""
        for router in self.plan.routers:
            place = self.folder / router.name
            place.mkdir()
            (place / "vtysh.conf").touch()
            (place / "empty.conf").touch()
            shutil.chown(place, USER, USER)
        for daemons in (_ALWAYS[:1], None):
            started = [
                (router, daemon)
                for router in self.plan.routers
                for daemon in (daemons or (*_ALWAYS[1:], *router.daemons))
            ]
            for router, daemon in started:
                self._spawn(router, daemon)
            for router, daemon in started:
                self._await(router, daemon)

        for router in self.plan.routers:
            self._await_zebra(router)
        time.sleep(_INTRODUCTION)

    def _await_zebra(self, router: Router) -> None:
        """Until zebra knows every daemon: one that has not heard of an interface yet may not start on it."""
        wanted = {daemon.removesuffix("d") for daemon in (*_ALWAYS[1:], *router.daemons)}
        until = time.monotonic() + _START
        while True:
            told = self.vtysh(router.name, "-c", "show zebra client summary")
            missing = wanted - {row.split()[0] for row in told.splitlines() if row.strip()}
            if not missing:
                return
            if time.monotonic() > until:
                raise MachineFault(f"{', '.join(sorted(missing))} of {router.name} does not reach zebra")
            time.sleep(0.1)

    def _spawn(self, router: Router, daemon: str) -> None:
        if not (DAEMONS / daemon).exists():
            raise MachineFault(f"{router.name} needs {daemon}, which is not in {DAEMONS}")
        place = self.folder / router.name
        command = [
            *self._inside(router, place / f"{daemon}.netns"),
            *(str(DAEMONS / daemon), *(("-n",) if daemon == "zebra" and router.vrfs else ())),
            *("-f", str(place / "empty.conf"), "-i", str(place / f"{daemon}.pid"), "-P", "0"),
            *("--vty_socket", str(place), "-z", str(place / "zserv.api")),
        ]
        with (place / f"{daemon}.out").open("wb") as said:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT, start_new_session=True
            )
        self._processes.append(process)
        with (self.folder / "pids").open("a") as pids:
            pids.write(f"{process.pid}\n")

    def _inside(self, router: Router, mounts: Path) -> tuple[str, ...]:
        """What runs a daemon in its namespace; with VRFs, where it sees no others than its own."""
        own = self._namespaces[router.name]
        if not router.vrfs:
            return ("ip", "netns", "exec", own)
        pairs = (word for vrf in router.vrfs for word in (vrf, self._vrfs[router.name, vrf]))
        return ("unshare", "-m", "sh", "-c", _VRFS_ALONE, str(mounts), own, *pairs, "--")

    def _await(self, router: Router, daemon: str) -> None:
        until = time.monotonic() + _START
        place = self.folder / router.name
        while not (place / f"{daemon}.vty").exists():
            if time.monotonic() > until:
                said = (place / f"{daemon}.out").read_text(errors="replace").strip()[-300:]
                raise MachineFault(f"{daemon} of {router.name} did not start: {said}")
            time.sleep(0.02)

    def _load(self) -> None:
        """Lines as an operator would type them; then what is down goes down."""
        for router, said in zip(self.plan.routers, self._pool.map(self._type, self.plan.routers), strict=True):
            if said:
                self.refused[router.name] = said
        self._in_places(lambda port: () if port.up else (f"link set {port.id.interface} down",))

    def _type(self, router: Router) -> tuple[str, ...]:
        path = self.folder / router.name / "typed.conf"
        path.write_text(router.pacing + router.text + router.tuning)
        first = router.pacing.count("\n")
        own = range(1, router.text.count("\n") + 1)
        complaints = _COMPLAINT.findall(self.vtysh(router.name, "-f", str(path)))
        numbered = ((int(number) - first, line.strip()) for number, _, line in complaints)
        return tuple(f"line {number}: {line}" for number, line in numbered if number in own)

    def vtysh(self, node: str, *words: str) -> str:
        """What one router's shell prints."""
        place = str(self.folder / node)
        return tell("vtysh", "--vty_socket", place, "--config_dir", place, *words)

    def ask(self, commands: Mapping[str, tuple[str, ...]]) -> dict[str, dict[str, str]]:
        """Router -> command -> what it prints; `commands` by daemon, asked where the daemon runs, in all VRFs."""
        asked = [(router.name, command) for router in self.plan.routers for command in _asked(router, commands)]
        found: dict[str, dict[str, str]] = {router.name: {} for router in self.plan.routers}
        told = self._pool.map(lambda each: self.vtysh(each[0], "-c", each[1]), asked)
        for (node, command), text in zip(asked, told, strict=True):
            found[node][command] = text
        return found

    def watch(self, commands: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
        """Router -> what it prints of all commands in one go: cheap enough to be asked again and again."""
        words = {
            router.name: [word for command in _asked(router, commands) for word in ("-c", command)]
            for router in self.plan.routers
        }
        asked = [node for node, each in words.items() if each]
        return dict(zip(asked, self._pool.map(lambda node: self.vtysh(node, *words[node]), asked), strict=True))

    def read(self) -> dict[str, dict[str, str]]:
        """Everything that a state is made of."""
        return self.ask(ASKED)

    def link_locals(self) -> dict[Address, InterfaceId]:
        """Whose each link-local address is."""
        found = {}
        places = (*self._namespaces.items(), *((node, place) for (node, _), place in self._vrfs.items()))
        for node, namespace in places:
            for link in json.loads(run("ip", "-n", namespace, "-j", "-6", "addr")):
                for each in link.get("addr_info", ()):
                    if each.get("scope") == "link":
                        found[parse_address(each["local"])] = InterfaceId(node, link["ifname"])
        return found

    def version(self) -> str:
        """FRR's own."""
        first = next(iter(self.plan.routers), None)
        said = self.vtysh(first.name, "-c", "show version") if first is not None else ""
        return said.split()[1] if said.startswith("FRRouting") else "of unknown version"


def _asked(router: Router, commands: Mapping[str, tuple[str, ...]]) -> list[str]:
    """What one router is asked of the commands by daemon."""
    return [
        in_vrf(command, vrf)
        for daemon in (*_ALWAYS, *router.daemons)
        for command in commands.get(daemon, ())
        for vrf in (DEFAULT_VRF, *router.vrfs)
    ]


def _port_rows(port: Port) -> Iterator[str]:
    name = port.id.interface
    yield f"link set {name} up"
    for address in port.addresses:
        yield f"addr add {address} dev {name}"


def _sweep() -> None:
    """Takes away what a lab left whose owner was killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}-*"):
        owner, token = folder.name.split("-")[2:4]
        if Path(f"/proc/{owner}").exists():
            continue
        pids = folder / "pids"
        for pid in map(int, pids.read_text().split() if pids.exists() else ()):
            with contextlib.suppress(OSError):
                if str(folder).encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                    os.kill(pid, signal.SIGKILL)
        for namespace in tell("ip", "netns", "list").split():
            if namespace.startswith(f"gr{token}-"):
                tell("ip", "netns", "del", namespace)
        shutil.rmtree(folder, ignore_errors=True)
