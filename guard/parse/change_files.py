"""The files that a change names: who sends one has to bring them, and has read nothing else of it (CONTRACT 3)."""

from __future__ import annotations

from collections.abc import Iterator

from guard.parse.yaml_text import Node, load_document

#: The plans of other tools that a step may name.
DNS_PLANS = {"octodns_plan": "octodns", "route53": "route53", "terraform_plan": "terraform"}


def files_named(text: str, file: str) -> tuple[str, ...]:
    """The relative paths that a change names, in order, a folder of YAML files among them.

    A path that leaves the change's own folder is invalid.
    """
    document = load_document(text, file, "Change")
    steps = document.entries().get("steps")
    return tuple(dict.fromkeys(inner_path(node) for node in _file_nodes(steps))) if steps else ()


def inner_path(node: Node) -> str:
    """A relative path without any way out of its folder."""
    path = node.text()
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if path.startswith("/") or ".." in parts or "\\" in path or "\0" in path or not parts:
        node.fail(f"{path!r} is not a path in the change's own folder or below", "path-outside")
    return "/".join(parts)


def _file_nodes(steps: Node) -> Iterator[Node]:
    for step in steps.items():
        entries = step.entries()
        for key, node in entries.items():
            if key in ("replace_file", *DNS_PLANS):
                yield node
            elif key in ("roas", "add_device"):
                yield from (
                    value for inner, value in node.entries().items() if inner in ("replace_file", "config_file")
                )
            elif key == "parallel":
                yield from _file_nodes(node)
