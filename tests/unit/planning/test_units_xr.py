"""A change of IOS XR taken apart: a policy or a set is one unit, whole or not at all."""

from __future__ import annotations

from small_network import snapshot_of

from guard.model.change import Merge
from guard.parse.change import parse_change
from guard.planning.units import Units

LINES = """\
interface Loopback0
 description x
route-policy OUT
  if destination in OURS then
    pass
  endif
end-policy
prefix-set OURS
  192.0.2.0/24
end-set
router bgp 65000
 neighbor 10.0.0.2
  address-family ipv4 unicast
   route-policy OUT in
   route-policy OUT out
"""
HEAD = "apiVersion: guard/v1\nkind: Change\nmetadata: {id: C, title: t, author: a}\nsteps:\n- device: r1\n  merge: |\n"


def test_bodies_stay_whole() -> None:
    text = HEAD + "".join(f"    {row}\n" for row in LINES.splitlines())
    change = parse_change(text, "c.yaml", {})
    base = snapshot_of({"r1": "!! IOS XR Configuration\nhostname r1\n"})
    units = Units(change, base)
    assert [unit.text for unit in units.all] == [
        "description x",
        "route-policy OUT … end-policy",
        "prefix-set OURS … end-set",
        "route-policy OUT in",
        "route-policy OUT out",
    ]
    (step,) = units.steps(units.all)
    (part,) = step
    assert isinstance(part, Merge)
    assert part.lines == LINES
    ((some,),) = units.steps(units.all[1:2])
    assert isinstance(some, Merge)
    assert some.lines == "route-policy OUT\n  if destination in OURS then\n    pass\n  endif\nend-policy\n"
