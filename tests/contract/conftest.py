"""Servers for the contract tests."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from serving import Served, servers


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Starts servers of a test's own; `settings` is their YAML."""
    with servers(tmp_path) as start:
        yield start


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server for all the tests that do not mind each other's entries."""
    with servers(tmp_path_factory.mktemp("shared")) as start:
        yield start()
