"""Access lists of IOS, EOS and FRR."""

from __future__ import annotations

from guard.model.acl import Acl, AclLine
from guard.model.address import address_text
from guard.model.coverage import LineState
from guard.model.device import Device, Vendor
from guard.parse.cisco.reader import read


def parse(text: str, vendor: Vendor = Vendor.IOS) -> Device:
    return read(text, "configs/r1.cfg", vendor)


def only(device: Device) -> Acl:
    (acl,) = device.acls.values()
    return acl


def side(line: AclLine, which: str) -> str:
    found = getattr(line, which)
    return (
        "|".join(f"{address_text(each.version, each.value)}~{address_text(each.version, each.mask)}" for each in found)
        or "any"
    )


def describe(line: AclLine) -> str:
    parts = [line.name, "permit" if line.permit else "deny", ",".join(map(str, line.protocols)) or "ip"]
    parts += [side(line, "sources"), *(f"{low}-{high}" for low, high in line.source_ports)]
    parts += [side(line, "destinations"), *(f"{low}-{high}" for low, high in line.destination_ports)]
    parts += [f"type {low}" for low, _ in line.icmp_types]
    parts += [word for word in ("established", "fragments") if getattr(line, word)]
    return " ".join([*parts, *([f"opaque {line.opaque}"] if line.opaque else [])])


def test_extended_entries() -> None:
    acl = only(
        parse(
            "ip access-list extended X\n remark first\n permit tcp 10.0.0.0 0.0.0.255 host 192.0.2.1 eq www 443\n"
            " deny udp any range 1000 2000 any neq domain\n permit icmp any any echo-reply\n"
            " permit tcp any any established\n"
            " permit ospf any any\n 15 deny ip any 10.0.0.0 0.255.0.255\n permit 47 any any log\n"
            " deny tcp any lt 1024 any gt 60000\n"
        )
    )
    assert [describe(line) for line in acl.lines] == [
        "10 permit 6 10.0.0.0~0.0.0.255 192.0.2.1~0.0.0.0 80-80 443-443",
        "15 deny ip any 10.0.0.0~0.255.0.255",
        "20 deny 17 any 1000-2000 any 0-52 54-65535",
        "30 permit 1 any any type 0",
        "40 permit 6 any any established",
        "50 permit 89 any any",
        "60 permit 47 any any",
        "70 deny 6 any 0-1023 any 60001-65535",
    ]


def test_numbered_lists_grow_line_by_line() -> None:
    device = parse(
        "access-list 10 permit 10.0.0.0 0.255.255.255\naccess-list 10 deny any log\naccess-list 101 permit ip any any\n"
    )
    assert {name: (acl.standard, len(acl.lines)) for (_, name), acl in device.acls.items()} == {
        "10": (True, 2),
        "101": (False, 1),
    }
    assert describe(device.acls[(4, "10")].lines[0]) == "10 permit ip 10.0.0.0~0.255.255.255 any"
    assert device.acls[(4, "10")].source == ("configs/r1.cfg", 1, 2)


def test_eos_prefixes_and_standard_lists() -> None:
    device = parse(
        "ip access-list standard S\n   10 permit 10.0.0.0/8\n   20 permit host 192.0.2.1\n"
        "ip access-list E\n   counters per-entry\n   10 permit tcp 10.0.0.0/8 any eq ssh\n"
        "   5 deny ip host 10.1.1.1 any\n",
        Vendor.EOS,
    )
    assert [describe(line) for line in device.acls[(4, "S")].lines] == [
        "10 permit ip 10.0.0.0~0.255.255.255 any",
        "20 permit ip 192.0.2.1~0.0.0.0 any",
    ]
    assert [line.name for line in device.acls[(4, "E")].lines] == ["5", "10"]


def test_frr_lists() -> None:
    device = parse(
        "access-list NETS seq 5 permit 10.0.0.0/8\naccess-list NETS seq 10 deny any\n"
        "access-list EXACT permit 10.0.0.0/8 exact-match\nipv6 access-list SIX seq 5 permit 2001:db8::/32\n",
        Vendor.FRR,
    )
    assert [describe(line) for line in device.acls[(4, "NETS")].lines] == [
        "5 permit ip 10.0.0.0~0.255.255.255 any",
        "10 deny ip any any",
    ]
    assert device.acls[(4, "EXACT")].lines[0].opaque == "exact-match"
    assert device.acls[(6, "SIX")].standard is True


def test_ipv6_lists_let_neighbour_discovery_through() -> None:
    acl = only(
        parse("ipv6 access-list SIX\n sequence 10 permit tcp any host 2001:db8::1 eq 443\n permit icmp any any nd-ns\n")
    )
    assert [describe(line) for line in acl.lines] == [
        "10 permit 6 any 2001:db8::1~:: 443-443",
        "20 permit 58 any any type 135",
        "implicit permit 58 any any type 135",
    ]


def test_an_empty_list_filters_nothing_on_ios() -> None:
    assert only(parse("ip access-list extended X\n remark nothing yet\n")).default_permit is True
    assert only(parse("ip access-list extended X\n deny ip any any\n")).default_permit is False
    assert only(parse("ip access-list X\n", Vendor.EOS)).default_permit is False


def test_parts_that_are_not_modelled_make_an_entry_opaque() -> None:
    device = parse(
        "ip access-list extended X\n permit tcp any any time-range WORK\n permit ip any any dscp ef\n"
        " permit tcp object-group A any eq 80\n evaluate MIRROR\n permit icmp any any 3 4\n permit tcp any any syn\n"
    )
    assert [line.opaque for line in only(device).lines] == [
        "time-range", "dscp", "object-group A", "evaluate", "icmp code 4", "syn",
    ]  # fmt: skip
    assert {LineState(state).name for state in device.coverage.states[1:7]} == {"PARTIAL"}


def test_a_line_that_cannot_be_read_may_match() -> None:
    device = parse("ip access-list extended X\n permit tcp any any eq nosuchport\n deny foo any any\n")
    assert [(line.permit, line.opaque) for line in only(device).lines] == [
        (True, "cannot be read"),
        (False, "cannot be read"),
    ]
    assert [line for line, _ in device.warnings] == [2, 3]


def test_object_groups_are_resolved() -> None:
    device = parse(
        "object-group network WEB\n host 192.0.2.1\n 10.0.0.0 255.255.255.0\n"
        "object-group network ALL\n group-object WEB\n 10.9.0.0 /16\n"
        "ip access-list extended X\n permit ip any object-group ALL\n"
    )
    assert [describe(line) for line in only(device).lines] == [
        "10 permit ip any 192.0.2.1~0.0.0.0|10.0.0.0~0.0.0.255|10.9.0.0~0.0.255.255"
    ]
    assert device.undefined == ()


def test_filters_of_the_control_plane() -> None:
    device = parse(
        "system control-plane\n   ip access-group CP in\nip access-list CP\n   10 permit ip any any\n", Vendor.EOS
    )
    assert device.control_plane_acls == ((4, "CP"),)
    copp = parse("control-plane\n service-policy input COPP\n")
    assert [(each.kind, each.name) for each in copp.undefined] == [("policy-map", "COPP")]
    assert LineState(copp.coverage.states[1]).name == "PARTIAL"


def test_a_filter_on_logins_is_one_of_the_control_plane() -> None:
    device = parse(
        "access-list 10 permit 10.0.0.0 0.0.0.255\naccess-list 11 permit any\n"
        "line vty 0 4\n access-class 10 in\nline vty 5 15\n access-class 10 in vrf-also\n access-class 11 out\n"
    )
    assert device.control_plane_acls == ((4, "logins by 10"),)
    logins = device.acls[(4, "logins by 10")]
    assert [describe(line) for line in logins.lines] == [
        "10 permit 6 10.0.0.0~0.0.0.255 any 22-22 23-23",
        "implicit deny 6 any any 22-22 23-23",
    ]
    assert (logins.default_permit, device.unused) == (True, ())
    eos = "management ssh\n   ip access-group A in\nip access-list standard A\n   10 permit 10.0.0.0/8\n"
    assert [describe(line) for line in parse(eos, Vendor.EOS).acls[(4, "logins by A")].lines] == [
        "10 permit 6 10.0.0.0~0.255.255.255 any 22-22",
        "implicit deny 6 any any 22-22",
    ]


def test_a_filter_on_logins_that_is_not_defined_or_empty_filters_nothing() -> None:
    assert parse("line vty 0 4\n access-class NONE in\n").control_plane_acls == ()
    empty = parse("ip access-list standard E\n remark x\nline vty 0 4\n access-class E in\n")
    assert empty.control_plane_acls == ()
    two = parse("access-list 1 permit any\nline vty 0 4\n access-class 1 in\nline vty 5 9\n access-class 2 in\n")
    assert LineState(two.coverage.states[4]).name == "PARTIAL"


def test_lists_that_nothing_refers_to() -> None:
    device = parse("ip access-list extended A\n permit ip any any\ninterface Gi0/0\n ip access-group B in\n")
    assert [(each.kind, each.name) for each in device.unused] == [("acl", "A")]
    assert [(each.kind, each.name) for each in device.undefined] == [("acl", "B")]
