"""What typed lines do on NX-OS alone: features, modes of a port, what is shown of `shutdown`, VRFs, VLAN lists.

Sources: Nexus 9000 NX-OS Interfaces, Unicast Routing and Layer 2 Switching Configuration Guides and command references.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from guard.parse.cisco.nxos_defaults import Seen, default_switchport, shut_by_default
from guard.parse.modes_rule import Fit, Key, Matched, Rule
from guard.snapshot.merge.document import Node
from guard.snapshot.merge.edit import Place, Refused, discard, rewrite
from guard.snapshot.merge.vlans import numbers, spans

if TYPE_CHECKING:
    from guard.snapshot.merge.apply import Applier

Named = tuple[Rule, Key, Fit]

_SVI = "interface vlan"  # its number follows without a blank
_EIGRP = (
    "ip eigrp", "ip passive-interface", "ip bandwidth", "ip delay", "ip summary-address", "ip distribute-list",
    "ip hello-interval", "ip hold-time", "ip authentication", "ip split-horizon", "ip next-hop-self",
    "ip bandwidth-percent", "ip offset-list", "ipv6 eigrp", "ipv6 passive-interface", "ipv6 bandwidth", "ipv6 delay",
    "ipv6 summary-address", "ipv6 distribute-list", "ipv6 hello-interval", "ipv6 hold-time", "ipv6 split-horizon",
    "ipv6 next-hop-self", "ipv6 bandwidth-percent",
)  # fmt: skip
#: What goes with a feature that is disabled: "When you disable a feature, NX-OS removes all its configuration".
_FEATURES = {
    "bgp": ("router bgp",),
    "ospf": ("router ospf", "ip ospf", "ip router ospf"),
    "ospfv3": ("router ospfv3", "ospfv3", "ipv6 router ospfv3"),
    "isis": ("router isis", "isis", "ip router isis", "ipv6 router isis"),
    "eigrp": ("router eigrp", "ip router eigrp", "ipv6 router eigrp", *_EIGRP),
    "rip": ("router rip", "ip router rip", "ip rip"),
    "hsrp": ("hsrp",),
    "vrrp": ("vrrp",),
    "vrrpv3": ("vrrpv3",),
    "interface-vlan": (_SVI,),
    "pbr": ("ip policy", "ipv6 policy"),
    "vpc": ("vpc",),
    "bfd": ("bfd", "ip ospf bfd", "ospfv3 bfd", "isis bfd"),
}
_LAYER_2 = ("switchport", "spanning-tree", "storm-control", "vpc")
_LAYER_3 = (
    "ip", "ipv6", "vrf member", "ospfv3", "isis", "hsrp", "vrrp", "vrrpv3", "encapsulation", "medium", "fabric",
)  # fmt: skip
_ROUTED = ("ip address", "ipv6 address", "ip unnumbered", "ip router", "ipv6 router", "ip ospf", "ospfv3", "isis",
           "hsrp", "vrrp", "vrrpv3", "ip policy", "ipv6 policy", "ip pim", "ip igmp", "ipv6 link-local", "ip forward",
           "ip dhcp relay", *_EIGRP)  # fmt: skip


def begins(node: Node, stems: tuple[str, ...]) -> bool:
    """Whether a command, `no` or not, begins with one of these words."""
    words = " ".join(word.lower() for word in node.bare[:3])
    return any(words == stem or words.startswith(stem if stem == _SVI else stem + " ") for stem in stems)


# ---------------------------------------------------------------------- entering a mode


def header(words: tuple[str, ...], found: Matched) -> tuple[str, ...]:
    """The option of a header that is a line of the block: `neighbor A remote-as N` opens A and sets its AS."""
    return found.value if "head" in found.rule.flags else ()


def enter_header(applier: Applier, place: Place, words: tuple[str, ...], found: Matched) -> Node:
    """Open the block, new or not, and set what its header says where the block has it."""
    option = header(words, found)
    held = [node for _, node, _ in place.held(found.key)]
    bare = words[: len(words) - len(option)]
    node = held[0] if held else applier.editor.insert(place.block, bare, place.mode)
    assert node.mode is not None
    inner = node.mode.match(option)
    if not isinstance(inner, Matched):
        raise Refused(f"{' '.join(option)!r} is not known here")
    if len(node.words) > len(bare):  # it stands in the header there
        rewrite(node, words)
    else:
        applier.set(Place(node, node.mode, (node,)), option, inner)
    return node


# ---------------------------------------------------------------------- setting and unsetting


def set_line(applier: Applier, place: Place, words: tuple[str, ...], found: Matched) -> bool:
    """Take a command that NX-OS treats in its own way; False where it is as elsewhere."""
    mode = place.mode.name
    if mode == "interface" and words == ("switchport",):
        _turn(applier, place.block, switches=True)
    elif mode == "interface" and words[0] == "shutdown":
        _shutdown(applier, place, shut=True)
    elif words[:1] == ("send-community",) and words[1:] == ("both",):
        for each in (("send-community",), ("send-community", "extended")):
            inner = place.mode.match(each)
            assert isinstance(inner, Matched)
            applier.set(place, each, inner)
    else:
        return False
    return True


def unset_line(applier: Applier, place: Place, words: tuple[str, ...], named: Named) -> bool:
    """Take the `no` of a command that NX-OS treats in its own way; False where it is as elsewhere."""
    mode, key = place.mode.name, named[1]
    if mode == "global" and words[0] == "feature" and len(words) > 1:
        _feature_gone(applier, words[1].lower())
        return False
    if mode == "global" and words[:2] == ("vrf", "context") and len(words) > 2:
        _vrf_gone(applier, words[2])
        return False
    if mode == "interface" and words == ("switchport",):
        _turn(applier, place.block, switches=False)
    elif mode == "interface" and words[0] == "shutdown":
        _shutdown(applier, place, shut=False)
    elif words[:1] == ("send-community",):
        _no_community(applier, place, words)
    elif mode == "global" and words[0] == "vlan" and len(words) == 2 and words[1][0].isdecimal():
        _no_vlans(place, words[1])
    elif "head" in named[0].flags:
        for home, node, _ in place.held(key):
            discard(home, node)
    else:
        return False
    return True


def _no_community(applier: Applier, place: Place, words: tuple[str, ...]) -> None:
    gone = {"standard", "extended"} if "both" in words else {words[1] if len(words) > 1 else "standard"}
    for home, node, _ in list(place.below(("send-community",))):
        kinds = {"standard", "extended"} if "both" in node.words else {(*node.words[1:], "standard")[0]}
        left = kinds - gone
        if not left:
            discard(home, node)
        elif left != kinds:
            rewrite(node, ("send-community", *(("extended",) if "extended" in left else ())))


def _no_vlans(place: Place, text: str) -> None:
    """`no vlan LIST`: out of every block and list that names them."""
    gone = numbers(text)
    for home, node, _ in list(place.below(("vlan",))):
        if len(node.words) != 2 or not node.words[1][0].isdecimal():
            continue
        left = numbers(node.words[1]) - gone
        if not left:
            discard(home, node)
        elif spans(left) != spans(numbers(node.words[1])):
            rewrite(node, ("vlan", spans(left)))


# ---------------------------------------------------------------------- ports


def _seen(applier: Applier) -> Seen:
    """What the document tells of the platform's defaults."""
    root = applier.document.root.children
    ports = [node for node in root if node.words[0] == "interface" and node.words[-1].lower().startswith("ethernet")]
    ports = [node for node in ports if "." not in node.words[-1]]
    lines = [child.words for node in ports for child in node.children]
    told = next((not node.negated for node in root if node.bare == ("system", "default", "switchport")), None)
    silent = (node for node in ports if not any(child.bare == ("switchport",) for child in node.children))
    return Seen(
        told=told,
        off=("no", "switchport") in lines,
        on=("switchport",) in lines,
        addressed=any(begins(child, ("ip address",)) for node in silent for child in node.children),
        images=tuple(word for node in root if node.words[0] == "boot" for word in node.words),
    )


def _switches(applier: Applier, block: Node) -> bool:
    name = block.words[-1].lower()
    if "." in name or not name.startswith(("ethernet", "port-channel")):
        return False
    said = [not child.negated for child in block.children if child.bare == ("switchport",)]
    return said[-1] if said else default_switchport(_seen(applier))


def _turn(applier: Applier, block: Node, *, switches: bool) -> None:
    """`[no] switchport`: what belongs to the other layer goes, and the line is shown where it is no default."""
    seen = _seen(applier)
    if _switches(applier, block) is switches:
        return
    gone = ("switchport", *_LAYER_3) if switches else _LAYER_2
    for child in [child for child in block.children if begins(child, gone)]:
        discard(block, child)
    if default_switchport(seen) is switches:
        return
    words = ("switchport",) if switches else ("no", "switchport")
    column = " " * (block.children[0].indent if block.children else block.indent + applier.table.step)
    at = next((i for i, child in enumerate(block.children) if child.words[0] != "description"), len(block.children))
    block.children.insert(at, Node(column + " ".join(words), words, None, fresh=True))


def _shutdown(applier: Applier, place: Place, *, shut: bool) -> None:
    """`[no] shutdown` is shown where it is not what the interface is by default."""
    block = place.block
    held = [node for _, node, _ in place.below(("shutdown",))]
    root = applier.document.root.children
    ports_shut = any(node.words == ("system", "default", "switchport", "shutdown") for node in root)
    usual = shut_by_default(block.words[-1], _switches(applier, block), ports_shut, _seen(applier).images)
    words = ("shutdown",) if shut else ("no", "shutdown")
    shown = shut is not usual
    for node in held if not shown else held[1:]:
        discard(block, node)
    if not shown:
        return
    if held:
        if held[0].words != words:
            rewrite(held[0], words)
        return
    row = applier.editor.column(block) + " ".join(words)
    end = len(block.children)
    while end and block.children[end - 1].is_exit:
        end -= 1
    block.children.insert(end, Node(row, words, None, fresh=True))


# ---------------------------------------------------------------------- what goes along


def _interfaces(applier: Applier) -> Iterator[Node]:
    return (node for node in applier.document.root.children if node.words[0] == "interface")


def _feature_gone(applier: Applier, feature: str) -> None:
    stems = _FEATURES.get(feature, ())
    root = applier.document.root
    for node in [node for node in root.children if begins(node, stems) and node.words[0] != "feature"]:
        discard(root, node)
    for block in _interfaces(applier):
        for child in [child for child in block.children if begins(child, stems)]:
            discard(block, child)


def addresses_gone(block: Node) -> None:
    """An interface that changes its VRF loses all of layer 3: "%% Deleted all L3 config on interface"."""
    for child in [child for child in block.children if begins(child, _ROUTED)]:
        discard(block, child)


def _vrf_gone(applier: Applier, name: str) -> None:
    """A VRF that goes takes its interfaces' membership with it, and what stands for it in routing processes."""
    for block in _interfaces(applier):
        for child in [child for child in block.children if child.words == ("vrf", "member", name)]:
            discard(block, child)
            addresses_gone(block)
    for process in applier.document.root.children:
        if process.words[0] == "router":
            for child in [child for child in process.children if child.words == ("vrf", name)]:
                discard(process, child)
