"""What a server's verdict is held to beyond the pipeline's own: the active snapshot and its inventory (CONTRACT 5).

Law: nothing here turns a verdict into a milder one.
"""

import json
from collections.abc import Mapping
from typing import Any

from guard.model.masking import mask
from guard.shell.errors import InvariantBroken

INVENTORY = "inventory.yaml"


def bound(
    document: Mapping[str, Any], *, snapshot: str, active: str, inventory: bytes, active_inventory: bytes
) -> dict[str, Any]:
    """The document of a check as this server answers it: HOLD at best unless it was judged on the active snapshot."""
    said = {finding["policy"] for finding in document["findings"] if finding.get("status") == "new"}
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
    unsaid = [finding for finding in findings if finding["policy"] not in said]
    return {**document, "verdict": verdict, "findings": [*document["findings"], *unsaid]}


def _finding(policy: str, message: str, subjects: list[str], evidence: list[str]) -> dict[str, Any]:
    return {"policy": policy, "enforcement": "hold", "status": "new", "step": 0, "message": message,
            "subjects": subjects, "evidence": evidence}


def masked(value: Any) -> Any:
    """A JSON-ready value with the secrets in its texts masked, and bytes that were no UTF-8 in them replaced."""
    return _masked(value, _Masks())


class _Masks(dict[str, str]):
    """Each text as it leaves. The rows of a document repeat a few names thousands of times."""

    def __missing__(self, text: str) -> str:
        self[text] = found = mask(printable(text))
        return found


def _masked(value: Any, known: _Masks) -> Any:
    if isinstance(value, str):
        return known[value]
    if isinstance(value, dict):
        return {key: _masked(item, known) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(item, known) for item in value]
    return value


def printable(text: str) -> str:
    """A text that can be sent: what the parsers kept of bytes that are no UTF-8 (surrogates) is replaced."""
    if text.isascii():
        return text
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def encoded(document: Mapping[str, Any]) -> bytes:
    """A document as it is kept and sent, its keys in their order; InvariantBroken for what JSON cannot carry."""
    try:
        return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")
    except (TypeError, ValueError) as error:
        raise InvariantBroken("bad-document", f"the document of the check is no JSON: {error}") from error
