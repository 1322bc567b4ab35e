"""Laws of IOS XR's grammar: a policy does what its statements say, and a configuration says the same in both styles.

The interpreter below follows the language's own description (Cisco IOS XR Routing Configuration Guide, "Implementing
Routing Policy") statement by statement; guard compiles the same text into terms. `show running-config formal` prints
each command with its modes in one line.
"""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xr_text import said

from guard.model.address import parse_prefix
from guard.model.bgp import BgpAttributes
from guard.model.device import Vendor
from guard.parse.device import parse_device
from guard.parse.line import Line
from guard.parse.modes import grammar, tree
from guard.parse.xr.reader import read
from guard.parse.xr.unfold import unfold
from guard.simulate.policy.evaluator import Evaluator, RouteView

# ------------------------------------------------------------------------------------------------ policies

#: What is asked and set: a MED, a tag, a local preference; few values, so that tests meet what was set before.
FIELDS = {"med": "med", "tag": "tag", "local-preference": "local_preference"}
Statement = tuple[object, ...]


@dataclass
class Route:
    now: dict[str, int]
    passed: bool = False


def written(test: object) -> str:
    match test:
        case ("not", inner):
            return f"not ({written(inner)})"
        case (("and" | "or") as how, one, two):
            return f"({written(one)} {how} {written(two)})"
        case (field, how, value):
            return f"{field} {how} {value}"
    raise AssertionError(test)


def holds(test: object, initial: dict[str, int]) -> bool:
    match test:
        case ("not", inner):
            return not holds(inner, initial)
        case ("and", one, two):
            return holds(one, initial) and holds(two, initial)
        case ("or", one, two):
            return holds(one, initial) or holds(two, initial)
        case (str(field), str(how), int(value)):
            held = initial[field]
            return held == value if how == "eq" else held >= value if how == "ge" else held <= value
    raise AssertionError(test)


def rows(block: list[Statement], indent: str) -> list[str]:
    found: list[str] = []
    for each in block:
        match each:
            case ("if", *branches):
                word = "if"
                for test, body in branches:
                    head = f"{word} {written(test)} then" if test is not None else "else"
                    found += [indent + head, *rows(body, indent + "  ")]
                    word = "elseif"
                found.append(f"{indent}endif")
            case words:
                found.append(indent + " ".join(map(str, words)))
    return found


def run(block: list[Statement], route: Route, initial: dict[str, int], policies: dict[str, list[Statement]]) -> str:
    """Runs a block; answers `done`, `drop`, or "" where it is passed through."""
    for each in block:
        ended = ""
        match each:
            case ("set", str(field), int(value)):
                route.now[field] = value
                route.passed = True
            case ("pass",):
                route.passed = True
            case ("done",) | ("drop",):
                return str(each[0])
            case ("apply", str(name)):
                ended = run(policies[name], route, initial, policies)
            case ("if", *branches):
                body = next((body for test, body in branches if test is None or holds(test, initial)), [])
                ended = run(body, route, initial, policies)
        if ended:
            return ended
    return ""


small = st.integers(0, 2)
comparison = st.tuples(st.sampled_from(sorted(FIELDS)), st.sampled_from(["eq", "ge", "le"]), small)
tests = st.recursive(
    comparison,
    lambda inner: st.tuples(st.just("not"), inner) | st.tuples(st.sampled_from(["and", "or"]), inner, inner),
    max_leaves=3,
)
plain = (
    st.tuples(st.just("set"), st.sampled_from(sorted(FIELDS)), small)
    | st.sampled_from([("pass",), ("done",), ("drop",)])
    | st.just(("apply", "CHILD"))
)


def choice(body: st.SearchStrategy[list[Statement]]) -> st.SearchStrategy[Statement]:
    branches = st.lists(st.tuples(tests, body), min_size=1, max_size=3)
    otherwise = st.none() | body
    return st.builds(
        lambda found, last: ("if", *found, *([(None, last)] if last is not None else [])), branches, otherwise
    )


blocks = st.recursive(
    st.lists(plain, max_size=3), lambda inner: st.lists(plain | choice(inner), max_size=4), max_leaves=8
)
leaf_blocks = st.lists(plain.filter(lambda each: each[0] != "apply") | choice(st.lists(st.just(("pass",)))), max_size=3)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(blocks, leaf_blocks, st.lists(st.tuples(small, small, small), min_size=1, max_size=6))
def test_terms_do_what_the_statements_say(
    policy: list[Statement], child: list[Statement], routes: list[tuple[int, int, int]]
) -> None:
    policies = {"P": policy, "CHILD": child}
    text = "!! IOS XR Configuration\n" + "".join(
        "\n".join([f"route-policy {name}", *rows(block, "  "), "end-policy\n"]) for name, block in policies.items()
    )
    device = parse_device(text, "configs/r1.cfg")
    assert device.warnings == ()
    for med, tag, preference in routes:
        initial = {"med": med, "tag": tag, "local-preference": preference}
        route = Route(dict(initial))
        ended = run(policy, route, initial, policies)
        accepted = ended == "done" or (ended == "" and route.passed)
        view = RouteView(parse_prefix("10.0.0.0/8"), BgpAttributes(med=med, tag=tag, local_preference=preference))
        found = Evaluator(device).evaluate(("P",), view)
        assert (found is not None) == accepted, text
        if found is not None:
            held = found.attributes
            now = {"med": held.med, "tag": held.tag, "local-preference": held.local_preference}
            assert now == route.now, text


# ------------------------------------------------------------------------------------------------ two styles

LAID = """\
!! IOS XR Configuration
hostname r1
vrf BLUE
 address-family ipv4 unicast
  import route-target
   65000:1
  !
 !
!
interface Loopback0
 ipv4 address 10.255.0.1 255.255.255.255
!
interface GigabitEthernet0/0/0/0
 vrf BLUE
 ipv4 address 10.0.0.1/30
 mtu 9014
!
ipv4 access-list EDGE
 10 permit tcp any any eq bgp
 20 deny ipv4 any any
!
router static
 address-family ipv4 unicast
  0.0.0.0/0 10.0.0.2 200
 !
 vrf BLUE
  address-family ipv4 unicast
   10.9.0.0/16 Null0 tag 7
  !
 !
!
router ospf CORE
 area 0
  cost 7
  interface Loopback0
   passive enable
  !
 !
!
router isis ONE
 net 49.0001.0000.0000.0001.00
 address-family ipv4 unicast
  metric-style wide
 !
 interface Loopback0
  passive
  address-family ipv4 unicast
   metric 5
  !
 !
!
router bgp 65000
 bgp router-id 10.255.0.1
 address-family ipv4 unicast
  network 10.255.0.1/32
 !
 neighbor-group CORE
  remote-as 65000
  update-source Loopback0
  address-family ipv4 unicast
   next-hop-self
  !
 !
 neighbor 10.255.0.2
  use neighbor-group CORE
 !
 vrf BLUE
  rd 65000:1
  address-family ipv4 unicast
   redistribute static
  !
  neighbor 10.0.0.2
   remote-as 65001
   address-family ipv4 unicast
   !
  !
 !
!
"""


def formal(lines: tuple[Line, ...], before: str = "") -> list[str]:
    """Every command that holds nothing else, with its modes in front; an empty block is its own line."""
    found: list[str] = []
    for line in lines:
        text = f"{before}{line.text}"
        found += formal(line.children, f"{text} ") if line.children else [text]
    return found


def test_the_formal_style_says_the_same() -> None:
    flat = "!! IOS XR Configuration\n" + "\n".join(formal(tree(LAID, "iosxr")))
    one, two = read(LAID, "a.cfg", Vendor.IOSXR), read(flat, "a.cfg", Vendor.IOSXR)
    assert not [note for note in (*one.coverage.notes, *two.coverage.notes) if note.state == 5]
    assert said(one) == said(two)


def test_what_stands_in_its_block_is_left_as_it_is() -> None:
    lines, table = tree(LAID, "iosxr"), grammar("iosxr")
    assert unfold(lines, table.top, table) == lines
