"""Filters on packets: first match, opaque lines, and filters that drop everything to an address."""

from __future__ import annotations

from guard.model.acl import Acl, AclLine, Flow, wildcard
from guard.model.address import parse_address, parse_prefix
from guard.model.provenance import Source
from guard.simulate.layer3.acl import drops_all_to, drops_traffic_to, evaluate

HERE = Source("configs/r1.cfg", 1, 1)
VICTIM = parse_address("10.0.0.5")


def line(text: str, opaque: str = "") -> AclLine:
    """`deny tcp 10.0.0.0/8 10.0.0.5/32 22-23`: action, protocol, source, destination, destination ports."""
    action, protocol, source, destination, *ports = text.split()
    return AclLine(
        action == "permit",
        HERE,
        text,
        {"ip": (), "tcp": (6,), "udp": (17,), "icmp": (1,)}[protocol],
        () if source == "any" else (wildcard(parse_prefix(source)),),
        () if destination == "any" else (wildcard(parse_prefix(destination)),),
        destination_ports=tuple((int(p.split("-")[0]), int(p.split("-")[-1])) for p in ports),
        opaque=opaque,
    )


def acl(*lines: str | AclLine) -> Acl:
    return Acl("A", 4, tuple(line(entry) if isinstance(entry, str) else entry for entry in lines), HERE)


def flow(source: str = "192.0.2.1", destination: str = "10.0.0.5", protocol: int = 6, port: int = 80) -> Flow:
    return Flow(parse_address(source).value, parse_address(destination).value, 4, protocol, destination_port=port)


def test_the_first_line_that_matches_decides() -> None:
    rules = acl("permit tcp any 10.0.0.5/32 80-80", "deny ip any any")
    assert evaluate(rules, flow()).permitted is True
    assert evaluate(rules, flow(port=81)).permitted is False
    assert evaluate(rules, flow(port=81)).line == rules.lines[1]


def test_without_a_match_the_default_decides() -> None:
    decision = evaluate(acl("permit udp any any"), flow())
    assert decision == (False, None)
    assert decision.describe(acl()) == "A (no line matches, configs/r1.cfg:1)"


def test_an_opaque_line_leaves_it_open_only_where_it_matters() -> None:
    doubtful = line("deny tcp any any", opaque="time-range WORK")
    assert evaluate(acl(doubtful, "permit ip any any"), flow()).permitted is None
    assert evaluate(acl(doubtful, "deny ip any any"), flow()).permitted is False
    assert evaluate(acl(doubtful, "permit ip any any"), flow(protocol=17)).permitted is True


def test_established_needs_a_tcp_packet_of_an_open_session() -> None:
    rules = acl(AclLine(True, HERE, "permit tcp any any established", (6,), established=True))
    opening = flow()
    answer = Flow(opening.source, opening.destination, established=True)
    assert (evaluate(rules, opening).permitted, evaluate(rules, answer).permitted) == (False, True)


def test_a_filter_that_drops_everything_to_an_address() -> None:
    assert drops_all_to(acl("deny ip any 10.0.0.5/32", "permit ip any any"), VICTIM) is not None
    assert drops_all_to(acl("deny ip any 10.0.0.6/32", "permit ip any any"), VICTIM) is None
    assert drops_all_to(acl("permit ip any 10.0.0.6/32"), VICTIM) is not None


def test_a_narrower_filter_does_not_drop_everything() -> None:
    assert drops_all_to(acl("deny tcp any 10.0.0.5/32", "permit ip any any"), VICTIM) is None
    assert drops_all_to(acl("deny ip 10.0.0.0/8 any", "permit ip any any"), VICTIM) is None
    assert drops_all_to(acl("permit tcp any any 179-179"), VICTIM) is None


def test_a_permit_in_the_shadow_of_denies_lets_nothing_through() -> None:
    shadowed = acl("deny ip 0.0.0.0/1 any", "deny ip 128.0.0.0/1 any", "permit ip any any")
    assert drops_all_to(shadowed, VICTIM) is not None
    assert drops_all_to(acl("deny ip 10.0.0.0/8 any", "permit ip 10.1.0.0/16 any"), VICTIM) is not None
    assert drops_all_to(acl("deny tcp any any 0-1023", "permit tcp any any 1000-1024"), VICTIM) is None


def test_a_doubtful_permit_is_no_black_hole() -> None:
    assert drops_all_to(acl(line("permit ip any any", opaque="dscp ef"), "deny ip any any"), VICTIM) is None


def test_a_filter_that_only_routing_gets_through_drops_all_traffic() -> None:
    routing = acl("permit tcp any any 179-179", "permit udp any any 3784-3785")
    assert drops_all_to(routing, VICTIM) is None
    assert drops_traffic_to(routing, VICTIM) is not None
    assert drops_traffic_to(acl("permit tcp any any 179-180"), VICTIM) is None
    assert drops_traffic_to(acl("permit tcp any any 22-22", "deny ip any any"), VICTIM) is None
