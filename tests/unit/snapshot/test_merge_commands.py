"""Exec-mode commands: what each would do, and nothing called harmless that is not known to be."""

from __future__ import annotations

import pytest

from guard.snapshot.merge.commands import (
    ClearEigrp,
    ClearIsis,
    ClearOspf,
    ClearSessions,
    ConfigLines,
    Effect,
    NoEffect,
    Reload,
    RestartRouting,
    SetInterface,
    Unknown,
    effects,
)


@pytest.mark.parametrize(
    ("vendor", "command", "effect"),
    [
        ("ios", "clear ip bgp *", ClearSessions("all", "*", False, None, None, 1)),
        ("ios", "clear ip bgp * soft in", ClearSessions("all", "*", True, None, None, 1)),
        ("ios", "clear ip bgp 10.0.0.2", ClearSessions("neighbor", "10.0.0.2", False, None, None, 1)),
        ("ios", "clear ip bgp vrf RED 65002", ClearSessions("as", "65002", False, "RED", None, 1)),
        ("ios", "clear bgp ipv6 unicast 2001:db8::2", ClearSessions("neighbor", "2001:db8::2", False, None, "ipv6", 1)),
        ("frr", "clear bgp peer-group PG out", ClearSessions("peer-group", "PG", True, None, None, 1)),
        ("frr", "clear bgp ipv4 unicast * soft", ClearSessions("all", "*", True, None, "ipv4", 1)),
        ("eos", "clear ip bgp neighbor 10.0.0.2", ClearSessions("neighbor", "10.0.0.2", False, None, None, 1)),
        ("eos", "clear ip bgp * vrf RED", ClearSessions("all", "*", False, "RED", None, 1)),
        ("ios", "clear ip ospf process", ClearOspf(None, None, 1)),
        ("ios", "clear ip ospf 1 process", ClearOspf("1", None, 1)),
        ("ios", "clear isis *", ClearIsis(1)),
        ("ios", "clear ip eigrp neighbors", ClearEigrp(1)),
        ("ios", "clear ip eigrp 1 neighbors 10.0.0.2", ClearEigrp(1)),
        ("nxos", "clear ip eigrp vrf RED neighbors", ClearEigrp(1)),
        ("ios", "reload", Reload(False, 1)),
        ("eos", "reload now", Reload(False, 1)),
        ("ios", "reload in 10", Reload(True, 1)),
        ("junos", "clear bgp neighbor", ClearSessions("all", "*", False, None, None, 1)),
        ("junos", "clear bgp neighbor 10.0.0.2 soft-inbound",
         ClearSessions("neighbor", "10.0.0.2", True, None, None, 1)),
        ("junos", "clear ospf neighbor all", ClearOspf(None, None, 1)),
        ("junos", "clear isis adjacency", ClearIsis(1)),
        ("junos", "request system reboot", Reload(False, 1)),
        ("junos", "restart routing immediately", RestartRouting(1)),
        ("junos", "configure exclusive\nset protocols ospf overload\ncommit and-quit",
         ConfigLines("set protocols ospf overload", 2)),
        ("junos", "edit\nedit protocols ospf\nset overload\nexit\ncommit\nexit",
         ConfigLines("edit protocols ospf\nset overload\nexit\ncommit", 2)),
        ("junos", "configure\ndelete protocols", ConfigLines("delete protocols", 2)),
        ("junos", "request system zeroize", Unknown("request system zeroize", 1)),
        ("junos", "restart interface-control", Unknown("restart interface-control", 1)),
        ("frr", "ip link set dev eth0 down", SetInterface("eth0", False, 1)),
        ("frr", "sudo ip link set eth0 up", SetInterface("eth0", True, 1)),
        ("frr", "ifdown swp1", SetInterface("swp1", False, 1)),
        ("frr", "systemctl restart frr", RestartRouting(1)),
        ("frr", "vtysh -c 'clear bgp *'", ClearSessions("all", "*", False, None, None, 1)),
        ("frr", "vtysh -c 'configure terminal' -c 'router bgp 1' -c 'no neighbor 10.0.0.2'",
         ConfigLines("router bgp 1\nno neighbor 10.0.0.2", 1)),
    ],
)  # fmt: skip
def test_what_a_command_does(vendor: str, command: str, effect: Effect) -> None:
    assert effects(command, vendor) == (effect,)


@pytest.mark.parametrize(
    "command",
    [
        "show ip bgp summary | include 10.0.0.2",
        "ping 10.0.0.2",
        "traceroute 10.0.0.2",
        "write memory",
        "copy running-config startup-config",
        "terminal length 0",
        "clear counters",
        "clear logging",
        "reload cancel",
    ],
)
def test_what_changes_nothing_in_the_network(command: str) -> None:
    (effect,) = effects(command, "ios")
    assert isinstance(effect, NoEffect)


@pytest.mark.parametrize(
    "command",
    [
        "debug ip bgp updates",
        "configure replace flash:old.cfg",
        "configure session x",
        "rollback running-config checkpoint 1",
        "commit",
        "clear ip bgp",
        "clear ip bgp * dampening",
        "clear",
        "copy running-config tftp://10.0.0.1/x",
        "copy tftp://10.0.0.1/x running-config",
        "show run; reload",
        "show run | redirect flash:x",
        "./drain.sh",
        "vtysh -f /tmp/x",
        "systemctl stop frr",
        "assess backbone capacity",
    ],
)
def test_what_nobody_knows_is_unknown(command: str) -> None:
    (effect,) = effects(command, "ios")
    assert effect == Unknown(command, 1)


def test_configuration_mode_in_between_is_a_merge() -> None:
    text = "show clock\nconfigure terminal\ninterface Gi0/0\n shutdown\nend\nwrite memory\nclear ip bgp *\n"
    assert effects(text, "ios") == (
        NoEffect("it only reads", 1),
        ConfigLines("interface Gi0/0\n shutdown", 3),
        NoEffect("it saves the running configuration", 6),
        ClearSessions("all", "*", False, None, None, 7),
    )
