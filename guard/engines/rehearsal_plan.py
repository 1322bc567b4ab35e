"""What a rehearsal has to build for a snapshot: routers with the lines to load, wires between them, and speakers that
say what the outside says. Pure: the shell builds it.

Lowered timers change when FRR converges, not to what; where a configuration sets hello or dead intervals itself, OSPF
keeps those of all, since a mismatch is a state of its own. A VRF is a network namespace (`zebra -n`), which any
kernel has: FRR's tables and leaks are the same, a leaked packet is not forwarded. Not rehearsed, said by name:
interface names longer than Linux takes, outside neighbours that share no subnet with us.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from guard.engines.frr_shown import DEFAULT_VRF
from guard.engines.outside_speaker import outside_text
from guard.model.address import Address
from guard.model.device import Device, Interface, Vendor
from guard.model.state import BgpSession, InterfaceId, NetworkState
from guard.parse.cisco import cumulus
from guard.snapshot.snapshot import Snapshot

#: Linux: IFNAMSIZ is 16 with the final zero.
_LONGEST_NAME = 15
#: Which daemon a line of a configuration needs; zebra and staticd always run.
_NEEDS = (
    ("ospfd", r"^router ospf(?!6)"),
    ("ospf6d", r"^router ospf6|^\s+ipv6 ospf6 "),
    ("isisd", r"^router isis "),
    ("ripd", r"^router rip(?!ng)"),
    ("ripngd", r"^router ripng"),
    ("eigrpd", r"^router eigrp"),
    ("bgpd", r"^router bgp"),
)
#: Lines that are about the host and its files, not about routing.
_OF_THE_HOST = re.compile(r"(log|password|enable password|service|agentx|line vty|domainname)\b", re.IGNORECASE)
_INTERFACE = re.compile(r"^interface (\S+)[^\n]*", re.MULTILINE)
_NAMED_VRF = re.compile(r"^(?:vrf|router .* vrf) (\S+)", re.MULTILINE)
#: The dead interval is also how long a router waits before it elects a DR; shorter ones flap on a busy machine.
HELLO, DEAD = 1, 8
_ISIS_PACE = " isis hello-interval 1\n isis csnp-interval 2\n isis psnp-interval 1\n"


class CannotRehearse(Exception):
    """The snapshot is not one that live FRR can play; the text names the device and why."""


@dataclass(frozen=True, slots=True)
class Port:
    """One interface as Linux has it. `up` False: taken down once the configuration is loaded."""

    id: InterfaceId
    up: bool
    addresses: tuple[str, ...] = ()
    vrf: str = DEFAULT_VRF


@dataclass(frozen=True, slots=True)
class Router:
    """`pacing` is typed first, then `text`, then `tuning`. `outside`: it stands for a neighbour that no device owns.
    `vrfs`: those beside the default one."""

    name: str
    pacing: str
    text: str
    tuning: str
    daemons: tuple[str, ...]
    ports: tuple[Port, ...]
    outside: bool = False
    vrfs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """`wires` join the ends of one broadcast domain; `outside`: speaker -> the session at our end."""

    routers: tuple[Router, ...]
    wires: tuple[tuple[InterfaceId, ...], ...]
    outside: Mapping[str, BgpSession]
    unheard: tuple[BgpSession, ...]


def plan(snapshot: Snapshot, computed: NetworkState) -> Plan:
    """How to build this moment of the network; CannotRehearse where it cannot be."""
    gone = snapshot.down_nodes | computed.scenario.down_nodes
    devices = [device for name, device in sorted(snapshot.devices.items()) if name not in gone]
    for device in devices:
        _check(device)
    speaking, unheard = _outside_sessions(computed)
    speakers = {f"outside{number}": session for number, session in enumerate(speaking)}
    tuned = not any(re.search(r"hello-interval|dead-interval", text) for text in snapshot.files.values())
    routers = [_router(device, snapshot, computed, tuned) for device in devices]
    routers += [_speaker(name, session, computed) for name, session in speakers.items()]
    return Plan(tuple(routers), tuple(_wires(snapshot, computed, routers, speakers)), speakers, tuple(unheard))


def _check(device: Device) -> None:
    if device.vendor is not Vendor.FRR:
        raise CannotRehearse(f"{device.name} is {device.vendor.value}, and a rehearsal runs FRR alone")
    for interface in device.interfaces:
        if len(interface.name) > _LONGEST_NAME:
            raise CannotRehearse(f"{device.name}[{interface.name}] is longer than Linux takes ({_LONGEST_NAME})")


def _router(device: Device, snapshot: Snapshot, computed: NetworkState, tuned: bool) -> Router:
    stanzas, text = cumulus.split(snapshot.files[device.file])
    text = "\n".join(row for row in text.splitlines() if not _OF_THE_HOST.match(row)) + "\n"
    text = _INTERFACE.sub(lambda head: _heading(device, head[1]), text)
    daemons = tuple(name for name, needed in _NEEDS if re.search(needed, text, re.MULTILINE))
    return Router(
        name=device.name,
        pacing="".join(_pacing(device, text, daemons, tuned)),
        text=text,
        tuning="".join(_tuning(text)),
        daemons=daemons,
        ports=tuple(_port(device, each, computed, bool(stanzas)) for each in device.interfaces if _is_built(each)),
        vrfs=_vrfs(device, text),
    )


def _vrfs(device: Device, text: str) -> tuple[str, ...]:
    """VRFs that interfaces are in, and those that are named alone."""
    named = {each.vrf for each in device.interfaces} | set(_NAMED_VRF.findall(text))
    return tuple(sorted(named - {DEFAULT_VRF}))


def _heading(device: Device, name: str) -> str:
    """zebra looks an interface up in the VRF that is named with it, where VRFs are namespaces."""
    vrf = next((each.vrf for each in device.interfaces if each.name == name), DEFAULT_VRF)
    return f"interface {name}" if vrf == DEFAULT_VRF else f"interface {name} vrf {vrf}"


def _is_built(interface: Interface) -> bool:
    return interface.kind != "null"


def _port(device: Device, interface: Interface, computed: NetworkState, stanzas: bool) -> Port:
    """Where /etc/network/interfaces configures addresses, nobody else will set them."""
    name = InterfaceId(device.name, interface.name)
    state = computed.interfaces.get(name)
    addresses = tuple(f"{each.address}/{each.length}" for each in interface.addresses) if stanzas else ()
    return Port(name, state is None or state.up, addresses, interface.vrf)


def _pacing(device: Device, text: str, daemons: tuple[str, ...], tuned: bool) -> Iterator[str]:
    """Typed before all else: the wait for a DR and the pause after a first LSP run as they were when they began."""
    kinds = [kind for daemon, kind in (("ospfd", "ip ospf"), ("ospf6d", "ipv6 ospf6")) if daemon in daemons]
    for interface in device.interfaces if tuned and kinds else ():
        rows = (f" {kind} hello-interval {HELLO}\n {kind} dead-interval {DEAD}\n" for kind in kinds)
        yield f"{_heading(device, interface.name)}\n{''.join(rows)}exit\n"
    for process in _isis_processes(text):
        yield f"router isis {process}\n lsp-gen-interval 1\n spf-interval 1\nexit\n"


def _tuning(text: str) -> Iterator[str]:
    """Typed last: what needs the process or the neighbour to be there. Connections are tried again after 120 s else."""
    for head in sorted(_isis_headings(text)) if "isis hello-interval" not in text else ():
        yield f"{head}\n{_ISIS_PACE}exit\n"
    for process in _isis_processes(text):
        yield f"router isis {process}\n lsp-gen-interval 1\n spf-interval 1\nexit\n"
    for head, body in re.findall(r"^(router bgp[^\n]*)\n((?:[ \t!][^\n]*\n|\n)*)", text, re.MULTILINE):
        peers = dict.fromkeys(re.findall(r"^\s+neighbor (\S+) (?:remote-as|peer-group|interface)", body, re.MULTILINE))
        yield head + "\n" + "".join(f" neighbor {peer} timers connect 1\n" for peer in peers) + "exit\n"


def _isis_processes(text: str) -> list[str]:
    return re.findall(r"^router isis (\S+(?: vrf \S+)?)", text, re.MULTILINE)


def _isis_headings(text: str) -> frozenset[str]:
    blocks = re.findall(r"^(interface \S+[^\n]*)\n((?:[ \t][^\n]*\n)*)", text, re.MULTILINE)
    return frozenset(head for head, body in blocks if re.search(r"^\s+ip(v6)? router isis ", body, re.MULTILINE))


def _outside_sessions(computed: NetworkState) -> tuple[list[BgpSession], list[BgpSession]]:
    """Sessions that are up towards nobody in the snapshot: those whose far end can be put on a wire, and the others."""
    speaking: list[BgpSession] = []
    unheard: list[BgpSession] = []
    for session in computed.sessions:
        if session.up and session.remote_node is None:
            (speaking if shared_interface(session, computed) is not None else unheard).append(session)
    return speaking, unheard


def shared_interface(session: BgpSession, computed: NetworkState) -> tuple[InterfaceId, Address, int] | None:
    """The interface of ours whose subnet holds the far end, with our address and its length there."""
    remote = session.remote_address
    if remote is None or remote.is_link_local:
        return None
    for name, state in sorted(computed.interfaces.items()):
        if name.node != session.node or not state.up or state.vrf != session.vrf:
            continue
        for address, length in state.addresses:
            if address.version == remote.version and _same_subnet(address, remote, length):
                return name, address, length
    return None


def _same_subnet(one: Address, other: Address, length: int) -> bool:
    shift = (32 if one.version == 4 else 128) - length
    return one.value >> shift == other.value >> shift and one != other


def _speaker(name: str, session: BgpSession, computed: NetworkState) -> Router:
    found = shared_interface(session, computed)
    assert found is not None
    _, ours, length = found
    text = outside_text(name, session, ours, length, computed.bgp.received(session.key))
    return Router(name, "", text, "", ("bgpd",), (Port(InterfaceId(name, "eth0"), True),), outside=True)


def _wires(
    snapshot: Snapshot, computed: NetworkState, routers: Iterable[Router], speakers: Mapping[str, BgpSession]
) -> Iterator[tuple[InterfaceId, ...]]:
    """Interfaces that hear each other, joined; one that hears nobody has a wire of its own, so that it has carrier."""
    ports = sorted(port.id for router in routers for port in router.ports if port.id.interface != "lo")
    root = {each: each for each in ports}

    def find(one: InterfaceId) -> InterfaceId:
        while root[one] != one:
            one = root[one]
        return one

    links = [(edge.tail, edge.head) for edge in (*(snapshot.layer1 or ()), *computed.edges)]
    for name, session in speakers.items():
        shared = shared_interface(session, computed)
        if shared is not None:
            links.append((InterfaceId(name, "eth0"), shared[0]))
    for tail, head in links:
        if tail in root and head in root:
            root[find(tail)] = find(head)
    joined: dict[InterfaceId, list[InterfaceId]] = defaultdict(list)
    for each in ports:
        joined[find(each)].append(each)
    yield from sorted(map(tuple, joined.values()))
