"""The change types live in guard.model.change."""

from guard.model.change import *  # noqa: F403
