"""Control-plane policing: classes of a policy on the control plane that drop all they match become a filter of it.

What a class only polices passes: rates are not modelled. Classes are tried in order, the first that matches decides
(IOS QoS Command Reference, `service-policy (control-plane)`; Nexus 9000 Security Configuration Guide, "Configuring
control plane policing"). A class that matches by something else than access lists may match or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from guard.model.acl import Acl, AclLine
from guard.model.provenance import Source
from guard.parse.line import Line


@dataclass(slots=True)
class TrafficClass:
    """A `class-map`: the access lists that it matches, whether all of them must, and what else it asks for."""

    every: bool = True
    acls: list[str] = field(default_factory=list)
    other: str = ""


@dataclass(slots=True)
class Policing:
    """Class maps and policy maps of one file, and the policies that stand on the control plane."""

    classes: dict[str, TrafficClass] = field(default_factory=dict)
    policies: dict[str, list[tuple[str, bool]]] = field(default_factory=dict)  # (class, whether it drops)
    bound: list[tuple[str, Source]] = field(default_factory=list)

    def collect(self, line: Line) -> None:
        """Take in a `class-map` or `policy-map` with its mode."""
        if line.words[0].lower() == "class-map":
            self.classes[line.words[-1]] = _class(line)
            return
        parts = self.policies.setdefault(line.words[-1], [])
        for child in line.children:
            if child.words[0] == "class":
                parts.append((child.words[-1], any(_drops(each.words) for each in child.children)))


def _class(line: Line) -> TrafficClass:
    found = TrafficClass(every="match-any" not in line.words)
    for child in line.children:
        words = tuple(word.lower() for word in child.words)
        if words[:2] == ("match", "access-group") and len(words) > 2:
            found.acls.append(child.words[-1])
        elif words[0] == "match":
            found.other = found.other or child.text
    return found


def _drops(words: tuple[str, ...]) -> bool:
    """`drop`, or a policer whose every action is to drop (IOS `conform-action drop`, NX-OS `conform drop`)."""
    if words[0] == "drop":
        return True
    if words[0] != "police":
        return False
    conforming = [at for at, word in enumerate(words[:-1]) if word in {"conform", "conform-action"}]
    return bool(conforming) and words[conforming[0] + 1] == "drop"


#: The class of what no other class of a policy matches.
_DEFAULT = "class-default"


def filters(policing: Policing, acls: dict[tuple[int, str], Acl]) -> Iterator[Acl]:
    """Each policy that stands on the control plane and drops something, as a list for each IP version."""
    for name, source in policing.bound:
        parts = policing.policies.get(name, [])
        if not any(drops for _, drops in parts):
            continue
        rest = (_DEFAULT, True) not in parts
        for version in (4, 6):
            lines = [row for part in parts for row in _lines(*part, policing, acls, version=version)]
            if not rest or any(not each.permit for each in lines):
                yield Acl(f"control plane by {name}", version, tuple(lines), source, default_permit=rest)


def _lines(
    name: str, drops: bool, policing: Policing, acls: dict[tuple[int, str], Acl], *, version: int
) -> Iterator[AclLine]:
    found = policing.classes.get(name)
    if found is None:
        return
    lists = [acls[version, each] for each in found.acls if (version, each) in acls]
    doubt = found.other or (f"all of {', '.join(found.acls)}" if found.every and len(found.acls) > 1 else "")
    for acl in lists:
        denied = False
        for line in acl.lines:
            # What the list denies is not of the class, and goes on to the next: a permit behind it is in doubt.
            denied = denied or not line.permit
            if line.permit:
                opaque = line.opaque or doubt or ("what the class leaves out" if denied else "")
                yield replace(line, permit=not drops, opaque=opaque, name=f"{name} {line.name}".strip())
