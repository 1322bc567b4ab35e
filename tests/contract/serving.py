"""Servers in processes of their own, for tests over a real channel."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
SERVE = """
import sys
from pathlib import Path
sys.path.insert(0, {here!r})
from guard.shell.errors import GuardError, exit_code
from guard.shell.settings import load_settings
from guard.shell import serve
if __name__ == "__main__":
    try:
        settings = load_settings(Path(sys.argv[2]), listen=sys.argv[3], state=Path(sys.argv[1]))
        sys.exit(serve.run(settings, pipeline=sys.argv[4]))
    except GuardError as error:
        print(f"guard: {{error}}", file=sys.stderr)
        sys.exit(exit_code(error))
"""


@dataclass
class Served:
    """A running server."""

    process: subprocess.Popen[str]
    address: str
    state: Path

    def end(self) -> int:
        """SIGTERM, and its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


@contextlib.contextmanager
def servers(folder: Path) -> Iterator[Callable[..., Served]]:
    """Something that starts servers with state in a folder, and their end."""
    started: list[Served] = []
    script = folder / "serve.py"
    script.write_text(SERVE.format(here=str(HERE)))

    def start(*, settings: str = "workers: 1\n", state: Path | None = None, pipeline: str = "fake_pipeline",
              listen: str = "127.0.0.1:0") -> Served:
        config = folder / f"settings-{len(started)}.yaml"
        config.write_text(settings)
        state = state or folder / "state"
        path = os.pathsep.join(filter(None, (str(HERE), os.environ.get("PYTHONPATH"))))
        environment = {**os.environ, "PYTHONPATH": path}
        process = subprocess.Popen([sys.executable, str(script), str(state), str(config), listen, pipeline],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line.startswith("listening on "):
            _, errors = process.communicate(timeout=20)
            raise RuntimeError(f"exit {process.returncode}: {errors.strip()}")
        served = Served(process, line.removeprefix("listening on ").strip(), state)
        started.append(served)
        return served

    yield start
    for served in started:
        if served.process.poll() is None:
            served.process.kill()
            served.process.wait()
        for pipe in (served.process.stdout, served.process.stderr):
            with contextlib.suppress(OSError):
                if pipe:
                    pipe.close()
