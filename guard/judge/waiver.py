"""Waivers: accepted findings with owner, reason and expiry; always reported beside what they silence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from guard.judge.finding import Observation
from guard.model.provenance import Source
from guard.parse.yaml_text import Node


@dataclass(frozen=True, slots=True)
class Waiver:
    """`subjects` are globs; each main subject of an observation must match one of them."""

    policy: str
    subjects: tuple[str, ...]
    owner: str
    reason: str
    expires: datetime
    source: Source

    def covers(self, policy: str, observation: Observation) -> bool:
        if policy != self.policy:
            return False
        return all(
            any(fnmatchcase(subject.lower(), glob.lower()) for glob in self.subjects)
            for subject in observation.waived_by
        )

    def text(self) -> str:
        return f"accepted by {self.owner} until {self.expires:%Y-%m-%dT%H:%MZ}: {self.reason}"

    def document(self) -> dict[str, Any]:
        return {
            "policy": self.policy,
            "subjects": list(self.subjects),
            "owner": self.owner,
            "reason": self.reason,
            "expires": self.expires.isoformat(),
        }


def read_waiver(document: Node) -> Waiver:
    """A `kind: Waiver` document; InputInvalid with file and line where something is missing or unknown."""
    fields = document.fields("apiVersion", "kind", "metadata", "spec", *_FIELDS, required=())
    body = fields.get("spec", document)
    at = body.fields(*_FIELDS, *(("apiVersion", "kind", "metadata") if body is document else ()), required=_FIELDS)
    subjects = at["subjects"].texts()
    if not subjects:
        at["subjects"].fail("a waiver names at least one subject")
    return Waiver(
        policy=at["policy"].text(),
        subjects=subjects,
        owner=at["owner"].text(),
        reason=at["reason"].text(),
        expires=at["expires"].time(),
        source=document.source,
    )


_FIELDS = ("policy", "subjects", "owner", "reason", "expires")
