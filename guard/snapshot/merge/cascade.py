"""What else happens when a command is taken: refusals that depend on the configuration, and consequences."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface
from typing import TYPE_CHECKING

from guard.parse.modes_rule import Key, Matched, Rule, is_ip
from guard.snapshot.merge import nxos
from guard.snapshot.merge.document import Node
from guard.snapshot.merge.edit import Place, Refused, discard

if TYPE_CHECKING:
    from guard.snapshot.merge.apply import Applier

Entries = list[tuple[Node, Node, Matched]]


# ---------------------------------------------------------------------- before


def check_enter(applier: Applier, place: Place, words: tuple[str, ...], found: Matched) -> None:
    """Refuse a second BGP process of another AS in one VRF."""
    if found.key[:2] != ("router", "bgp") or len(found.key) < 3:
        return
    for _, node, held in place.below(("router", "bgp")):
        if len(held.key) >= 3 and held.key[3:] == found.key[3:] and held.key[2] != found.key[2]:
            raise Refused(f"BGP is already running; its AS is {node.words[2]}")


def check_set(applier: Applier, place: Place, words: tuple[str, ...], found: Matched) -> None:
    """Refuse what the device refuses for reasons other than syntax."""
    if "need" in found.rule.flags and not neighbor_known(applier, place, words[1]):
        raise Refused(f"neighbor {words[1]} has no remote-as or peer-group yet")
    if "do:membership" in found.rule.flags:
        _check_membership(applier, place, words)
    if "printed" in found.rule.flags and not _printed(applier, place, found.rule):
        raise Refused(f"{words[-1] if len(words) < 3 else words[2]!r} is not what this platform takes here")
    _check_conflict(applier, place, words)
    if "range" in found.rule.flags:
        _check_range(words, strict=applier.table.vendor in {"ios", "nxos"})
    if applier.table.vendor == "ios":
        _check_ios_address(words)
    if "secondary" in found.rule.flags and not place.held(("ip", "address")) and words[2] != "virtual":
        raise Refused("there is no primary address")


def _printed(applier: Applier, place: Place, rule: Rule) -> bool:
    """Whether the configuration holds such a line already, anywhere in a mode of this name."""
    stack = [applier.document.root]
    while stack:
        block = stack.pop()
        stack.extend(child for child in block.children if child.children)
        if block.mode is place.mode or (block.mode is not None and block.mode.below == place.mode.name):
            for node in block.children:
                found = node.matched(place.mode)
                if found is not None and found.rule is rule:
                    return True
    return False


# Two commands of one neighbor that exclude each other (FRR and IOS refuse the second).
_EXCLUSIVE = (("distribute-list", "prefix-list"), ("ttl-security", "ebgp-multihop"))


def _check_conflict(applier: Applier, place: Place, words: tuple[str, ...]) -> None:
    if applier.table.vendor == "eos":
        return
    if words[0] == "network" and place.mode.name == "ospf" and applier.table.vendor == "frr":
        interfaces = (block for block in applier.document.root.children if block.words[0] == "interface")
        lines = (node.words for block in interfaces for node in block.children)
        if any(words[:2] == ("ip", "ospf") and "area" in words[2:4] for words in lines):
            raise Refused("the interfaces' own `ip ospf area` commands must go first")
    if words[0] != "neighbor" or len(words) < 3:
        return
    for pair in _EXCLUSIVE:
        if words[2] in pair:
            other = pair[1 - pair.index(words[2])]
            for home in place.homes:
                for _, node in _lines_of((home,), words[1]):
                    same = words[2] == "ttl-security" or other == "ttl-security" or node.words[-1] == words[-1]
                    if node.words[2:3] == (other,) and same:
                        raise Refused(f"it cannot stand beside {other}")


def _check_range(words: tuple[str, ...], *, strict: bool) -> None:
    prefix = next((word for word in words if "/" in word), None)
    if prefix is None:
        return
    length = int(prefix.rpartition("/")[2])
    most = 128 if ":" in prefix else 32
    rest = words[words.index(prefix) + 1 :]
    bounds = dict(zip(rest[::2], rest[1::2], strict=False))
    for name, value in bounds.items():
        if name not in {"ge", "le", "eq"} or not value.isdecimal() or not length <= int(value) <= most:
            raise Refused(f"invalid prefix range for {prefix}: {name} {value}")
    low, high = int(bounds.get("ge", length)), int(bounds.get("le", most))
    if low > high or (strict and (bounds.get("ge") == str(length) or bounds.get("le") == str(length))):
        raise Refused(f"invalid prefix range for {prefix}: len < ge <= le is needed")


def _check_ios_address(words: tuple[str, ...]) -> None:
    if words[:2] == ("ip", "address") and len(words) >= 4 and is_ip(words[2]):
        interface = IPv4Interface(f"{words[2]}/{words[3]}")
        network = interface.network
        if network.prefixlen < 31 and interface.ip in {network.network_address, network.broadcast_address}:
            raise Refused(f"bad mask /{network.prefixlen} for address {words[2]}")
    if words[:2] == ("ip", "route"):
        at = 4 if words[2] == "vrf" else 2
        if not is_ip(words[at]):
            return
        if int(IPv4Address(words[at])) & ~int(IPv4Address(words[at + 1])) & 0xFFFFFFFF:
            raise Refused("inconsistent address and mask")


def _bgp_blocks(applier: Applier, place: Place) -> tuple[Node, ...]:
    """The blocks that hold a neighbor's lines: the process, and its families; for a VRF's family that one alone."""
    block = place.block
    if block.mode is not None and block.mode.name == "bgp-vrf":
        return (block,)
    for process in applier.document.root.children:
        if process is block or block in process.children:
            families = (n for n in process.children if n.mode is not None and n.mode.name in {"bgp-af", "bgp-evpn"})
            return (process, *families)
    return (block,)


def _lines_of(blocks: tuple[Node, ...], peer: str) -> list[tuple[Node, Node]]:
    peer = peer.lower()
    return [(block, node) for block in blocks for node in block.children
            if node.bare[0] == "neighbor" and len(node.bare) > 1 and node.bare[1].lower() == peer]  # fmt: skip


def neighbor_known(applier: Applier, place: Place, peer: str) -> bool:
    """Whether a neighbor has been defined; EOS takes its lines in any order."""
    if applier.table.vendor in {"eos", "nxos"}:
        return True
    return any(
        not node.negated and node.words[2:3] and node.words[2] in {"remote-as", "peer-group", "interface", "inherit"}
        for _, node in _lines_of(_bgp_blocks(applier, place), peer)
    )


def _check_membership(applier: Applier, place: Place, words: tuple[str, ...]) -> None:
    if applier.table.vendor == "eos":
        return
    group = words[-1]
    blocks = _bgp_blocks(applier, place)
    if not any(node.words[2:] == ("peer-group",) for _, node in _lines_of(blocks, group)):
        raise Refused(f"peer-group {group} is not configured")
    own = any(node.words[2:3] == ("remote-as",) for _, node in _lines_of(blocks, words[1]))
    shared = any(node.words[2:3] == ("remote-as",) for _, node in _lines_of(blocks, group))
    if not own and not shared:
        raise Refused(f"neighbor {words[1]} has no remote-as, nor has its peer-group")


def check_unset(applier: Applier, place: Place, words: tuple[str, ...], rule: Rule, entries: Entries) -> None:
    """Refuse a `no` that the device refuses."""
    if rule.opens == "interface" and applier.table.vendor == "frr" and entries:
        raise Refused("only inactive interfaces can be deleted")
    if not entries and "must" in rule.flags:
        raise Refused("there is no such line")
    if applier.table.vendor == "ios" and words[:2] == ("ip", "address") and len(words) == 4 and entries:
        secondary = [n for n in place.block.children if n.words[:2] == ("ip", "address") and n.words[-1] == "secondary"]
        if secondary:
            raise Refused("the secondary addresses must go before the primary one")


# ---------------------------------------------------------------------- after


def shows_inactive(applier: Applier, place: Place) -> bool:
    """Whether `no neighbor X activate` is shown: the family is active for every neighbor unless told otherwise."""
    if applier.table.vendor != "frr":
        return True
    if place.mode.name == "bgp-af" and len(place.homes) == 1:
        return False
    process = place.homes[-1]
    return not any(node.words == ("no", "bgp", "default", "ipv4-unicast") for node in process.children)


def after_set(applier: Applier, place: Place, words: tuple[str, ...], found: Matched, *, changed: bool) -> None:
    """Consequences of a command that was taken; `changed` says whether it was not there before."""
    flags = found.rule.flags
    if "do:vrf" in flags and changed:
        (nxos.addresses_gone if applier.table.vendor == "nxos" else _addresses_gone)(place.block)
    elif words[0] == "passive-interface" and applier.table.vendor == "frr":
        _passive(applier, place, words)
    elif words[0] == "passive-interface":
        _passive_here(applier, place, words)
    elif words == ("bgp", "default", "ipv4-unicast") and changed and applier.table.vendor == "frr":
        _turn_default(applier, place, active=True)
    elif (
        "shown" in flags
        and words[-1] == "activate"
        and applier.table.vendor == "frr"
        and shows_inactive(applier, place)
    ):
        for home, node, _ in place.held(found.key):
            discard(home, node)


def _passive(applier: Applier, place: Place, words: tuple[str, ...]) -> None:
    """FRR shows `passive-interface X` of OSPF as `ip ospf passive` of X; old files have it where it was typed."""
    rows = [node for node in place.block.children if node.words[0] == "passive-interface" and node.words != words]
    if (
        len(words) != 2
        or words[1] == "default"
        or place.mode.name != "ospf"
        or any(n.words[1] != "default" for n in rows)
    ):
        return
    interface = next((n for n in applier.document.root.children if n.words == ("interface", words[1])), None)
    if interface is None:
        interface = applier.editor.insert(applier.document.root, ("interface", words[1]))
    for node in [n for n in place.block.children if n.words == words]:
        discard(place.block, node)
    for node in [n for n in interface.children if n.words == ("no", "ip", "ospf", "passive")]:
        discard(interface, node)
    if not any(node.words == ("passive-interface", "default") for node in rows) and not any(
        node.words == ("ip", "ospf", "passive") for node in interface.children
    ):
        applier.editor.insert(interface, ("ip", "ospf", "passive"))


def not_passive(applier: Applier, place: Place, words: tuple[str, ...]) -> None:
    """`no passive-interface X` on FRR: the interface's own line goes, or says so where passive is the default."""
    interface = next((n for n in applier.document.root.children if n.words == ("interface", words[1])), None)
    own = [n for n in interface.children if n.words == ("ip", "ospf", "passive")] if interface else []
    if interface is not None:
        for node in own:
            discard(interface, node)
    if any(node.words == ("passive-interface", "default") for node in place.block.children):
        if interface is None:
            interface = applier.editor.insert(applier.document.root, ("interface", words[1]))
        off = ("no", "ip", "ospf", "passive")
        if not any(node.words == off for node in interface.children):
            applier.editor.insert(interface, off)


def passive_by_default(applier: Applier, place: Place, words: tuple[str, ...]) -> bool:
    """Whether `no passive-interface X` is shown: IOS and EOS show what differs from `passive-interface default`."""
    if words[0] != "passive-interface" or words[1:] in ((), ("default",)) or applier.table.vendor == "frr":
        return False
    return any(node.words == ("passive-interface", "default") for node in place.block.children)


def _passive_here(applier: Applier, place: Place, words: tuple[str, ...]) -> None:
    """IOS and EOS: what says no more than the default says is not shown, whichever of the two came first."""
    if words[1:] == ("default",):
        said = [n for n in place.block.children if n.words[0] == "passive-interface" and n.words != words]
    elif passive_by_default(applier, place, words):
        said = [node for node in place.block.children if node.words == words]
    else:
        return
    for node in said:
        discard(place.block, node)


def _turn_default(applier: Applier, place: Place, *, active: bool) -> None:
    """The default changes for neighbors to come (FRR): those that are there keep what they have, and now show it."""
    process = place.block
    defined = [n.words[1] for n in process.children
               if n.words[0] == "neighbor" and (n.words[2:3] == ("remote-as",) or n.words[2:] == ("peer-group",)
                                                or n.words[2:3] == ("interface",))]  # fmt: skip
    homes = applier.place(applier.document.root, process, applier.table.modes["bgp-af"])
    for peer in dict.fromkeys(defined):
        if any(_group_of(node) is not None for _, node in _lines_of((process,), peer)):
            continue
        rows = [(home, node) for home, node in _lines_of(homes.homes, peer) if node.bare[2:] == ("activate",)]
        was_on = bool(rows) and not rows[0][1].negated if active else not rows
        for home, node in rows:
            discard(home, node)
        if was_on != active:
            shown = ("neighbor", peer, "activate") if was_on else ("no", "neighbor", peer, "activate")
            applier.editor.insert(applier.home(homes, shown), shown, homes.mode)


def _addresses_gone(block: Node) -> None:
    """IOS and EOS take the addresses off an interface that changes its VRF, NX-OS all of layer 3."""
    for node in list(block.children):
        if node.words[:2] in {("ip", "address"), ("ipv6", "address"), ("ipv6", "enable"), ("ip", "unnumbered")}:
            discard(block, node)


def after_off(applier: Applier, place: Place, words: tuple[str, ...], *, changed: bool) -> None:
    """Consequences of a default that was turned off."""
    if words == ("bgp", "default", "ipv4-unicast") and changed and applier.table.vendor == "frr":
        _turn_default(applier, place, active=False)


def alias(applier: Applier, place: Place, words: tuple[str, ...], found: Matched) -> tuple[tuple[str, ...], Matched]:
    """The command that the device shows for one that it takes: FRR's `continue` is `on-match`."""
    if applier.table.vendor == "frr" and place.mode.name == "rmap" and words[0] == "continue":
        words = ("on-match", "goto", words[1]) if len(words) > 1 else ("on-match", "next")
        shown = place.mode.match(words)
        if isinstance(shown, Matched):
            return words, shown
    return words, found


def after_unset(applier: Applier, place: Place, key: Key, rule: Rule, gone: Entries) -> None:
    """Consequences of a `no` that was taken."""
    if not gone:
        return
    if key == ("passive-interface", "default"):  # all are active now; on FRR the interfaces say so themselves
        for node in [n for n in place.block.children if n.words[:2] == ("no", "passive-interface")]:
            discard(place.block, node)
    if rule.short_no and key[0] == "neighbor" and len(key) == 2:
        _neighbor_gone(applier, place, key[1])
    elif "do:neighbor" in rule.flags:
        _remote_as_gone(applier, place, key[1])
    elif "do:group" in rule.flags:
        _group_gone(applier, place, key[1])
    elif "do:membership" in rule.flags:
        _membership_gone(applier, place, key[1])
    elif "do:vrf" in rule.flags:
        (nxos.addresses_gone if applier.table.vendor == "nxos" else _addresses_gone)(place.block)
    elif rule.opens in {"vrf", "vrf-old"} and applier.table.vendor != "nxos":
        _vrf_gone(applier, key[-1])


def _neighbor_gone(applier: Applier, place: Place, peer: str) -> None:
    blocks = _bgp_blocks(applier, place)
    members = _members(blocks, peer)
    for block, node in _lines_of(blocks, peer):
        discard(block, node)
    if applier.table.vendor != "eos":
        for member in members:
            _neighbor_gone(applier, place, member)


def _members(blocks: tuple[Node, ...], group: str) -> list[str]:
    found = [n.words[1] for b in blocks for n in b.children
             if n.words[0] == "neighbor" and _group_of(n) == group.lower()]  # fmt: skip
    return list(dict.fromkeys(found))


def _group_of(node: Node) -> str | None:
    """The group that a membership line names; EOS writes `peer group`."""
    words = node.words
    at = 4 if words[2:4] == ("peer", "group") else 3
    return words[at].lower() if words[2] in {"peer-group", "peer"} and len(words) == at + 1 else None


def _remote_as_gone(applier: Applier, place: Place, peer: str) -> None:
    """Without its AS a neighbor is gone; a peer-group stays, and its members without an AS of their own go."""
    if applier.table.vendor == "eos":
        return
    blocks = _bgp_blocks(applier, place)
    lines = _lines_of(blocks, peer)
    if any(node.words[2:] == ("peer-group",) for _, node in lines):
        for member in _members(blocks, peer):
            if not any(node.words[2:3] == ("remote-as",) for _, node in _lines_of(blocks, member)):
                _neighbor_gone(applier, place, member)
    elif not any(node.words[2:3] == ("peer-group",) for _, node in lines) or applier.table.vendor == "frr":
        _neighbor_gone(applier, place, peer)


def _group_gone(applier: Applier, place: Place, group: str) -> None:
    _neighbor_gone(applier, place, group)


def _membership_gone(applier: Applier, place: Place, peer: str) -> None:
    if applier.table.vendor == "eos":
        return
    lines = _lines_of(_bgp_blocks(applier, place), peer)
    if not any(node.words[2:3] == ("remote-as",) for _, node in lines):
        _neighbor_gone(applier, place, peer)


def _vrf_gone(applier: Applier, name: str) -> None:
    """A VRF that goes takes its interfaces' membership and addresses, and its BGP families, with it (IOS)."""
    if applier.table.vendor == "frr":
        return
    for block in applier.document.root.children:
        for node in list(block.children):
            if node.words in {("vrf", "forwarding", name), ("ip", "vrf", "forwarding", name), ("vrf", name)} and (
                block.words[0] == "interface"
            ):
                discard(block, node)
                _addresses_gone(block)
            elif node.words[0] == "address-family" and node.words[-2:] == ("vrf", name):
                discard(block, node)
