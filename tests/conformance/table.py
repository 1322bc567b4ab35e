"""The table of all judges, by one command: `python tests/conformance/table.py [-v] [--live]`.

How much of what others recorded guard's embedded engine reproduces: real devices (lab-validation), live FRR
(frr-truth), Batfish (its reference files and recorded answers); with `--live`, FRR booted on this machine. Every miss
comes with its reason from known_divergences.yaml; one without is counted as unexplained, and the exit code is then 1.
Below it, how much of each vendor's lines is read into which of the five states.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

import pytest  # noqa: E402
import test_batfish_agreement as agreement  # noqa: E402
import test_frr_live as live  # noqa: E402
import test_parse_coverage as coverage  # noqa: E402
import test_routes_batfish as batfish  # noqa: E402
from data import SHARED  # noqa: E402
from divergences import expected, reason  # noqa: E402
from judges import judge  # noqa: E402
from small_network import folder  # noqa: E402

from guard.engines.rows import bgp_rows, routes_rows, session_rows  # noqa: E402
from guard.simulate.control_plane import compute  # noqa: E402


@dataclass(frozen=True, slots=True)
class Score:
    """One line: `misses` are rows that differ, are missing or too many, as text; `known` of them have a reason."""

    judge: str
    what: str
    of: str
    truth: int
    exact: int
    misses: tuple[str, ...] = ()
    known: int = 0
    why: str = ""

    @property
    def unexplained(self) -> int:
        return len(self.misses) - min(self.known, len(self.misses))


_LABS = {"routes": "labs routes", "bgp": "labs", "sessions": "labs sessions"}


def _known(what: str, lab: str) -> tuple[int, str]:
    return expected(_LABS[what], lab), reason(_LABS[what], lab)


def of_labs() -> Iterator[Score]:
    """Real devices, by vendor of the host."""
    labs = judge("labs")
    for lab in labs.labs():
        hosts = [host for host in labs.truth(lab) if host.vendor != "sonic"]
        with tempfile.TemporaryDirectory() as place:
            labs.stage(lab, Path(place), True, hosts)
            state = compute(folder(Path(place)))
        vendor = {host.name: host.vendor for host in hosts}
        for what, rows in (("routes", list(routes_rows(state))), ("bgp", list(bgp_rows(state)))):
            _, each_host, details, _ = labs.judge_table(hosts, rows, what)
            by_vendor: dict[str, list[str]] = defaultdict(list)
            for detail in details:
                by_vendor[vendor[detail["host"]]].append(f"{lab} {labs.show(detail)}")
            for name in sorted({vendor[host] for host in each_host}):
                counts = [each for host, each in each_host.items() if vendor[host] == name]
                yield Score(
                    f"devices, {name}",
                    what,
                    lab,
                    sum(each["truth"] for each in counts),
                    sum(each["exact"] for each in counts),
                    tuple(by_vendor[name]),
                    *_known(what, lab),
                )
        counts, said = labs.judge_sessions(hosts, list(session_rows(state)))
        if counts["truth"]:
            silent = {host.name for host in hosts if not host.sessions}  # an empty capture denies nothing
            misses = tuple(f"{lab} {each}" for each in said if each["kind"] != "extra" or each["host"] not in silent)
            yield Score(
                "devices, all", "sessions", lab, counts["truth"], counts["exact"], misses, *_known("sessions", lab)
            )


def of_frr() -> Iterator[Score]:
    """FRR's own topology tests as a live FRR 8.4.4 ended them. Routes where the recording is usable for them."""
    module = judge("frrlive")
    for path in sorted((SHARED / "frr-truth").glob("*.json")):
        truth = json.loads(path.read_text())
        state = compute(folder(path.with_suffix("")))
        tables = [("bgp", module.judge_bgp, bgp_rows), ("sessions", module.judge_sessions, session_rows)]
        if truth["usable"]:
            tables.insert(0, ("routes", module.judge_routes, routes_rows))
        for what, compared, rows in tables:
            said: list[str] = []
            counts = compared(truth, list(rows(state)), lambda kind, key, *_, to=said: to.append(f"{kind} {key}"))
            kind = "frr routes" if what == "routes" else "frr"
            misses = tuple(f"{path.stem} {each}" for each in said)
            yield Score(
                *("live FRR, recorded", what, path.stem, counts["truth"], counts["exact"], misses),
                *(len(misses) if reason(kind, path.stem) else 0, reason(kind, path.stem)),
            )


def of_batfish() -> Iterator[Score]:
    """Batfish's reference files row for row."""
    for snapshot, file in (
        ("batfish/networks/example/live", "routes.ref"),
        ("batfish/tests/basic/networks/dc-as-reuse", "routes-dc-as-reuse.ref"),
    ):
        wanted = batfish.reference(file)
        found = batfish.ours(batfish.state_of(SHARED / snapshot)[0])
        yield _rows("Batfish, reference", file, wanted, found, "")


def of_engines() -> Iterator[Score]:
    """Batfish's recorded answers, through the comparison that `--engine both` uses."""
    for name in agreement.names():
        differences, theirs = agreement.compared(name)
        count, entry = agreement.facts(theirs), agreement.listed().get(name, {})
        for what, fact, key in (
            ("routes", agreement.Fact.ROUTE, "routes"),
            ("bgp", agreement.Fact.PATH, "paths"),
            ("sessions", agreement.Fact.SESSION, "sessions"),
        ):
            found = [each for each in differences if each.fact is fact]
            misses = tuple(f"{name} {each.subject}: {each.answers[0]} | {each.answers[1]}" for each in found)
            reasons = {each.known.reason: None for each in found if each.known is not None}
            listed = entry.get("counts", {}).get(str(fact), 0)
            if listed:
                reasons[entry["reason"]] = None
            known = sum(each.known is not None for each in found) + listed
            exact = count[key] - sum(each.answers[1] != "nothing" for each in found)
            yield Score("Batfish, answers", what, name, count[key], exact, misses, known, "; ".join(reasons))


def _rows(judged: str, name: str, wanted: set[Any], found: set[Any], why: str) -> Score:
    misses = tuple(f"{name} {'guard' if row in found else 'Batfish'} {row}" for row in sorted(wanted ^ found, key=str))
    return Score(judged, "routes", name, len(wanted), len(wanted & found), misses, len(misses) if why else 0, why)


def of_live() -> Iterator[Score]:
    """FRR booted here and now."""
    from concurrent.futures import ThreadPoolExecutor

    names = [name for name in (*live.OURS, *live.THEIRS) if name in live.OURS or (SHARED / "frr-truth" / name).exists()]
    with ThreadPoolExecutor(live.AT_ONCE) as pool:
        for name, (computed, seen) in zip(names, pool.map(live.both, names), strict=True):
            for what, rows in (("routes", routes_rows), ("bgp", bgp_rows), ("sessions", session_rows)):
                truth = len(list(rows(seen)))
                misses = tuple(f"{name} {each}" for each in live.differences(rows, computed, seen))
                exact = truth - sum(" live " in each for each in misses)
                yield Score(
                    *("live FRR, here", what, name, truth, exact, misses),
                    *(expected("live", name), reason("live", name)),
                )


def summed(scores: Iterable[Score]) -> Mapping[tuple[str, str], Counter[str]]:
    totals: dict[tuple[str, str], Counter[str]] = {}
    for score in scores:
        total = totals.setdefault((score.judge, score.what), Counter())
        total.update(truth=score.truth, exact=score.exact, misses=len(score.misses), unexplained=score.unexplained)
    return totals


def printed(scores: list[Score], verbose: bool) -> Iterator[str]:
    """The table, then every place with a miss and its reason."""
    yield f"{'judge':24} {'what':9} {'rows':>7} {'exact':>7} {'share':>7} {'differ':>7} {'unexplained':>12}"
    for (judged, what), total in sorted(summed(scores).items()):
        share = f"{100 * total['exact'] / total['truth']:.1f} %" if total["truth"] else "-"
        head = f"{judged:24} {what:9} {total['truth']:7} {total['exact']:7} {share:>7}"
        yield f"{head} {total['misses']:7} {total['unexplained']:12}"
    yield ""
    for score in scores:
        if score.misses:
            counts = f"{len(score.misses)} differ, {score.unexplained} unexplained"
            yield f"{score.judge}: {score.of} {score.what}: {counts}" + (f": {score.why}" if score.why else "")
            yield from (f"    {miss}" for miss in score.misses if verbose)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-v", "--verbose", action="store_true", help="print each row that differs")
    parser.add_argument("--live", action="store_true", help="boot FRR here too (root, about two minutes)")
    arguments = parser.parse_args()
    scores: list[Score] = []
    for source in (of_labs, of_frr, of_batfish, of_engines, *((of_live,) if arguments.live else ())):
        try:
            scores.extend(source())
        except pytest.skip.Exception as error:
            print(f"left out: {source.__name__}: {error}", file=sys.stderr)
    print("\n".join((*printed(scores, arguments.verbose), "", *coverage.states_by_vendor(coverage.all_by_vendor()))))
    return int(any(score.unexplained for score in scores))


if __name__ == "__main__":
    sys.exit(main())
