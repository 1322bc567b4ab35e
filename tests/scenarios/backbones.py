"""Generated backbones as tests use them: files, what was built where, and configuration text in each vendor's words.

A backbone: routers `SITE-bb1` in one IGP, two or three route reflectors, data centers with services, anycast DNS at
two sites, and eBGP to providers, peers and customers (isp-*, peer-*, cust-*), whose configurations may be left out.
"""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from ipaddress import ip_interface
from pathlib import Path
from typing import Any

import data
import pytest
import yaml

from guard.engines.embedded import Embedded
from guard.pipeline import CheckRequest, check
from guard.shell.cli.folder import read_policies, read_snapshot
from guard.shell.data import folder

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
_OUTSIDE = ("configs/isp-", "configs/peer-", "configs/cust-")
_ENGINE = Embedded()


@functools.cache
def _policies() -> Mapping[str, str]:
    return read_policies(folder("policies"))


@dataclass(frozen=True)
class Judged:
    """A verdict with what was found new."""

    verdict: str
    findings: tuple[Mapping[str, Any], ...]
    document: Mapping[str, Any]

    def named(self, *enforcements: str) -> set[str]:
        """Policies with new or undecided findings of these enforcements (none given: all)."""
        return {each["policy"] for each in self.findings if not enforcements or each["enforcement"] in enforcements}

    def told(self) -> str:
        """What a failing test prints."""
        lines = (
            f"{each['enforcement']} {each['policy']} {each['status']} step {each['step']}: {each['message']}"
            f" {list(each['subjects'])[:4]} {list(each['evidence'])[:3]}"
            for each in self.findings
        )
        return "\n".join((self.verdict, *lines))

    def stopping(self) -> str:
        """Everything that is said about why it is stopped, as text."""
        return json.dumps([each for each in self.findings if each["enforcement"] != "warn"], ensure_ascii=False)


def judge(
    files: Mapping[str, str], change: Mapping[str, Any] | str, failures: int | None = None, now: datetime = NOW
) -> Judged:
    """The verdict on a change, given as its document without apiVersion and kind, or as text."""
    text = change if isinstance(change, str) else yaml.safe_dump(
        {"apiVersion": "guard/v1", "kind": "Change", "metadata": {"id": "CHG-1", "author": "neteng"}, **change},
        sort_keys=False,
    )  # fmt: skip
    request = CheckRequest(files, text, "change.yaml", {}, (_policies(),), now, failures)
    outcome = check(request, (_ENGINE,))
    found = tuple(each for each in outcome.document["findings"] if each["status"] in ("new", "undecided"))
    return Judged(outcome.verdict, found, outcome.document)


@dataclass(frozen=True)
class Backbone:
    """`plan` is what the generator says it built; `changes` its own changes, by name, with what it expects of them."""

    name: str
    files: Mapping[str, str]
    plan: Mapping[str, Any]
    changes: Mapping[str, str]
    expected: Mapping[str, Any]

    def without_outside(self) -> Backbone:
        """The same where nobody has the configurations of providers, peers and customers."""
        kept = {name: text for name, text in self.files.items() if not name.startswith(_OUTSIDE)}
        return replace(self, name=f"{self.name}, ours alone", files=kept)

    def judge(self, *steps: Mapping[str, Any], **more: Any) -> Judged:
        """The verdict on these steps; `more`: effect, expect and metadata of the change."""
        metadata = {"id": "CHG-1", "author": "neteng", **more.pop("metadata", {})}
        return judge(self.files, {"metadata": metadata, **more, "steps": list(steps)})

    # ------------------------------------------------------------------------------------------ what is where

    def routers(self, role: str = "") -> list[str]:
        devices = self.plan["devices"].items()
        return [name for name, each in devices if each["kind"] == "backbone" and role in ("", each["role"])]

    def vendor(self, device: str) -> str:
        return str(self.plan["devices"][device]["vendor"])

    def site(self, device: str) -> str:
        return str(self.plan["devices"][device]["site"])

    def interfaces(self, device: str, kind: str) -> dict[str, str]:
        """name -> address."""
        found = self.plan["devices"][device]["interfaces"].items()
        return {name: each["address"] for name, each in found if each["kind"] == kind}

    def loopback(self, device: str) -> str:
        (address,) = self.interfaces(device, "loopback").values()
        return address.partition("/")[0]

    def links(self, device: str) -> list[tuple[str, str, str]]:
        """(own interface, neighbour, its interface) of each backbone link of a router."""
        found = []
        for one, port, other, far in self.plan["igp_adjacencies"]:
            if one == device:
                found.append((port, other, far))
            elif other == device:
                found.append((far, one, port))
        return found

    def neighbors(self, device: str) -> list[str]:
        return [neighbor for _, neighbor, _ in self.links(device)]

    def hanging(self, *, without: str) -> set[tuple[object, str]]:
        """(failure of a link or router, router that it cuts off from the most), once one router is gone."""
        links = [(one, other) for one, _, other, _ in self.plan["igp_adjacencies"]]
        found = set[tuple[object, str]]()
        for failed in (*range(len(links)), *self.routers()):
            names = [name for name in self.routers() if name not in (without, failed)]
            left = [each for at, each in enumerate(links) if at != failed and {*each} <= {*names}]
            islands = _islands(names, left)
            found |= {(failed, name) for name in set().union(*islands) - max(islands, key=len)}
        return found

    def externals(self, device: str) -> list[str]:
        """Addresses of the routers outside, and of DNS servers, that a router has eBGP with."""
        ends = ((near, far) for near, _, _, far in self.plan["bgp_sessions"])
        return [far for near, far in ends if near == device and far.startswith(("198.18.", "172.30."))]

    def reflectors(self, device: str) -> list[str]:
        """The route reflectors that a router is a client of."""
        pairs = ((one, other) for one, _, other, _ in self.plan["bgp_sessions"])
        return [one for one, other in pairs if other == device and one in self.routers("rr")]

    def tight(self) -> tuple[str, str]:
        """A router with two links, and one of them."""
        return self._shut_by("link-shut-tight")

    def spare(self) -> tuple[str, str]:
        """A router, and a link of it that two disjoint paths back up."""
        return self._shut_by("link-shut")

    def _shut_by(self, change: str) -> tuple[str, str]:
        if change not in self.changes:
            pytest.skip(f"this topology has no place for {change}")
        (step,) = yaml.safe_load(self.changes[change])["steps"]
        return step["device"], step["merge"].split()[1]

    def inventory(self) -> dict[str, Any]:
        found = yaml.safe_load(self.files["inventory.yaml"])
        assert isinstance(found, dict)
        return found

    def inventory_step(self, document: Mapping[str, Any]) -> dict[str, Any]:
        return {"file": "inventory.yaml", "replace": yaml.safe_dump(dict(document), sort_keys=False)}

    def config(self, device: str) -> str:
        return next(text for name, text in self.files.items() if Path(name).stem == device and "configs/" in name)

    def words(self, device: str) -> Words:
        return Words(self.vendor(device), self.plan["options"]["igp"])

    def free_port(self, device: str, number: int = 0) -> str:
        """The name of a port that nothing is on yet."""
        vendor = self.vendor(device)
        names = self.plan["devices"][device]["interfaces"]
        free = 1 + number + sum(1 for name in names if name.startswith(("eth", "Ten", "Eth")))
        if vendor == "ios":
            return f"TenGigabitEthernet0/{(free - 1) // 8}/{(free - 1) % 8}"
        return f"eth{free}" if vendor == "frr" else f"Ethernet{free}"


def _islands(nodes: Iterable[str], edges: Iterable[tuple[str, str]]) -> list[set[str]]:
    """Nodes that reach each other."""
    island = {node: {node} for node in nodes}
    for one, other in edges:
        if island[one] is not island[other]:
            island[one] |= island[other]
            for node in island[other]:
                island[node] = island[one]
    return list({id(each): each for each in island.values()}.values())


# ---------------------------------------------------------------------------------------------- configuration


@dataclass(frozen=True)
class Words:
    """What is typed in configuration mode, in the words of a vendor and an IGP."""

    vendor: str
    igp: str

    def port(self, name: str, address: str) -> str:
        """An addressed interface outside the IGP."""
        ours = ip_interface(address)
        lines = [f"interface {name}"]
        if self.vendor == "eos":
            lines.append(" no switchport")
        lines.append(f" ip address {ours.ip} {ours.netmask}" if self.vendor == "ios" else f" ip address {address}")
        if self.vendor != "frr":
            lines.append(" no shutdown")
        return _text(lines)

    def link(self, name: str, address: str, cost: int) -> str:
        """An interface on which the IGP runs. Its address is in 172.20.0.0/14, which IOS's network statement takes."""
        lines = [*self.port(name, address).splitlines(), *self._igp(cost)]
        if self.igp == "ospf" and self.vendor != "frr":
            lines += ["router ospf 1", f" no passive-interface {name}"]
        return _text(lines)

    def _igp(self, cost: int) -> Iterator[str]:
        if self.igp == "ospf":
            yield " ip ospf network point-to-point"
            yield f" ip ospf cost {cost}"
            if self.vendor != "ios":
                yield " ip ospf area 0.0.0.0"
            return
        yield " isis enable CORE" if self.vendor == "eos" else " ip router isis CORE"
        yield " isis circuit-type level-2" + ("" if self.vendor == "eos" else "-only")
        yield " isis network point-to-point"
        yield f" isis metric {cost}" + (" level-2" if self.vendor == "ios" else "")

    def shut(self, *names: str) -> str:
        return _text(line for name in names for line in (f"interface {name}", " shutdown"))

    def entries(self, name: str, entries: Sequence[str], first: int = 1000) -> str:
        """Entries of a prefix-list, each as `permit 10.0.0.0/8 le 24`."""
        numbered = [f"seq {first + 5 * at} {entry}" for at, entry in enumerate(entries)]
        if self.vendor == "eos":
            return _text((f"ip prefix-list {name}", *(f" {each}" for each in numbered)))
        return _text(f"ip prefix-list {name} {each}" for each in numbered)

    def import_map(self, asn: int) -> str:
        """What a customer may announce, as the generator has it for the others."""
        return _text((
            f"route-map CUSTOMER-{asn}-IN deny 10",
            " match ip address prefix-list BOGONS",
            f"route-map CUSTOMER-{asn}-IN permit 100",
            f" match ip address prefix-list CUSTOMER-{asn}",
            " set local-preference 300",
            " set community 64500:100",
            f"route-map CUSTOMER-{asn}-IN deny 1000",
        ))  # fmt: skip

    def external(self, address: str, asn: int, import_map: str, export_map: str, limit: int = 30) -> str:
        """An eBGP session; an empty name leaves the policy out."""
        ways = ((import_map, "in"), (export_map, "out"))
        maps = [f"neighbor {address} route-map {name} {way}" for name, way in ways if name]
        maximum = f"neighbor {address} maximum-{'routes' if self.vendor == 'eos' else 'prefix'} {limit}"
        inside = [f"neighbor {address} activate"]
        common = [f"neighbor {address} send-community", *maps, maximum]
        outside = [f"neighbor {address} remote-as {asn}"]
        if self.vendor == "eos":
            outside += common
        else:
            inside += common
        return self._bgp(outside, inside)

    def client(self, address: str) -> str:
        """On a reflector: one more client."""
        return self._bgp([f"neighbor {address} {self._group} RR-CLIENTS"], self._activated(address))

    def no_neighbor(self, *addresses: str) -> str:
        return _text(("router bgp 64500", *(f" no neighbor {each}" for each in addresses)))

    def _activated(self, address: str) -> list[str]:
        return [f"neighbor {address} activate"] if self.vendor == "ios" else []

    @property
    def _group(self) -> str:
        return "peer group" if self.vendor == "eos" else "peer-group"

    def _bgp(self, outside: Sequence[str], inside: Sequence[str]) -> str:
        lines = ["router bgp 64500", *(f" {each}" for each in outside)]
        if inside:
            lines += [" address-family ipv4" + (" unicast" if self.vendor == "frr" else "")]
            lines += [f"  {each}" for each in inside]
        return _text(lines)

    def null_route(self, prefix: str) -> str:
        network = ip_interface(prefix).network
        if self.vendor == "ios":
            return f"ip route {network.network_address} {network.netmask} Null0\n"
        return f"ip route {network} Null0\n"

    def router(self, name: str, loopback: str, ports: Sequence[tuple[str, str, int]], reflectors: Sequence[str]) -> str:
        """A whole configuration: a core router with links (port, address, cost) and iBGP to its reflectors."""
        lo = "lo" if self.vendor == "frr" else "Loopback0"
        mask = " 255.255.255.255" if self.vendor == "ios" else "/32"
        lines = [f"hostname {name}", *(["ip routing"] if self.vendor == "eos" else [])]
        if self.vendor == "frr":
            lines = ["frr version 8.4.4", "frr defaults traditional", *lines]
        lines += [f"interface {lo}", f" ip address {loopback}{mask}", *self._loopback_igp()]
        lines += [line for port, address, cost in ports for line in self.link(port, address, cost).splitlines()]
        lines += self._igp_process(loopback)
        lines += ["router bgp 64500", f" {'' if self.vendor == 'eos' else 'bgp '}router-id {loopback}"]
        lines += [f" neighbor RR {self._group}", " neighbor RR remote-as 64500", f" neighbor RR update-source {lo}"]
        lines += [f" neighbor {each} {self._group} RR" for each in reflectors]
        family = ["neighbor RR next-hop-self", "neighbor RR send-community"]
        if self.vendor == "eos":
            lines += [f" {each}" for each in family]
        else:
            lines += [" address-family ipv4" + (" unicast" if self.vendor == "frr" else "")]
            lines += [f"  {each}" for each in family]
            lines += [f"  neighbor {each} activate" for each in reflectors]
        return _text(lines)

    def _loopback_igp(self) -> list[str]:
        if self.igp == "isis":
            return [" isis enable CORE", " isis passive"] if self.vendor == "eos" else [" ip router isis CORE"]
        return [] if self.vendor == "ios" else [" ip ospf area 0.0.0.0"]

    def _igp_process(self, loopback: str) -> list[str]:
        if self.igp == "isis":
            digits = "".join(f"{int(part):03}" for part in loopback.split("."))
            net = f"49.0001.{digits[:4]}.{digits[4:8]}.{digits[8:]}.00"
            if self.vendor == "eos":
                return ["router isis CORE", f" net {net}", " is-type level-2", " address-family ipv4 unicast"]
            return ["router isis CORE", f" net {net}", " is-type level-2-only", " metric-style wide"]
        if self.vendor == "ios":
            networks = [" network 172.16.0.0 0.0.255.255 area 0", " network 172.20.0.0 0.3.255.255 area 0"]
            return ["router ospf 1", f" router-id {loopback}", *networks]
        if self.vendor == "eos":
            return ["router ospf 1", f" router-id {loopback}"]
        return ["router ospf", f" ospf router-id {loopback}"]


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


# ---------------------------------------------------------------------------------------------- making them


class Workshop:
    """Makes each backbone once a session, whatever order the tests come in."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._made: dict[tuple[str, ...], Backbone] = {}

    def __call__(self, topology: str, *options: str) -> Backbone:
        key = (topology, *options)
        if key not in self._made:
            self._made[key] = generate(self._root / str(len(self._made)), topology, *options)
        return self._made[key]


def generate(root: Path, topology: str, *options: str) -> Backbone:
    """A backbone made into `root`; a skip with the reason where the generator, its data or networkx are not here."""
    script = data.JUDGE / "make_backbone.py"
    if not script.exists():
        pytest.skip(f"the generator is not here: {script.name} (set GUARD_DATA)")
    source = ("--synthetic", topology) if topology.isdigit() else ("--zoo", str(_zoo(topology)))
    for python in (sys.executable, "python3"):
        made = subprocess.run(
            [python, str(script), *source, "-o", str(root), *options], capture_output=True, text=True, check=False
        )
        if made.returncode == 0:
            return load_backbone(root, " ".join((topology, *options)))
    if "No module named" in made.stderr:
        pytest.skip(f"the generator does not run here: {made.stderr.strip().splitlines()[-1]}")
    raise RuntimeError(made.stderr)


def _zoo(topology: str) -> Path:
    return data.needs(f"topology-zoo/graphml/{topology}.graphml")


def load_backbone(root: Path, name: str) -> Backbone:
    changes = root / "changes"
    return Backbone(
        name=name,
        files=read_snapshot(root / "snapshot"),
        plan=json.loads((root / "plan.json").read_text()),
        changes={each.stem: each.read_text() for each in changes.glob("*.yaml") if each.stem != "expect"},
        expected=yaml.safe_load((changes / "expect.yaml").read_text()),
    )
