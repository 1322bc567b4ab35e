"""The judges that come with the third-party data, as modules: they know what devices print and how to compare it."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest
from data import JUDGE


def judge(name: str) -> ModuleType:
    """`labs` (recorded device output) or `frrlive` (recorded live FRR); a skip where they are not here."""
    path = JUDGE / f"{name}.py"
    if not path.exists():
        pytest.skip(f"judge not here: {path.name} (beside the data that GUARD_DATA names)")
    spec = importlib.util.spec_from_file_location(f"third_party_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
