"""The configurations of a large snapshot, read by several processes where there are several cores.

Law: what is remembered is what `load` would read by itself; it reads what is missing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from functools import partial

from guard.model.device import Device
from guard.model.errors import InputInvalid
from guard.shell.aside import Aside, cores
from guard.snapshot.load import is_device, read_device

#: Devices from which on a second process is worth it: 200 are read in a second.
FEWEST = 200
_MOST_CHILDREN = 3
#: Of what reading a device costs: what it costs a child, which has to hand it over, and what taking it in costs.
_IN_CHILD, _TAKEN_IN = 1.4, 0.25

Texts = Sequence[tuple[str, str]]


def read_ahead(files: Mapping[str, str]) -> None:
    """Read all devices of a snapshot, so that they are known when it is loaded."""
    texts = [(path, text) for path, text in files.items() if is_device(path)]
    children = min(cores() - 1, _MOST_CHILDREN)
    if len(texts) < FEWEST or children < 1:
        return
    share = int(len(texts) / (_IN_CHILD + children * (1 - _TAKEN_IN)))  # all are done at the same time
    asides = [Aside(partial(_read, texts[share * at : share * (at + 1)])) for at in range(children)]
    _read(texts[share * children :])
    for at, aside in enumerate(asides):
        part = texts[share * at : share * (at + 1)]
        for (path, text), device in zip(part, aside.answer() or (), strict=False):
            if device is not None:
                read_device.put(text, path, device)


def _read(texts: Texts) -> list[Device | None]:
    """The devices of some texts; None for what is not to be read at all."""
    found: list[Device | None] = []
    for path, text in texts:
        device = None
        with contextlib.suppress(InputInvalid):  # `load` meets it again, and says so
            device = read_device(text, path)
        found.append(device)
    return found
