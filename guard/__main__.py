"""`python -m guard` is the `guard` command."""

from guard.shell.cli.main import entry

entry()
