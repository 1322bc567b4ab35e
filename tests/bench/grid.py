"""A square of routers with OSPF, written as a folder that the bench can check: needs nothing but itself."""

from __future__ import annotations

from pathlib import Path

_CHANGE = """\
apiVersion: guard/v1
kind: Change
metadata: {{id: {id}, title: One interface, author: bench}}
steps:
- device: r0
  merge: |
    interface Ethernet1/{link}
     {line}
"""


def write_grid(folder: Path, side: int) -> Path:
    """side x side routers; each has a loopback and a /31 to the router at its right and the one below."""
    configs = folder / "snapshot" / "configs"
    configs.mkdir(parents=True)
    for name, lines in _texts(side).items():
        (configs / f"{name}.cfg").write_text("\n".join(["version 15.2", *lines, "end", ""]))
    changes = folder / "changes"
    changes.mkdir()
    (changes / "link-shut.yaml").write_text(_CHANGE.format(id="BENCH-1", link=0, line="shutdown"))
    (changes / "cost-change.yaml").write_text(_CHANGE.format(id="BENCH-2", link=1, line="ip ospf cost 77"))
    return folder


def _texts(side: int) -> dict[str, list[str]]:
    texts: dict[str, list[str]] = {}
    for number in range(side * side):
        texts[f"r{number}"] = [f"hostname r{number}", "interface Loopback0"]
        texts[f"r{number}"] += [f" ip address 10.255.{number // 256}.{number % 256} 255.255.255.255"]
    for link, ends in enumerate(_links(side)):
        for host, end in enumerate(ends):
            at = 2 * link + host
            address = f"10.{at // 65536}.{at // 256 % 256}.{at % 256}"
            texts[f"r{end}"] += [f"interface Ethernet1/{link}", f" ip address {address} 255.255.255.254"]
            texts[f"r{end}"] += [f" ip ospf cost {1 + link % 7}", " ip ospf network point-to-point"]
    for lines in texts.values():
        lines += ["router ospf 1", " network 10.0.0.0 0.255.255.255 area 0"]
    return texts


def _links(side: int) -> list[tuple[int, int]]:
    right = [(r * side + c, r * side + c + 1) for r in range(side) for c in range(side - 1)]
    below = [(r * side + c, r * side + side + c) for r in range(side - 1) for c in range(side)]
    return sorted(right + below)
