"""What can go wrong between guard and Batfish, by what to do next: try again from nothing, or give up.

Law: nothing that pybatfish or its HTTP library raises leaves this room as it is, and none of it is silence.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

_MOST_TEXT = 300  # of what a server says: its error pages hold whole stack traces


class BatfishFault(Exception):
    """Base of what goes wrong; `code` is stable."""

    code = "batfish-fault"


class Unreachable(BatfishFault):
    """Nobody answers, or the connection broke: it may be starting again."""

    code = "batfish-unreachable"


class Forgotten(BatfishFault):
    """The service no longer knows the network, snapshot or work that it was given: it started again."""

    code = "batfish-restarted"


class Late(BatfishFault):
    """No answer within the time that there is."""

    code = "batfish-timed-out"


class Refused(BatfishFault):
    """The service answered with an error of its own."""

    code = "batfish-refused"


class WorkFailed(BatfishFault):
    """The service took the work and failed at it; trying again gives the same."""

    code = "batfish-work-failed"


class Stopped(BatfishFault):
    """Nobody waits for it any more."""

    code = "batfish-stopped"


@contextlib.contextmanager
def translated(doing: str) -> Iterator[None]:
    """What is raised inside as a BatfishFault that says what was being done."""
    import requests
    from pybatfish.exception import BatfishException

    try:
        yield
    except requests.exceptions.HTTPError as error:
        status = error.response.status_code if error.response is not None else 0
        kind = Forgotten if status == 404 else Unreachable if status in (502, 503, 504) else Refused
        raise kind(f"{doing}: HTTP {status}: {_brief(error)}") from error
    except requests.exceptions.Timeout as error:
        raise Late(f"{doing}: no answer in time") from error
    except requests.exceptions.InvalidJSONError as error:
        raise Refused(f"{doing}: the answer is not one of Batfish's: {_brief(error)}") from error
    except requests.exceptions.RequestException as error:
        raise Unreachable(f"{doing}: {_brief(_innermost(error))}") from error
    except OSError as error:
        raise Unreachable(f"{doing}: {_brief(error)}") from error
    except BatfishException as error:
        raise Refused(f"{doing}: {_brief(error)}") from error
    except (ValueError, KeyError, TypeError) as error:  # an answer that is none of Batfish's
        raise Refused(f"{doing}: the answer is not one of Batfish's: {_brief(error)}") from error


def _innermost(error: Exception) -> Exception:
    """What the HTTP library met in the end: around it stand its own words on pools and retries."""
    inner = getattr(error.args[0] if error.args else None, "reason", None) or error.__context__
    return _innermost(inner) if isinstance(inner, Exception) else error


def _brief(error: Exception) -> str:
    """An error in one short line."""
    line = " ".join(str(error).split()) or type(error).__name__
    return line if len(line) <= _MOST_TEXT else line[:_MOST_TEXT] + " …"
