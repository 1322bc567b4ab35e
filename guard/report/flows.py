"""The lines of a report about flows that fare otherwise: examples with their paths before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def flow_lines(document: Mapping[str, Any], most: int) -> Iterator[str]:
    """Nothing where no engine searched; `most`: examples that are shown."""
    search = document.get("flows")
    if search is None:
        return
    if search["unknown"]:
        yield f"{search['engine']} could not search all flows: {search['unknown']}"
        return
    examples = search["examples"]
    if not examples:
        yield f"{search['engine']} searched all flows: none that arrived before or after fares otherwise"
        return
    lost = sum(each["lost"] for each in examples)
    yield f"{search['engine']} searched all flows; examples: {lost} lost, {len(examples) - lost} otherwise"
    for each in examples[:most]:
        yield f"{each['from']}: {each['flow']}"
        for when in ("before", "after"):
            for path in each[when][:1]:
                yield f"  {when:6} {path['disposition']}: {' | '.join(path['hops'])}"
    if len(examples) > most:
        yield f"… and {len(examples) - most} more"
