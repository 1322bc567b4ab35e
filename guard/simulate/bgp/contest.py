"""Whether a class that settled might have settled elsewhere: then its run is made again in the other order.

Law: necessary signs of several stable states, read off one run; where none is seen another order ends the same.
"""

from __future__ import annotations

from guard.simulate.bgp.decision import Selection
from guard.simulate.bgp.ends import EBGP
from guard.simulate.bgp.graph import OUTSIDE, Link
from guard.simulate.bgp.path import LOCAL
from guard.simulate.bgp.run import ClassRun
from guard.simulate.policy.evaluator import path_length


def is_contested(run: ClassRun) -> bool:
    """Whether another order of events might end elsewhere.

    Somebody prefers a longer way that is not a neighbour's own route, or a reflector prefers another cluster's exit
    to its client's by the IGP alone.
    """
    for index, selection in run.selections.items():
        if selection is None or selection.best.link < 0 or len(run.candidates[index]) < 2:
            continue
        link = run.world.graph.links.get(selection.best.link)
        if link is None or link.sender == OUTSIDE:
            continue
        if _prefers_longer(run, index, selection, link) or _prefers_foreign(run, index, selection):
            return True
    return False


def _prefers_longer(run: ClassRun, index: int, selection: Selection, link: Link) -> bool:
    if selection.step not in ("weight", "local-preference"):
        return False
    if link.kind != EBGP and not (link.in_family is not None and link.in_family.import_policies):
        return False
    senders = run.selections.get(link.sender)
    if senders is None or senders.best.kind == LOCAL:
        return False
    mine = path_length(selection.best.attributes.as_path)
    return any(path_length(path.attributes.as_path) < mine for path in run.candidates[index].values())


def _prefers_foreign(run: ClassRun, index: int, selection: Selection) -> bool:
    if selection.step not in ("IGP metric", "MED") or selection.best.from_client:
        return False
    speaker = run.world.graph.speakers[index]
    return speaker.hub[run.version] and any(path.from_client for path in run.candidates[index].values())
