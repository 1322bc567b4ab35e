"""The report that an operator reads in seconds: the verdict first, then why, then what changes. Plain or coloured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from guard.report.flows import flow_lines

Document = Mapping[str, Any]

_COLOURS = {"ALLOW": "1;32", "HOLD": "1;33", "BLOCK": "1;31", "deny": "31", "hold": "33", "warn": "36"}
_WORDS = {
    "ALLOW": "nothing that the policies forbid follows from it",
    "HOLD": "a person must decide",
    "BLOCK": "it must not be done",
}
_SHOWN = 8  # items of one list before "… and N more": a screen, not a log
_DEVICES = 6  # more configurations than these are counted, not shown
_MESSAGES = 4  # findings of one policy
_FLOWS = 3  # flows that fare otherwise
_PROOFS = ((2, 8), (5, 3), (10_000, 1))  # up to so many policies: lines of evidence for each finding
#: What an operator wants to know first; the other policies follow by name.
_FIRST = (
    "datacenter-isolation",
    "site-isolation",
    "backbone-withdrawal",
    "dns-service-survival",
    "advertisement-withdrawal",
    "recovery-lockout",
    "service-dependency",
    "blackhole",
    "route-leak",
)


def render(document: Document, colour: bool = False) -> str:
    """The whole report, ending in a newline."""
    paint = _painted if colour else _plain
    return "\n".join(_lines(document, paint)) + "\n"


def _plain(text: str, _key: str) -> str:
    return text


def _painted(text: str, key: str) -> str:
    return f"\x1b[{_COLOURS[key]}m{text}\x1b[0m" if key in _COLOURS else text


def _lines(document: Document, paint: Any) -> Iterator[str]:
    verdict, change = document["verdict"], document["change"]
    title = " ".join(part for part in (change.get("id"), change.get("title")) if part) or "(no id)"
    by = f", by {change['author']}" if change.get("author") else ""
    yield f"{paint(verdict, verdict)}  {title}{by}: {_WORDS[verdict]}"
    findings = document["findings"]
    shown = [each for each in findings if each["status"] in ("new", "undecided")]
    if shown:
        yield ""
        yield "Why"
    yield from _why(shown, paint)
    waived = [each for each in findings if each["status"] == "waived"]
    for finding in waived:
        yield f"  waived      {finding['policy']}: {finding['message']} ({finding.get('waiver', '')})"
    yield from _steps(document.get("steps", ()))
    body = list(changes(document["diff"], devices=_DEVICES))
    if body:
        yield ""
        yield "What changes"
        yield from body
    flows = list(flow_lines(document, _FLOWS))
    if flows:
        yield ""
        yield "Flows"
        yield from (f"  {line}" for line in flows)
    yield from _before(findings)
    yield from _notes(document)
    yield ""
    yield from foot(document)


def _why(findings: Sequence[Mapping[str, Any]], paint: Any) -> Iterator[str]:
    """The reasons, one block a policy: what decides first, catastrophes before what follows from them."""
    blocks: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for finding in sorted(findings, key=_weight):
        kind = finding["enforcement"] if finding["status"] == "new" else "unseen"
        blocks.setdefault((kind, finding["enforcement"], finding["policy"]), []).append(finding)
    proofs = next(count for most, count in _PROOFS if len(blocks) <= most)
    for (kind, enforcement, policy), found in blocks.items():
        steps = sorted({each["step"] for each in found if each["step"]})
        where = f"  step{'s' if len(steps) > 1 else ''} {', '.join(map(str, steps))}" if steps else ""
        yield f"  {paint(f'{kind:6}', enforcement)} {paint(policy, enforcement)}{where}"
        most = _MESSAGES if proofs > 1 else 2
        shown = found if len(found) <= most + 1 else found[:most]
        for each in shown:
            yield f"         {each['message']}"
            told = [line for line in each["evidence"] if line not in each["message"]]
            yield from (f"           {line}" for line in (_some(told, proofs) if proofs > 1 else told[:1]))
        if len(shown) < len(found):
            yield f"         … and {len(found) - len(shown)} more findings"


def _weight(finding: Mapping[str, Any]) -> tuple[int, int, int, int, str]:
    order = {"deny": 0, "hold": 1, "warn": 2}
    policy = finding["policy"]
    rank = _FIRST.index(policy) if policy in _FIRST else len(_FIRST)
    return (order[finding["enforcement"]], finding["status"] != "new", rank, finding["step"], policy)


def _steps(steps: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What each of several steps changes against the base."""
    if len(steps) < 2:
        return
    yield ""
    yield "Step by step, against the base"
    for step in steps:
        counted = ", ".join(f"{count} {kind}" for kind, count in step["changes"].items())
        yield f"  {step['step']:2}  {counted or 'as the base'}"


def changes(diff: Mapping[str, Any], devices: int | None = None) -> Iterator[str]:
    """What changes, a line each; of more than `devices` configurations only what they are."""
    configs = diff["config"]
    if devices is not None and len(configs) > devices:
        names = [f"{each['device']} ({_counted(each)})" for each in configs]
        yield f"  config of {len(configs)} devices: {', '.join(_some(names))}"
        configs = ()
    for each in configs:
        yield f"  config {each['device']} ({each.get('change', 'changed')})"
        for sign, kind in (("+", "added"), ("-", "removed"), ("~", "moved")):
            for line in _some([_config_line(row) for row in sorted(each.get(kind, ()), key=_at)], 12):
                yield f"    {sign} {line}"
    yield from _interfaces(diff["interfaces"])
    for kind in ("lost", "gained"):
        rows = [_session(row) for row in diff["sessions"][kind]]
        if rows:
            yield f"  sessions {kind} ({len(rows)}): {', '.join(_some(rows))}"
    routes = diff["routes"]
    counts = {kind: len(routes[kind]) for kind in ("withdrawn", "added", "changed")}
    if any(counts.values()):
        more = "at least " if routes.get("truncated") else ""
        yield f"  routes: {more}" + ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
    for row in _some([_advertisement(row) for row in diff["advertisements"]]):
        yield f"  advertised {row}"
    for kind in ("lost", "gained"):
        pairs = [f"{row['from']} - {row['to']}" for row in diff["reachability"][kind]]
        if pairs:
            yield f"  reachability {kind} ({len(pairs)}): {', '.join(_some(pairs))}"
    for row in diff["services"]:
        yield f"  service {row['name']}: {_service(row['before'])} -> {_service(row['after'])}"
    yield from _cascade(diff["cascade"])
    for row in _some([_record(row) for row in diff["dns"]["records"]], 12):
        yield f"  dns {row}"
    for row in _some([_answer(row) for row in diff["dns"]["answers"]], 12):
        yield f"  answer {row}"
    yield from (f"  caches {_times(row)}" for row in diff["dns"].get("times", ()))


def _counted(config: Mapping[str, Any]) -> str:
    """`+3 -1`, or what happened to the whole configuration."""
    counts = [f"{sign}{len(config.get(kind, ()))}" for sign, kind in (("+", "added"), ("-", "removed"), ("~", "moved"))]
    return " ".join(each for each in counts if each[1:] != "0") or str(config.get("change", "changed"))


def _at(row: Mapping[str, Any]) -> int:
    return int(row.get("line", 0))


def _session(row: Mapping[str, Any]) -> str:
    name = f"{row['node']} -> {row['remote_node'] or row['remote_ip']}"
    return f"{name} ({row['why']})" if row.get("why") else name


def _config_line(row: Mapping[str, Any]) -> str:
    path = " / ".join(row.get("path", ()))
    return f"{path} / {row['text']}" if path else str(row["text"])


def _interfaces(interfaces: Mapping[str, Any]) -> Iterator[str]:
    for kind in ("down", "up", "added", "removed", "changed"):
        rows = [row["interface"] + (f" ({row['why']})" if row.get("why") else "") for row in interfaces.get(kind, ())]
        if rows:
            yield f"  interfaces {kind} ({len(rows)}): {', '.join(_some(rows))}"


def _advertisement(row: Mapping[str, Any]) -> str:
    return f"{row['prefix']}: {_sites(row['before'])} -> {_sites(row['after'])}"


def _sites(sites: list[str]) -> str:
    return ", ".join(_some(sites)) or "nobody"


def _service(side: Mapping[str, Any] | None) -> str:
    if side is None:
        return "(none)"
    count = f"{side['instances_up']}/{side['instances_total']}" if side["instances_total"] else ""
    return " ".join(part for part in ("healthy" if side["healthy"] else "unhealthy", count) if part)


def _cascade(rounds: list[Mapping[str, Any]]) -> Iterator[str]:
    for each in rounds:
        sick = [f"{row['service']}{' at ' + row['instance'] if row['instance'] else ''}" for row in each["unhealthy"]]
        parts = [f"unhealthy {', '.join(_some(sick))}" if sick else ""]
        parts.append(f"withdraws {', '.join(_some(each['withdrawn']))}" if each["withdrawn"] else "")
        lost = each["advertisements_lost"]
        parts.append(f"no longer advertised {', '.join(_some(lost))}" if lost else "")
        yield f"  cascade round {each['round']}: " + "; ".join(part for part in parts if part)


def _record(row: Mapping[str, Any]) -> str:
    return f"{row['name']} {row['type']}: {_rrset(row['before'])} -> {_rrset(row['after'])}"


def _answer(row: Mapping[str, Any]) -> str:
    return f"{row.get('name')} {row.get('type')}: {row.get('before')} -> {row.get('after')}"


def _times(row: Mapping[str, Any]) -> str:
    longest = f"{row['longest']['name']} {row['longest']['type']}"
    parts = [f"step {row['step']}: all see it after {_duration(row['seen_minutes'])} ({longest})"]
    if row["dark_minutes"] is not None:
        parts.append(f"what is lost is gone everywhere after {_duration(row['dark_minutes'])}")
    parts.append(f"a rollback reaches everybody after {_duration(row['recovered_minutes'])}")
    parts.append(f"next step safe from {row['next_safe_at']}")
    return ", ".join(parts)


def _duration(minutes: int) -> str:
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" + (f" {minutes % 60} min" if minutes % 60 else "")


def _rrset(side: Mapping[str, Any] | None) -> str:
    if side is None:
        return "(none)"
    return f"{side['ttl']} {' | '.join(_some(side['records'], 4))}"


def _before(findings: list[Mapping[str, Any]]) -> Iterator[str]:
    existing = [each for each in findings if each["status"] == "existing"]
    if not existing:
        return
    yield ""
    yield f"Already so before ({len(existing)}); it does not block"
    for finding in existing[:_SHOWN]:
        yield f"  {finding['policy']}: {finding['message']}"
    if len(existing) > _SHOWN:
        yield f"  … and {len(existing) - _SHOWN} more"


def _notes(document: Document) -> Iterator[str]:
    notes = document.get("notes", ())
    if notes:
        yield ""
        yield "Notes"
    for note in _some([_brief(each) for each in notes], 12):
        yield f"  {note}"


def _brief(note: str) -> str:
    """A note without the end of a long list of names."""
    head, _, names = note.partition(": ")
    items = names.split(", ")
    return f"{head}: {', '.join(items[:3])} and {len(items) - 3} more" if len(items) > 5 else note


def foot(document: Document) -> Iterator[str]:
    """What was judged, by which engine and policies, in what time."""
    snapshot = document["snapshot"]
    versions = document.get("engine_versions", {})
    engines = ", ".join(f"{name} {versions.get(name, '')}".strip() for name in document["engines"])
    seconds = document["timings_ms"].get("total", 0) / 1000
    digests = ("base", snapshot["base"]), ("candidate", snapshot["candidate"]), ("policies", document["policies"])
    yield "  ".join(f"{name} {_short(digest)}" for name, digest in digests)
    yield f"guard {document['guard_version']}, engine {engines}, {seconds:.1f} s"
    entry = document.get("entry")
    if entry:
        yield f"audit entry {entry['id']}, head {entry['size']}:{_short(entry['head'])}"


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:12]


def _some(items: list[str], at_most: int = _SHOWN) -> list[str]:
    if len(items) <= at_most + 1:
        return list(items)
    return [*items[:at_most], f"… and {len(items) - at_most} more"]
