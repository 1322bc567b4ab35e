"""Draft → Device: the end of every grammar, with what is referred to and not there, and what nothing refers to."""

from __future__ import annotations

from collections.abc import Iterable

from guard.model.device import Device, InstallPolicy, Reference, Vendor
from guard.parse.context import Context
from guard.parse.draft import Draft
from guard.parse.line import Line

#: Kinds that live in one name space for both IP versions.
_FAMILIES = frozenset({"acl", "prefix-list"})


def freeze(draft: Draft, context: Context, lines: tuple[Line, ...], total: int) -> Device:
    """The finished device; `total` is the number of lines of its file."""
    stem = context.file.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    defined = list(_defined(draft, context))
    return Device(
        name=draft.hostname or stem,
        file=context.file,
        vendor=context.vendor,
        coverage=context.coverage(lines, total),
        interfaces=tuple(draft.interfaces.values()),
        vrfs=tuple(draft.vrfs.values()),
        static_routes=tuple(draft.static_routes),
        ospf=tuple(draft.ospf),
        isis=tuple(draft.isis),
        rip=tuple(draft.rip),
        eigrp=tuple(draft.eigrp),
        bgp=tuple(draft.bgp),
        policies=dict(draft.policies),
        prefix_lists=dict(draft.prefix_lists),
        as_path_lists=dict(draft.as_path_lists),
        community_lists=dict(draft.community_lists),
        acls=dict(draft.acls),
        references=tuple(context.references),
        undefined=_undefined(context, defined),
        unused=_unused(draft, context, defined),
        control_plane_acls=tuple(draft.control_plane_acls),
        ip_forwarding=draft.ip_forwarding,
        ipv6_forwarding=draft.ipv6_forwarding,
        warnings=tuple(context.warnings),
        aggregates=tuple(draft.aggregates),
        resolution_policies=tuple(draft.resolution_policies),
        tunnel_end=draft.tunnel_end,
        install_policies=tuple(InstallPolicy(*key, policy) for key, policy in sorted(draft.install_policies.items())),
    )


def _defined(draft: Draft, context: Context) -> Iterable[Reference]:
    """Every structure that the file defines, as a Reference to its definition."""
    for (version, name), acl in draft.acls.items():
        yield Reference("acl", name, "definition", acl.source, version)
    for (version, name), prefixes in draft.prefix_lists.items():
        yield Reference("prefix-list", name, "definition", prefixes.source, version)
    for name, policy in draft.policies.items():
        yield Reference("route-map", name, "definition", policy.source)
    for name, paths in draft.as_path_lists.items():
        yield Reference("as-path-list", name, "definition", paths.source)
    for (_, name), communities in draft.community_lists.items():
        yield Reference("community-list", name, "definition", communities.source)
    for interface in draft.interfaces.values():
        yield Reference("interface", interface.name, "definition", interface.source)
    for vrf in draft.vrfs.values():
        if vrf.source:
            yield Reference("vrf", vrf.name, "definition", vrf.source)
    yield from context.definitions


def _key(reference: Reference) -> tuple[str, str, int]:
    kind = reference.kind.removeprefix("large-").removeprefix("extended-").removeprefix("ext")
    name = reference.name.lower() if kind == "interface" else reference.name
    return kind, name, reference.version if kind in _FAMILIES else 0


def _undefined(context: Context, defined: list[Reference]) -> tuple[Reference, ...]:
    """References to structures that are not there; kinds of which nothing could be defined here are left out."""
    known = {_key(each) for each in defined}
    checked = CHECKED - {"interface"} if context.vendor is Vendor.FRR else CHECKED  # the kernel has more than frr.conf
    return tuple(each for each in context.references if each.kind in checked and _key(each) not in known)


#: Kinds whose structures every configuration must hold itself.
CHECKED = frozenset(
    {
        "acl",
        "prefix-list",
        "route-map",
        "as-path-list",
        "community-list",
        "large-community-list",
        "extended-community-list",
        "extcommunity-list",
        "interface",
        "vrf",
        "object-group",
        "peer-group",
        "policy-map",
        "class-map",
        "group",
    }
)
_NEVER_UNUSED = frozenset({"interface", "vrf"})


def _unused(draft: Draft, context: Context, defined: list[Reference]) -> tuple[Reference, ...]:
    used = {_key(each) for each in context.references}
    used |= {("acl", name, version) for version, name in draft.control_plane_acls}
    return tuple(each for each in defined if each.kind not in _NEVER_UNUSED and _key(each) not in used)
