"""The handlers of BGP and of routing policy, by the leading words of their commands."""

from __future__ import annotations

from collections.abc import Mapping

from guard.parse.cisco.table import Handler
from guard.parse.draft import Draft

ROUTING_HANDLERS: Mapping[str, Handler[Draft]] = {}
