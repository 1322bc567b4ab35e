"""A pipeline that allows everything and cannot prove that it catches anything."""

from typing import Any

from fake_pipeline import CheckRequest as CheckRequest
from fake_pipeline import check as check
from fake_pipeline import list_policies as list_policies

from guard.judge.standing import Standing
from guard.model.digest import sha256


def prove(**_: Any) -> tuple[Standing, bytes]:
    document = b"{}"
    return Standing(sha256(document), False, "dc-one isolated: does not give datacenter-isolation"), document
