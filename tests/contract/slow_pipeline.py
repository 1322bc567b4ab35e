"""A pipeline whose proof is never done."""

import time
from typing import Any

from fake_pipeline import CheckRequest, check  # noqa: F401


def prove(**_: Any) -> None:
    time.sleep(600)
