"""A change file → Change (CONTRACT 3). The files it names are handed in; nothing is read here."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

from guard.model.change import (
    AddDevice,
    BaseNamed,
    Change,
    Commands,
    DeleteZone,
    DnsPlan,
    DownUp,
    EditFile,
    Expect,
    Merge,
    PatchConfig,
    RemoveDevice,
    ReplaceConfig,
    ReplaceRoas,
    ReplaceZone,
    Step,
    StepPart,
    ZoneUpdate,
)
from guard.parse.change_files import DNS_PLANS, inner_path
from guard.parse.inventory import absolute_name, interface_id
from guard.parse.yaml_text import Node, load_document

_TOP = ("apiVersion", "kind", "metadata", "base", "effect", "expect", "steps")
_EDITABLE = ("inventory.yaml", "external_bgp_announcements.json", "state.yaml")
_STEP_KEYS = frozenset(
    (
        "device", "merge", "replace", "replace_file", "patch", "commands", "down", "up", "zone", "update", "delete",
        "server", "roas", "file", "add_device", "remove_device", "parallel", "not_before", *DNS_PLANS,
    )
)  # fmt: skip


class _Files(NamedTuple):
    """The files that a change names, by the path as it writes it, and those it has used (for the digest)."""

    given: Mapping[str, str]
    used: dict[str, str]

    def read(self, node: Node) -> str:
        path = inner_path(node)
        if path not in self.given:
            node.fail(f"there is no file {path!r} beside the change", "missing-file")
        self.used[path] = self.given[path]
        return self.given[path]

    def folder(self, node: Node) -> tuple[tuple[str, str], ...]:
        """Path and text of each YAML file of a folder that the node names, in order; () where it names none."""
        path = inner_path(node)
        names = sorted(each for each in self.given if each.startswith(path + "/") and each.endswith((".yaml", ".yml")))
        if path in self.given or not names:
            return ()
        self.used.update({each: self.given[each] for each in names})
        return tuple((each, self.given[each]) for each in names)


def parse_change(text: str, file: str, files: Mapping[str, str]) -> Change:
    """Read a change; `files` holds the content of what `files_named` gave."""
    top = load_document(text, file, "Change").fields(*_TOP, required=("steps",))
    named = _Files(files, {})
    meta = top["metadata"].fields("id", "title", "author", "temporary", "until", "labels") if "metadata" in top else {}
    steps = _steps(top["steps"], named)
    return Change(
        id=meta["id"].text() if "id" in meta else "",
        title=meta["title"].text() if "title" in meta else "",
        author=meta["author"].text() if "author" in meta else "",
        text=text,
        digest=_digest(text, named.used),
        steps=steps,
        effect=top["effect"].choice("none", "declared", "any") if "effect" in top else "any",
        expect=_expect(top["expect"]) if "expect" in top else Expect(),
        base=_base(top["base"]) if "base" in top else BaseNamed(),
        temporary="temporary" in meta and meta["temporary"].flag(),
        until=meta["until"].time() if "until" in meta else None,
    )


def _digest(text: str, used: Mapping[str, str]) -> str:
    """Names the change with all it says: its text, and each file it names by path and content."""
    digest = hashlib.sha256(_sha256(text))
    for path in sorted(used):
        digest.update(_sha256(path) + _sha256(used[path]))
    return "sha256:" + digest.hexdigest()


def _sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()


# ------------------------------------------------------------------------------------------------------- steps


def _steps(node: Node, files: _Files) -> tuple[Step, ...]:
    if not isinstance(node.value, tuple):
        node.fail("steps is a list")
    if not node.value:
        node.fail("a change has at least one step")
    return tuple(_step(number, each, files) for number, each in enumerate(node.value, 1))


def _step(number: int, node: Node, files: _Files) -> Step:
    entries = node.fields(*_STEP_KEYS)
    not_before = entries["not_before"].time() if "not_before" in entries else None
    if "parallel" in entries:
        node.fields("parallel", "not_before")
        inner = entries["parallel"]
        if not isinstance(inner.value, tuple) or not inner.value:
            inner.fail("parallel is a list of steps")
        for each in inner.value:
            if each.has("not_before") or each.has("parallel"):
                each.fail("a part of a parallel step has no not_before or parallel of its own")
        return Step(number, tuple(_part(each, files) for each in inner.value), node.source, not_before)
    return Step(number, (_part(node, files),), node.source, not_before)


def _part(node: Node, files: _Files) -> StepPart:
    entries = {key: value for key, value in node.fields(*_STEP_KEYS).items() if key != "not_before"}
    keys = frozenset(entries)
    if "device" in keys:
        return _device_part(node, entries, files)
    if "file" in keys:
        return _file_part(node, entries, files)
    if "zone" in keys:
        return _zone_part(node, entries, files)
    if keys and keys <= {"down", "up"}:
        down = entries["down"].texts() if "down" in entries else ()
        up = entries["up"].texts() if "up" in entries else ()
        return DownUp(down, up, node.source)
    if keys == {"roas"}:
        at = entries["roas"].fields("replace", "replace_file")
        return ReplaceRoas(*_one_text(entries["roas"], at, files), node.source)
    if keys == {"add_device"}:
        at = entries["add_device"].fields("name", "config", "config_file", "replace_file", required=("name",))
        if "config" in at:
            return AddDevice(at["name"].text(), at["config"].text(), node.source)
        path = at.get("config_file") or at.get("replace_file")
        if path is None:
            node.fail("add_device wants a config", "missing-key")
        return AddDevice(at["name"].text(), files.read(path), node.source)
    if keys == {"remove_device"}:
        return RemoveDevice(entries["remove_device"].text(), node.source)
    if len(keys) == 1 and keys <= DNS_PLANS.keys():
        ((key, value),) = entries.items()
        return DnsPlan(DNS_PLANS[key], files.read(value), node.source, inner_path(value))
    node.fail(f"not a step: {', '.join(sorted(keys)) or 'nothing in it'}", "unknown-step")


def _device_part(node: Node, entries: Mapping[str, Node], files: _Files) -> StepPart:
    device = entries["device"].text()
    rest = _exactly_one(node, entries, "device", ("merge", "replace", "replace_file", "patch", "commands"))
    source = entries[rest].source
    match rest:
        case "merge":
            return Merge(device, entries[rest].text(), source)
        case "patch":
            return PatchConfig(device, entries[rest].text(), source)
        case "commands":
            return Commands(device, entries[rest].text(), source)
        case _:
            text, path = _one_text(node, entries, files)
            return ReplaceConfig(device, text, source, path)


def _zone_part(node: Node, entries: Mapping[str, Node], files: _Files) -> StepPart:
    zone = absolute_name(entries["zone"].text())
    server = absolute_name(entries["server"].text()) if "server" in entries else ""
    rest = {key: value for key, value in entries.items() if key != "server"}
    key = _exactly_one(node, rest, "zone", ("update", "replace", "replace_file", "delete"))
    if key == "update":
        if server:
            node.fail("an update goes to the zone; what one server serves is replaced")
        return ZoneUpdate(zone, entries[key].text(), entries[key].source)
    if key == "delete":
        if not entries[key].flag():
            entries[key].fail("delete is true or absent")
        return DeleteZone(zone, node.source, server)
    parts = files.folder(entries[key]) if key == "replace_file" else ()
    if parts:
        return ReplaceZone(zone, "", entries[key].source, server, inner_path(entries[key]), parts)
    text, path = _one_text(node, entries, files)
    return ReplaceZone(zone, text, entries[key].source, server, path)


def _file_part(node: Node, entries: Mapping[str, Node], files: _Files) -> StepPart:
    path = inner_path(entries["file"])
    if path not in _EDITABLE and not path.startswith("batfish/"):
        entries["file"].fail(f"{path!r} is not a file that a change may edit", "unknown-file")
    key = _exactly_one(node, entries, "file", ("patch", "replace", "replace_file"))
    if key == "patch":
        return EditFile(path, "patch", entries[key].text(), entries[key].source)
    return EditFile(path, "replace", _one_text(node, entries, files)[0], entries[key].source)


def _exactly_one(node: Node, entries: Mapping[str, Node], subject: str, choices: tuple[str, ...]) -> str:
    extra = [key for key in entries if key != subject and key not in choices]
    found = [key for key in choices if key in entries]
    if extra or len(found) != 1:
        given = ", ".join(sorted(key for key in entries if key != subject)) or "nothing"
        node.fail(f"a {subject} step has exactly one of {', '.join(choices)}; found {given}", "unknown-step")
    return found[0]


def _one_text(node: Node, at: Mapping[str, Node], files: _Files) -> tuple[str, str]:
    """The text of `replace` or of the file that `replace_file` names, with that file's path."""
    if ("replace" in at) == ("replace_file" in at):
        node.fail("give replace or replace_file")
    if "replace" in at:
        return at["replace"].text(), ""
    return files.read(at["replace_file"]), inner_path(at["replace_file"])


# ------------------------------------------------------------------------------------------------ declarations


def _expect(node: Node) -> Expect:
    at = node.fields(
        "interfaces_down", "interfaces_up", "sessions_lost", "sessions_gained", "prefixes_withdrawn",
        "prefixes_advertised", "records_changed", "services_unhealthy", "at_risk", "shifts", "dropped",
    )  # fmt: skip

    def texts(key: str) -> tuple[str, ...]:
        return at[key].texts() if key in at else ()

    return Expect(
        interfaces_down=tuple(map(interface_id, at["interfaces_down"].items())) if "interfaces_down" in at else (),
        interfaces_up=tuple(map(interface_id, at["interfaces_up"].items())) if "interfaces_up" in at else (),
        sessions_lost=texts("sessions_lost"),
        sessions_gained=texts("sessions_gained"),
        prefixes_withdrawn=at["prefixes_withdrawn"].prefixes() if "prefixes_withdrawn" in at else (),
        prefixes_advertised=at["prefixes_advertised"].prefixes() if "prefixes_advertised" in at else (),
        records_changed=texts("records_changed"),
        services_unhealthy=texts("services_unhealthy"),
        at_risk=texts("at_risk"),
        shifts=texts("shifts"),
        dropped=at["dropped"].prefixes() if "dropped" in at else (),
    )


def _base(node: Node) -> BaseNamed:
    at = node.fields("snapshot", "devices", "zones")
    return BaseNamed(
        snapshot=_sha(at["snapshot"]) if "snapshot" in at else "",
        devices={name: _sha(each) for name, each in at["devices"].entries().items()} if "devices" in at else {},
        zones={absolute_name(name): each.integer(0, 2**32 - 1) for name, each in at["zones"].entries().items()}
        if "zones" in at
        else {},
    )


def _sha(node: Node) -> str:
    digest = node.text()
    if not digest.startswith("sha256:") or len(digest) != 71:
        node.fail(f"{digest!r} is not sha256: and 64 hexadecimal digits")
    return digest
