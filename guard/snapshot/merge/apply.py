"""What one command does to a document: the semantics of re-entered lines, `no` and `default`, per flag of its form."""

from __future__ import annotations

from guard.parse.modes import Mode
from guard.parse.modes_rule import Fit, Key, Matched, Rule
from guard.snapshot.merge import acl, cascade, lists, nxos, vlans
from guard.snapshot.merge.document import Document, Node
from guard.snapshot.merge.edit import Editor, Place, Refused, discard, fit_removal, normal, remove, rewrite

Named = tuple[Rule, Key, Fit]


class Applier:
    """Applies typed commands, one at a time, to a document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.table = document.table
        self.editor = Editor(document)

    # ------------------------------------------------------------------ where

    def place(self, parent: Node | None, node: Node, mode: Mode) -> Place:
        """The place of a command of `mode` typed in the block `node`, whose parent is `parent`."""
        implied = node.mode is not None and node.mode.below == mode.name
        if implied:
            families = [child for child in node.children if is_ipv4_unicast(child)]
            return Place(node, mode, (*families, node))
        if parent is not None and parent.mode is not None and parent.mode.below == mode.name and is_ipv4_unicast(node):
            return Place(node, mode, (node, parent))
        return Place(node, mode, (node,))

    def home(self, place: Place, words: tuple[str, ...]) -> Node:
        """The block that a new row goes into."""
        block = place.block
        if block.mode is None or block.mode.below != place.mode.name:
            return block
        if place.homes[0] is not block:
            return place.homes[0]
        if self.table.vendor != "frr" or words[0] == "distance" or self._flat(place):
            return block
        return self.editor.insert(block, ("address-family", "ipv4", "unicast"))

    def _flat(self, place: Place) -> bool:
        inside = place.block.mode
        return any(
            child.matched(place.mode) is not None and inside is not None and child.matched(inside) is None
            for child in place.block.children
        )

    # ------------------------------------------------------------------ set

    def enter(self, place: Place, words: tuple[str, ...], found: Matched) -> Node:
        """Enter a mode: the block that the command names, made where it is not there yet."""
        found = normal(found)
        cascade.check_enter(self, place, words, found)
        if "rmap" in found.rule.flags:
            words, found = self._route_map(place, words, found)
        if "bgp" in found.rule.flags:
            return self._default_bgp(place)
        if "head" in found.rule.flags and found.value:
            return nxos.enter_header(self, place, words, found)
        held = [(home, node) for home, node, _ in place.held(found.key)]
        if not held:
            node = self.editor.insert(place.block, words, place.mode)
            lists.gather(self, place, node, found)
            return node
        node = held[0][1]
        if normal_value(node, place.mode) != found.value and found.value:
            rewrite(node, words)
        return node

    def _route_map(self, place: Place, words: tuple[str, ...], found: Matched) -> tuple[tuple[str, ...], Matched]:
        """`route-map NAME [permit]` without a number: entry 10, or on IOS the only one there is."""
        entries = place.below(("route-map", found.key[1]))
        named = found.value[0] if found.value else ""
        number = named if named.isdecimal() else "10"
        action = "permit" if named.isdecimal() else named or "permit"
        if named.isdecimal():
            entries = []
        if self.table.vendor == "ios" and entries:
            if len(entries) > 1:
                raise Refused("several entries: name one by its sequence number")
            number = entries[0][2].key[-1]
            action = named or entries[0][2].value[0]
        words = ("route-map", words[1], action, number)
        full = place.mode.match(words)
        assert isinstance(full, Matched)
        return words, full

    def _default_bgp(self, place: Place) -> Node:
        for _, node, held in place.below(("router", "bgp")):
            if len(held.key) == 3:
                return node
        raise Refused("no BGP process is configured")

    def set(self, place: Place, words: tuple[str, ...], found: Matched, text: str | None = None) -> None:
        """Enter a command that opens no mode."""
        inner = self._in_list_block(place, words)
        if inner is not None:
            entry = inner.mode.match(words[3:])
            if isinstance(entry, Matched):
                self.set(inner, words[3:], entry)
                return
        if self.table.vendor == "nxos" and nxos.set_line(self, place, words, found):
            return
        typed = words
        words, found = cascade.alias(self, place, words, found)
        text = text if words == typed else None
        flags = found.rule.flags
        cascade.check_set(self, place, words, found)
        changed = not any(node.words == words for _, node, _ in place.held(found.key))
        if vlans.amends(words):
            vlans.amend(self, place, words)
        elif flags & {"acl", "acl6"}:
            acl.enter(self, place, words)
        elif "resequence" in flags:
            acl.resequence(self, place, words)
        elif flags & {"autoseq", "autoseq1", "autoseq10"}:
            lists.append_numbered(self, place, words, found)
        elif "acc" in flags:
            lists.accumulate(self, place, words, found)
        elif "community" in flags:
            lists.send_community(self, place, words, found)
        elif flags & {"opts", "keep"}:
            lists.merge_options(self, place, words, found)
        else:
            self._assign(place, words, found, text)
        cascade.after_set(self, place, words, found, changed=changed)

    def _in_list_block(self, place: Place, words: tuple[str, ...]) -> Place | None:
        """EOS prints a prefix-list as a block: an entry typed in one line belongs in there."""
        if self.table.vendor != "eos" or len(words) < 4 or words[1] != "prefix-list":
            return None
        block = next((n for n in place.block.children if n.words == words[:3] and n.mode is not None), None)
        return Place(block, block.mode, (block,)) if block is not None and block.mode is not None else None

    def _assign(self, place: Place, words: tuple[str, ...], found: Matched, text: str | None) -> None:
        held = place.held(found.key)
        if "on" in found.rule.flags and not found.value:
            remove(entry for entry in held if entry[1].negated)
            return
        if held:
            first = held[0]
            if first[1].words != words:
                self.editor.replace(place, first[1], words, text)
            remove(held[1:])
            return
        self.editor.insert(self.home(place, words), words, place.mode, text)

    # ------------------------------------------------------------------ unset

    def unset(self, place: Place, words: tuple[str, ...], named: Named) -> None:
        """`no` of a command."""
        rule, key, fit = named
        if self.table.vendor == "nxos" and nxos.unset_line(self, place, words, named):
            return
        inner = self._in_list_block(place, words)
        entry = fit_removal(inner.mode, words[3:]) if inner is not None else None
        if inner is not None and entry is not None:
            self.unset(inner, words[3:], entry)
            return
        if rule.flags & {"acl", "acl6"}:
            acl.remove(self, place, words)
            return
        if "numbered" in rule.flags:
            key = key[:2]
        if self._unset_part(place, words, named):
            return
        if "bare" in rule.flags and fit is Fit.FULL and len(words) > 1:
            raise Refused("its `no` form takes no argument")
        entries = place.below(key) if rule.short_no or "numbered" in rule.flags else place.held(key)
        if "bgp" in rule.flags:
            if any(len(held.key) > 3 for _, _, held in entries):
                raise Refused("name the AS and the VRF")
            rule = place.mode.by_first["router"][0] if not entries else entries[0][2].rule
        if fit is Fit.FULL and not rule.short_no and "any" not in rule.flags and not rule.opens:
            entries = [entry for entry in entries if self._same_value(entry, place, words)]
        cascade.check_unset(self, place, words, rule, entries)
        shown = [entry for entry in entries if not entry[1].negated]
        if "need" in rule.flags and not cascade.neighbor_known(self, place, words[1]):
            return
        if self._shows_off(place, rule) or cascade.passive_by_default(self, place, words):
            was = any(entry[1].negated for entry in entries)
            self._show_off(place, words, rule, key, entries)
            cascade.after_off(self, place, words, changed=not was)
        else:
            remove(shown)
            if words[0] == "passive-interface" and self.table.vendor == "frr" and words[1:] not in ((), ("default",)):
                cascade.not_passive(self, place, words)
            cascade.after_unset(self, place, key, rule, shown)

    def _unset_part(self, place: Place, words: tuple[str, ...], named: Named) -> bool:
        rule, _, fit = named
        if fit is not Fit.FULL:
            return False
        if rule.flags & {"autoseq", "autoseq1", "autoseq10"}:
            lists.remove_numbered(self, place, words)
            return True
        if "acc" in rule.flags:
            return lists.take_values(self, place, words)
        if "opts" in rule.flags or "community" in rule.flags:
            return lists.take_options(self, place, words)
        return False

    def _same_value(self, entry: tuple[Node, Node, Matched], place: Place, words: tuple[str, ...]) -> bool:
        """Whether the values that are named are those that stand there; trailing ones need not be named."""
        found = place.mode.match(words)
        if not isinstance(found, Matched):
            return False
        value = normal(found).value
        return entry[2].value[: len(value)] == value

    def _shows_off(self, place: Place, rule: Rule) -> bool:
        if "on" in rule.flags:
            return True
        return "shown" in rule.flags and cascade.shows_inactive(self, place)

    def _show_off(
        self, place: Place, words: tuple[str, ...], rule: Rule, key: Key, entries: list[tuple[Node, Node, Matched]]
    ) -> None:
        off = ("no", *words)
        if any(token.rest or not token.words for token in rule.tokens if not token.key):
            off = ("no", *key)
        if entries:
            self.editor.replace(place, entries[0][1], off)
            remove(entries[1:])
        else:
            self.editor.insert(self.home(place, off), off, place.mode)

    def default(self, place: Place, words: tuple[str, ...], named: Named) -> None:
        """`default` of a command: like `no`, but never shown; an interface keeps its block and loses its lines."""
        rule, key, fit = named
        if rule.opens == "interface":
            for _, node, _ in place.held(key):
                node.children.clear()
            return
        if rule.flags & {"on", "shown"}:
            remove(place.held(key))
            return
        if rule.opens:
            raise Refused("this block has no default")
        self.unset(place, words, (rule, key, fit))

    def drop(self, home: Node, node: Node) -> None:
        """Take one command out."""
        discard(home, node)


def is_ipv4_unicast(node: Node) -> bool:
    """Whether the block is the default VRF's `address-family ipv4 [unicast]`."""
    words = tuple(word.lower() for word in node.words)
    return words[:2] == ("address-family", "ipv4") and words[2:] in {(), ("unicast",), ("uni",)}


def normal_value(node: Node, mode: Mode) -> Key:
    """The value of a command that stands in a document."""
    found = node.matched(mode)
    return found.value if found is not None else ()
