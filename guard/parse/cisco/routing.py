"""Which commands of IOS, EOS and FRR are BGP's and routing policy's, and who reads each.

Keyed by the command's first two words, or its first where one is enough.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from guard.parse.context import Context
from guard.parse.draft import Draft
from guard.parse.line import Line

Handler = Callable[[Line, Context, Draft], None]

ROUTING_HANDLERS: Mapping[str, Handler] = {}
