"""What is wrong with what the caller sent (CONTRACT 5, exit code 2): the caller fixes it and asks again."""

from __future__ import annotations


class InputInvalid(Exception):
    """Bad input, with the place where it stands.

    `code` is stable and machine-readable (`unknown-key`, `unknown-device`, `patch-does-not-apply`, …); `file` and
    1-based `line` are None where no single place can be named.
    """

    def __init__(self, code: str, message: str, file: str | None = None, line: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.file = file
        self.line = line

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.file and self.line else f"{self.file}: " if self.file else ""
        return f"{place}{self.message}"

    def __reduce__(self) -> tuple[type[InputInvalid], tuple[str, str, str | None, int | None]]:
        return (InputInvalid, (self.code, self.message, self.file, self.line))
