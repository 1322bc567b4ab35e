"""Shared by the scenarios: the generated backbones."""

from __future__ import annotations

import pytest
from backbones import Workshop


@pytest.fixture(scope="session")
def backbones(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("backbones"))
