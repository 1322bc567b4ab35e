"""What a verdict rests on: the proof that guard catches what it must on this network (DESIGN law 11).

Law: a document without a proof that passed is never ALLOW.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: What a document calls the finding that there is no proof.
SELF_PROOF = "self-proof"


@dataclass(frozen=True, slots=True)
class Standing:
    """A proof as verdicts name it. `digest` "": there is none; `summary` is a line for people."""

    digest: str
    passed: bool
    summary: str


#: What stands before the first proof is done.
NONE_YET = Standing("", False, "the first proof is not done yet")


def resting_on(document: Mapping[str, Any], proof: Standing) -> dict[str, Any]:
    """The document of a check with the proof that it rests on: HOLD at best, with the reason, where that failed.

    A BLOCK rests on none, and does not wait for the first one.
    """
    named = {**document, "proof": proof.digest or None}
    if proof.passed or (proof is NONE_YET and document["verdict"] == "BLOCK"):
        return named
    verdict = "HOLD" if document["verdict"] == "ALLOW" else document["verdict"]
    finding = {
        "policy": SELF_PROOF, "enforcement": "deny", "status": "undecided", "step": 0, "subjects": [], "evidence": [],
        "message": f"guard has no proof that it catches what it must here: {proof.summary}",
    }  # fmt: skip
    return {**named, "verdict": verdict, "findings": [*document["findings"], finding]}
