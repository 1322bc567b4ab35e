"""Three routers of three vendors in a triangle, one provider outside, one zone: what sentences are tried on.

provider 203.0.113.1 -- pop1 (FRR) -- DC1-R1 (IOS, in alpha.cfg) -- dc2-r1 (EOS) -- pop1
"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guard.shell.cli.main import main

DC1 = """\
!
version 15.7
hostname DC1-R1
!
interface GigabitEthernet0/0
 description to pop1
 ip address 172.16.0.0 255.255.255.254
 ip ospf network point-to-point
 no shutdown
!
interface GigabitEthernet0/1
 description to dc2
 ip address 172.16.0.2 255.255.255.254
 ip ospf network point-to-point
 no shutdown
!
interface GigabitEthernet0/2
 ip address 10.1.1.1 255.255.255.0
 no shutdown
!
interface Loopback0
 ip address 192.168.0.1 255.255.255.255
!
router ospf 1
 router-id 192.168.0.1
 passive-interface GigabitEthernet0/2
 network 172.16.0.0 0.0.255.255 area 0
 network 10.1.0.0 0.0.255.255 area 0
 network 192.168.0.0 0.0.0.255 area 0
!
router bgp 64500
 bgp router-id 192.168.0.1
 neighbor 192.168.0.2 remote-as 64500
 neighbor 192.168.0.2 update-source Loopback0
 neighbor 192.168.0.3 remote-as 64500
 neighbor 192.168.0.3 update-source Loopback0
 neighbor 192.168.0.2 password lab
!
snmp-server community s3cretRO RO
!
end
"""

POP1 = """\
frr version 8.4.4
frr defaults traditional
hostname pop1
!
interface eth0
 ip address 172.16.0.1/31
 ip ospf network point-to-point
 ip ospf area 0
exit
!
interface eth1
 ip address 172.16.0.4/31
 ip ospf network point-to-point
 ip ospf area 0
exit
!
interface eth2
 ip address 203.0.113.0/31
exit
!
interface eth3
 ip address 10.2.1.1/24
 ip ospf area 0
 ip ospf passive
exit
!
interface lo
 ip address 192.168.0.2/32
 ip ospf area 0
exit
!
ip route 10.0.0.0/8 blackhole
!
router bgp 64500
 bgp router-id 192.168.0.2
 no bgp ebgp-requires-policy
 neighbor 192.168.0.1 remote-as 64500
 neighbor 192.168.0.1 update-source lo
 neighbor 192.168.0.3 remote-as 64500
 neighbor 192.168.0.3 update-source lo
 neighbor 192.168.0.1 password lab
 neighbor 203.0.113.1 remote-as 64999
 !
 address-family ipv4 unicast
  network 10.0.0.0/8
  neighbor 192.168.0.1 next-hop-self
  neighbor 192.168.0.3 next-hop-self
  neighbor 203.0.113.1 route-map OUT out
  neighbor 203.0.113.1 maximum-prefix 100
 exit-address-family
exit
!
ip prefix-list OURS seq 5 permit 10.0.0.0/8
!
route-map OUT permit 10
 match ip address prefix-list OURS
exit
!
router ospf
 ospf router-id 192.168.0.2
exit
!
"""

DC2 = """\
! device: dc2-r1 (DCS-7280CR3, EOS-4.26.2F)
!
hostname dc2-r1
!
interface Ethernet1
   no switchport
   ip address 172.16.0.3/31
   ip ospf network point-to-point
   ip ospf area 0.0.0.0
!
interface Ethernet2
   no switchport
   ip address 172.16.0.5/31
   ip ospf network point-to-point
   ip ospf area 0.0.0.0
!
interface Ethernet3
   no switchport
   ip address 10.3.1.1/24
   ip ospf area 0.0.0.0
!
interface Loopback0
   ip address 192.168.0.3/32
   ip ospf area 0.0.0.0
!
ip routing
!
router bgp 64500
   router-id 192.168.0.3
   neighbor 192.168.0.1 remote-as 64500
   neighbor 192.168.0.1 update-source Loopback0
   neighbor 192.168.0.2 remote-as 64500
   neighbor 192.168.0.2 update-source Loopback0
!
router ospf 1
   router-id 192.168.0.3
   passive-interface Ethernet3
!
end
"""

INVENTORY = """\
apiVersion: guard/v1
kind: Inventory
sites:
  - {name: dc1, kind: datacenter, devices: ["dc1-*"], prefixes: [10.1.0.0/16]}
  - {name: dc2, kind: datacenter, devices: ["dc2-*"], prefixes: [10.3.0.0/16]}
  - {name: p1, kind: pop, devices: ["pop1"], prefixes: [10.2.0.0/16]}
  - {name: internet, kind: external, devices: ["isp-*"]}
backbone: {devices: ["*"]}
advertisements:
  - {name: ours, prefixes: [10.0.0.0/8], to: internet}
peerings:
  - {device: pop1, neighbor: 203.0.113.1, role: provider, site: internet}
origins: [10.0.0.0/8]
"""

ZONE = """\
$ORIGIN example.com.
$TTL 300
@ IN SOA ns1 hostmaster 2026112101 7200 900 1209600 300
@ IN NS ns1
@ IN NS ns2
ns1 IN A 10.1.1.53
ns2 IN A 10.3.1.53
www IN A 10.2.1.80
mail IN A 10.2.1.81
"""

FILES = {
    "configs/alpha.cfg": DC1,
    "configs/pop1.conf": POP1,
    "configs/dc2-r1.cfg": DC2,
    "inventory.yaml": INVENTORY,
    "zones/example.com.zone": ZONE,
}
HEAD = "apiVersion: guard/v1\nkind: Change\nmetadata: {id: C-1, author: a}\n"


@dataclass(frozen=True)
class Answer:
    """What a command gave: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        return dict(json.loads(self.out))

    @property
    def rows(self) -> list[dict[str, Any]]:
        return list(json.loads(self.out))

    @property
    def error(self) -> dict[str, Any]:
        return dict(self.document["error"])

    def policies(self, status: str = "new") -> set[str]:
        return {each["policy"] for each in self.document["findings"] if each["status"] == status}

    def subjects(self, policy: str) -> list[str]:
        found = (each["subjects"] for each in self.document["findings"] if each["policy"] == policy)
        return [subject for subjects in found for subject in subjects]


def guard(*arguments: str | Path) -> Answer:
    """One command, in this process: starting Python takes longer than most of them."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main([str(each) for each in arguments])
        except SystemExit as ended:
            code = int(ended.code or 0)
    return Answer(code, out.getvalue(), err.getvalue())


@dataclass(frozen=True)
class Lab:
    """A folder with a snapshot and a change."""

    path: Path

    def write(self, files: Mapping[str, str | bytes]) -> None:
        for name, content in files.items():
            target = self.path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if isinstance(content, bytes) else content.encode())

    def snapshot(self, other: Mapping[str, str | bytes] | None = None) -> Path:
        """The triangle's snapshot with other files over or beside its own."""
        files: dict[str, str | bytes] = {**FILES, **(other or {})}
        self.write({f"s/{name}": content for name, content in files.items()})
        return self.path / "s"

    def dry_run(
        self,
        change: str | bytes,
        *options: str,
        other: Mapping[str, str | bytes] | None = None,
        beside: Mapping[str, str | bytes] | None = None,
        form: str = "json",
    ) -> Answer:
        """A dry run of a change (what follows its head), with files of the snapshot and files beside the change."""
        body = HEAD + change if isinstance(change, str) else change
        self.write({f"c/{name}": content for name, content in {"change.yaml": body, **(beside or {})}.items()})
        where = ("-s", self.snapshot(other), "-c", self.path / "c/change.yaml", "-f", form)
        return guard("dry-run", *where, "--failures", "0", *options)

    def show(self, table: str, other: Mapping[str, str | bytes] | None = None) -> list[dict[str, Any]]:
        return guard("show", table, "-s", self.snapshot(other), "-f", "json").rows
