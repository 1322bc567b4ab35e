"""Known-bad changes of configurations are written in each vendor's words, and are found.

isp1..isp5 (65001..65005) 192.0.2.0/31, .2/31, … -- r1 (65000) -- 10.0.0.0/31 -- r2
"""

from datetime import UTC, datetime

import pytest

from guard.engines.embedded import Embedded
from guard.judge.policy import load_policies
from guard.planning.proof import Outcome, prove_with
from guard.shell.judging import layers
from guard.snapshot.load import load

PEERS = range(5)
INVENTORY = (
    "apiVersion: guard/v1\nkind: Inventory\nsites:\n  - {name: ams, kind: pop, devices: [r1, r2]}\npeerings:\n"
    + "".join(
        f"  - {{device: r1, neighbor: 192.0.2.{2 * n}, role: customer, cone: [100.64.{n}.0/24]}}\n" for n in PEERS
    )
)
LIST = "ip prefix-list OURS permit 10.9.0.0/16\nroute-map IN permit 10\n match ip address prefix-list OURS\n!\n"


def like_ios(head: str, name: str, n: int, mask: bool) -> str:
    def address(text: str) -> str:
        return f" ip address {text} 255.255.255.254\n" if mask else f" ip address {text}/31\n"

    text = f"{head}hostname {name}\n!\n"
    routed = " no switchport\n" if "EOS" in head else ""
    text += f"interface Ethernet9\n{routed}" + address(f"10.0.0.{n - 1}") + "!\n"
    for at in PEERS if n == 1 else ():
        text += f"interface Ethernet{at}\n{routed}" + address(f"192.0.2.{2 * at + 1}") + "!\n"
    if n == 1:
        text += LIST + "router bgp 65000\n"
        text += "".join(f" neighbor 192.0.2.{2 * at} remote-as {65001 + at}\n" for at in PEERS)
        family = " address-family ipv4 unicast\n" if "frr" in head else " address-family ipv4\n"
        text += family + "".join(
            ("" if "frr" in head else f"  neighbor 192.0.2.{2 * at} activate\n")
            + f"  neighbor 192.0.2.{2 * at} route-map IN in\n" for at in PEERS
        )  # fmt: skip
        text += " exit\n!\n" if "EOS" in head else " exit-address-family\n!\n"
    static = "ip route 0.0.0.0 0.0.0.0 10.0.0.1\n" if mask else "ip route 0.0.0.0/0 10.0.0.1\n"
    return text + ("ip routing\n" if "EOS" in head else "") + (static if n == 1 else "")


def junos(name: str, n: int) -> str:
    text = f"set system host-name {name}\nset interfaces ge-0/0/9 unit 0 family inet address 10.0.0.{n - 1}/31\n"
    text += "set routing-options static route 0.0.0.0/0 next-hop 10.0.0.1\n" if n == 1 else ""
    for at in PEERS if n == 1 else ():
        text += f"set interfaces ge-0/0/{at} unit 0 family inet address 192.0.2.{2 * at + 1}/31\n"
        text += f"set protocols bgp group UP neighbor 192.0.2.{2 * at} peer-as {65001 + at}\n"
    return text + (
        "set routing-options autonomous-system 65000\nset protocols bgp group UP type external\n" if n == 1 else ""
    )


HEADS = {"ios": "", "frr": "frr version 8.4\nfrr defaults datacenter\n", "eos": "! device: r (vEOS, EOS-4.28.0F)\n!\n"}


def outcomes(vendor: str) -> dict[str, Outcome]:
    routers = {"r1": 1, "r2": 2}
    files = {
        f"configs/{name}.cfg": junos(name, n)
        if vendor == "junos"
        else like_ios(HEADS[vendor], name, n, vendor == "ios")
        for name, n in routers.items()
    }
    base = load({**files, "inventory.yaml": INVENTORY})
    proof = prove_with(base, load_policies(*layers({})), [Embedded()], datetime(2026, 11, 21, tzinfo=UTC))
    assert proof.faults == ()
    return {each.name: each for each in proof.outcomes}


def test_what_circles_already_is_no_new_loop() -> None:
    r1, r2 = (like_ios("", name, n, True) for name, n in (("r1", 1), ("r2", 2)))
    base = load({"configs/r1.cfg": r1, "configs/r2.cfg": r2 + "ip route 0.0.0.0 0.0.0.0 10.0.0.0\n"})
    proof = prove_with(base, load_policies(*layers({})), [Embedded()], datetime(2026, 11, 21, tzinfo=UTC))
    assert proof.passed
    assert "a forwarding loop" in {each.name for each in proof.left}


@pytest.mark.parametrize("vendor", [*HEADS, "junos"])
def test_every_vendor_has_its_bad_changes(vendor: str) -> None:
    found = outcomes(vendor)
    names = {
        "nothing", "an unknown command", "careless lines on r1", "an inventory that asks for nothing",
        "a forwarding loop between r1 and r2", "r1 cut off", "sessions shut one after another", "sessions cleared",
    }  # fmt: skip
    assert names <= set(found), sorted(names - set(found))
    widened = [name for name in found if name.startswith("an import policy that takes everything")]
    assert bool(widened) is (vendor != "junos")
