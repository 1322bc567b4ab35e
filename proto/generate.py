"""Generate guard/shell/server/pb from the protos beside this file: `python proto/generate.py` (needs grpcio-tools).

The modules land flat in one package of guard's own, so the imports that protoc writes for a package named `guard` are
pointed there.
"""

import re
import tempfile
from importlib.resources import files
from pathlib import Path

from grpc_tools import protoc

HERE = Path(__file__).parent
TARGET = HERE.parent / "guard" / "shell" / "server" / "pb"
PACKAGE = "guard.shell.server.pb"
NOTE = '"""Generated from proto/guard/v1 by proto/generate.py; not to be edited."""\n'


def main() -> None:
    """Write every generated module anew."""
    sources = sorted(str(path.relative_to(HERE)) for path in HERE.rglob("*.proto"))
    with tempfile.TemporaryDirectory() as folder:
        well_known = str(files("grpc_tools") / "_proto")
        outputs = [f"--{kind}_out={folder}" for kind in ("python", "pyi", "grpc_python")]
        if protoc.main(["protoc", f"-I{HERE}", f"-I{well_known}", *outputs, *sources]) != 0:
            raise SystemExit("protoc failed")
        TARGET.mkdir(exist_ok=True)
        (TARGET / "__init__.py").write_text(NOTE)
        for path in sorted((Path(folder) / "guard" / "v1").iterdir()):
            if path.name != "types_pb2_grpc.py":  # it has no service
                text = re.sub(r"\bfrom guard\.v1 import", f"from {PACKAGE} import", path.read_text())
                (TARGET / path.name).write_text(text)


if __name__ == "__main__":
    main()
