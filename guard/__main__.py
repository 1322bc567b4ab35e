"""`python -m guard` is the `guard` command."""

import sys

from guard.shell.cli.main import main

sys.exit(main())
