"""Names as people write them → names as the configurations have them: without regard to case, hostname or file name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from guard.model.device import Device
from guard.model.external import Problem
from guard.model.inventory import Inventory
from guard.model.provenance import Source
from guard.model.state import InterfaceId

_PARTS = re.compile(r"([a-z-]+)\s*(\d.*)?$")


class Names:
    """The devices and interfaces of one snapshot, by every name that they may be called."""

    def __init__(self, devices: Mapping[str, Device]) -> None:
        self._devices = devices
        self._nodes: dict[str, str] = {}
        self._files: dict[str, str] = {}  # file names of devices whose hostname is another
        for device in devices.values():
            file = device.file.rsplit("/", 1)[-1].rsplit(".", 1)[0].lower()
            self._nodes.setdefault(file, device.name)
            if file != device.name.lower():
                self._files[device.name] = file
        for name in devices:
            self._nodes[name.lower()] = name

    def node(self, name: str) -> str:
        """The device's name, or the given one where no device bears it."""
        return self._nodes.get(name.lower(), name)

    def nodes(self, names: Iterable[str]) -> frozenset[str]:
        return frozenset(map(self.node, names))

    def known(self, name: str) -> bool:
        return name.lower() in self._nodes

    def interface(self, wanted: InterfaceId) -> InterfaceId:
        """The interface's canonical name; abbreviations (`Gi0/0`) are understood; unknown ones stay as they are."""
        node = self.node(wanted.node)
        device = self._devices.get(node)
        if device is None:
            return InterfaceId(node, wanted.interface)
        lowered = wanted.interface.lower()
        for interface in device.interfaces:
            if interface.name.lower() == lowered:
                return InterfaceId(node, interface.name)
        parts = _PARTS.match(lowered)
        if parts and parts.group(2):
            for interface in device.interfaces:
                theirs = _PARTS.match(interface.name.lower())
                if theirs and theirs.group(2) == parts.group(2) and theirs.group(1).startswith(parts.group(1)):
                    return InterfaceId(node, interface.name)
        return InterfaceId(node, wanted.interface)

    def interfaces(self, wanted: Iterable[InterfaceId]) -> frozenset[InterfaceId]:
        return frozenset(map(self.interface, wanted))

    def has(self, wanted: InterfaceId) -> bool:
        device = self._devices.get(wanted.node)
        return device is not None and any(each.name == wanted.interface for each in device.interfaces)

    def inventory(self, inventory: Inventory, problems: list[Problem]) -> Inventory:
        """The inventory with the configurations' own names; what nobody has is a problem of the snapshot."""

        def checked(wanted: InterfaceId, source: Source, what: str) -> InterfaceId:
            found = self.interface(wanted)
            if self._devices and not self.has(found):
                problems.append(Problem(f"{what} names {wanted}, which no configuration has", source, (str(wanted),)))
            return found

        return replace(
            inventory,
            file_names={**inventory.file_names, **self._files},
            shared_risks=tuple(
                replace(
                    risk,
                    interfaces=tuple(
                        checked(each, risk.source, f"shared risk {risk.name}") for each in risk.interfaces
                    ),
                    nodes=tuple(map(self.node, risk.nodes)),
                )
                for risk in inventory.shared_risks
            ),
            services=tuple(
                replace(
                    service,
                    instances=tuple(
                        checked(each, service.source, f"service {service.name}") for each in service.instances
                    ),
                )
                for service in inventory.services
            ),
            peerings=tuple(replace(each, device=self.node(each.device)) for each in inventory.peerings),
            surges=tuple(replace(each, device=self.node(each.device)) for each in inventory.surges),
            capacities=tuple(
                replace(each, interface=checked(each.interface, each.source, "capacity"))
                for each in inventory.capacities
            ),
        )
