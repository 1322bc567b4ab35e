"""What a server's verdict is held to beyond the pipeline's own: the active snapshot and its inventory (CONTRACT 5).

Law: nothing here turns a verdict into a milder one.
"""

from collections.abc import Mapping
from typing import Any

from guard.model.masking import mask

INVENTORY = "inventory.yaml"


def bound(
    document: Mapping[str, Any], *, snapshot: str, active: str, inventory: bytes, active_inventory: bytes
) -> dict[str, Any]:
    """The document of a check as this server answers it: HOLD at best unless it was judged on the active snapshot."""
    findings = []
    if snapshot != active:
        findings.append(_finding("stale-base", "judged on a snapshot that is not the active one",
                                 [snapshot], [f"active: {active}"]))
    if inventory != active_inventory:
        findings.append(_finding("intent-weakened", "the snapshot brings an inventory that is not the server's own",
                                 [INVENTORY], [f"of {snapshot}", f"active: {active}"]))
    if not findings:
        return dict(document)
    verdict = "HOLD" if document["verdict"] == "ALLOW" else document["verdict"]
    return {**document, "verdict": verdict, "findings": [*document["findings"], *findings]}


def _finding(policy: str, message: str, subjects: list[str], evidence: list[str]) -> dict[str, Any]:
    return {"policy": policy, "enforcement": "hold", "status": "new", "step": 0, "message": message,
            "subjects": subjects, "evidence": evidence}


def masked(value: Any) -> Any:
    """A JSON-ready value with the secrets in its texts masked."""
    match value:
        case str():
            return mask(value)
        case Mapping():
            return {key: masked(item) for key, item in value.items()}
        case list() | tuple():
            return [masked(item) for item in value]
        case _:
            return value
