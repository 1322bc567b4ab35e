"""A client of the service starts at once: it sends texts, and neither parses nor computes nor draws."""

import json
import subprocess
import sys

HEAVY = (
    "guard.parse.cisco", "guard.parse.junos", "guard.parse.zonefile", "guard.simulate", "guard.judge", "guard.pipeline",
    "numpy", "scipy", "dns", "cel_expr_python", "jinja2", "cryptography",
)  # fmt: skip


def test_the_commands_of_a_client_load_nothing_heavy() -> None:
    script = "import json, sys, guard.shell.cli.main, guard.shell.cli.remote; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    loaded = json.loads(done.stdout)
    assert "guard.shell.server.client" in loaded
    assert [each for each in loaded if each.startswith(tuple(f"{name}." for name in HEAVY)) or each in HEAVY] == []
