"""Draft → Device: the end of every configuration grammar."""

from __future__ import annotations

from guard.model.device import Device
from guard.parse.context import Context
from guard.parse.draft import Draft
from guard.parse.line import Line


def freeze(draft: Draft, context: Context, lines: tuple[Line, ...], total: int) -> Device:
    """The finished device; `total` is the number of lines of its file."""
    stem = context.file.rsplit("/", 1)[-1].rsplit(".", 1)[0]
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
        bgp=tuple(draft.bgp),
        policies=dict(draft.policies),
        prefix_lists=dict(draft.prefix_lists),
        as_path_lists=dict(draft.as_path_lists),
        community_lists=dict(draft.community_lists),
        acls=dict(draft.acls),
        references=tuple(context.references),
        control_plane_acls=tuple(draft.control_plane_acls),
        ip_forwarding=draft.ip_forwarding,
        warnings=tuple(context.warnings),
    )
