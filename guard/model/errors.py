"""The errors of the core: what is wrong with what the caller sent (CONTRACT 5, exit code 2), and a lost engine."""

from __future__ import annotations

from guard.model.masking import mask


class InputInvalid(Exception):
    """Bad input, with the place where it stands.

    `code` is stable and machine-readable (`unknown-key`, `unknown-device`, `patch-does-not-apply`, …); `file` and
    1-based `line` are None where no single place can be named. The message often repeats a line of a configuration:
    secrets in it are masked here, so that no output has to think of it.
    """

    def __init__(self, code: str, message: str, file: str | None = None, line: int | None = None) -> None:
        masked = mask(message)
        super().__init__(masked)
        self.code = code
        self.message = masked
        self.file = file
        self.line = line

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.file and self.line else f"{self.file}: " if self.file else ""
        return f"{place}{self.message}"

    def __reduce__(self) -> tuple[type[InputInvalid], tuple[str, str, str | None, int | None]]:
        return (InputInvalid, (self.code, self.message, self.file, self.line))


class EngineLost(Exception):
    """An engine cannot be asked: it is not there, went away, or did not answer in time. There is no state then."""
