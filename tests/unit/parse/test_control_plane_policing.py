"""Policing of the control plane: what a class drops altogether is filtered, what it only polices passes."""

from __future__ import annotations

import pytest

from guard.model.acl import Acl, Flow
from guard.model.device import Device, Vendor
from guard.parse.cisco.reader import read
from guard.simulate.layer3.acl import evaluate

LISTS = """\
ip access-list {extended}BGP
 10 permit tcp any any eq bgp
 20 permit tcp any eq bgp any
ip access-list {extended}SSH
 10 deny tcp 10.0.0.0 0.255.255.255 any eq 22
 20 permit tcp any any eq 22
"""
IOS = (
    LISTS.format(extended="extended ")
    + """\
class-map match-all C-BGP
 match access-group name BGP
class-map match-all C-SSH
 match access-group name SSH
policy-map COPP
 class C-BGP
  police 8000 conform-action {bgp} exceed-action drop
 class C-SSH
  drop
control-plane
 service-policy input COPP
"""
)
NXOS = (
    LISTS.format(extended="")
    + """\
class-map type control-plane match-any C-BGP
  match access-group name BGP
class-map type control-plane match-any C-SSH
  match access-group name SSH
policy-map type control-plane COPP
  class C-BGP
    police cir 0 bps conform {bgp} violate drop
  class C-SSH
    police cir 0 bps conform drop violate drop
control-plane
  service-policy input COPP
"""
)


def own(device: Device, version: int = 4) -> Acl:
    (name,) = [name for each, name in device.control_plane_acls if each == version]
    return device.acls[version, name]


def fate(acl: Acl, port: int, source: int = 0xC0000201) -> bool | None:
    return evaluate(acl, Flow(source, 0x0A000001, destination_port=port)).permitted


@pytest.mark.parametrize(("text", "vendor"), [(IOS, Vendor.IOS), (NXOS, Vendor.NXOS)])
def test_a_class_that_drops_all_it_matches_is_a_filter(text: str, vendor: Vendor) -> None:
    acl = own(read(text.format(bgp="drop"), "configs/r1.cfg", vendor))
    assert fate(acl, 179) is False
    assert fate(acl, 161) is True
    transmitted = own(read(text.format(bgp="transmit"), "configs/r1.cfg", vendor))
    assert fate(transmitted, 179) is True


@pytest.mark.parametrize(("text", "vendor"), [(IOS, Vendor.IOS), (NXOS, Vendor.NXOS)])
def test_what_a_list_denies_before_it_permits_is_in_doubt(text: str, vendor: Vendor) -> None:
    assert fate(own(read(text.format(bgp="transmit"), "configs/r1.cfg", vendor)), 22) is None


def test_a_policy_that_only_polices_filters_nothing() -> None:
    text = NXOS.format(bgp="transmit").replace("conform drop", "conform transmit")
    assert read(text, "configs/r1.cfg", Vendor.NXOS).control_plane_acls == ()


def test_a_class_that_matches_by_something_else_may_match_or_not() -> None:
    text = IOS.format(bgp="drop").replace(
        " match access-group name BGP", " match access-group name BGP\n match dscp ef"
    )
    assert fate(own(read(text, "configs/r1.cfg", Vendor.IOS)), 179) is None


def test_the_class_of_all_others_may_drop_too() -> None:
    text = IOS.format(bgp="transmit").replace("  drop\n", "  police 8000\n class class-default\n  drop\n")
    acl = own(read(text, "configs/r1.cfg", Vendor.IOS))
    assert (fate(acl, 179), fate(acl, 161)) == (True, False)
