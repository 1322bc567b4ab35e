"""When NX-OS sends a default route, as an emulated NX-OS did: five ways to have one, two listeners.

Each file of Batfish's network nxos-bgp-default-route says in its head what `show ip bgp neighbors advertised-routes`
printed. All five bear the same addresses, so each stands here alone between the two listeners.
"""

from __future__ import annotations

import pytest
from data import needs
from small_network import routes

from guard.simulate.control_plane import compute
from guard.snapshot.load import load

NETWORK = (
    "batfish/projects/batfish/src/test/resources/org/batfish/vendor/cisco_nxos/grammar/bgp/snapshots"
    "/nxos-bgp-default-route/configs"
)


@pytest.mark.parametrize(
    ("sender", "heard"),
    [
        ("nxos-bgp-default-inf-only", []),
        ("nxos-bgp-static-redist-only", []),
        ("nxos-bgp-default-inf-working", ["ios-bgp-listener"]),  # the second has a route-map that denies
        ("nxos-bgp-network-statement", ["ios-bgp-listener"]),
        ("nxos-bgp-default-originate", ["ios-bgp-listener"]),  # past an outbound route-map that denies
    ],
)
def test_who_hears_the_default_route(sender: str, heard: list[str]) -> None:
    folder = needs(NETWORK)
    names = (sender, "ios-bgp-listener", "ios-bgp-listener-2")
    state = compute(load({f"configs/{name}.cfg": (folder / name).read_text() for name in names}))
    found = [name for name in names[1:] if any("0.0.0.0/0" in row for row in routes(state, name))]
    assert found == heard
