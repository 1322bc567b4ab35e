"""A pipeline whose proof is never done."""

import time
from typing import Any

from fake_pipeline import CheckRequest as CheckRequest
from fake_pipeline import check as check


def prove(**_: Any) -> None:
    time.sleep(600)
