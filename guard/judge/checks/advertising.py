"""What the outside hears of us: listed prefixes and their floors, all others, and how fast they come back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from guard.judge.case import Case, StepView
from guard.judge.catalogue import NETWORK, Check, Observations, Parameter, Parameters
from guard.judge.checks.common import both, cascade_lines, percent
from guard.judge.checks.outside import orphans
from guard.judge.finding import Enforcement, Observation, listed, some
from guard.model.address import WIDTH, Address, Prefix, prefix_of
from guard.model.facts import AdvertisementFact, Assessment


def advertisement_withdrawal(case: Case, step: StepView, params: Parameters) -> Observations:
    """The outside no longer hears a prefix that it must, or hears it from too few sites.

    Denied: a listed prefix below its `min_sites` or `min_origins` or withdrawn everywhere, the last prefix that
    covers a service's address, or a tenth (and at least 5) of all advertised prefixes. Another prefix withdrawn
    everywhere is held, and is nothing where `expect.prefixes_withdrawn` names it.
    Breaks: whoever lives in the prefix is off the Internet.
    Example: `no network 192.0.2.0/24` on the last edge router that announces it.
    Source: Facebook 2021; Google 2016 and Cloudflare 2025 and 2026, where a generator or a clean-up job withdrew all.
    """
    before, after = both(case, step)
    yield from _listed(before, after)
    yield from _services(case, step, before, after)
    named = {each.prefix for each in after.advertisements} | {each.prefix for each in before.advertisements}
    turns = step.delta.advertised.turns
    gone = sorted(prefix for prefix in turns if before.advertised.get(prefix) and not after.advertised.get(prefix))
    with_session = orphans(step, before) if gone else frozenset()
    gone = [prefix for prefix in gone if prefix not in with_session]
    total = sum(1 for sites in before.advertised.values() if sites) if gone else 0
    if len(gone) >= params.integer("mass_at_least") and percent(len(gone), total) > params.number("mass_percent"):
        yield Observation(
            f"{len(gone)} of {total} advertised prefixes are withdrawn everywhere",
            subjects=some([str(prefix) for prefix in gone]),
            evidence=_were_sent(before, gone),
            main=tuple(map(str, gone)),
            key="mass",
        )
    expected = set(case.change.expect.prefixes_withdrawn)
    for prefix in gone:
        if prefix not in named and prefix not in expected:
            yield Observation(
                f"{prefix} is withdrawn everywhere",
                subjects=(str(prefix),),
                evidence=_were_sent(before, [prefix]),
                at_most=params.enforcement("other_prefixes"),
                group="withdrawn",
            )


def _listed(before: Assessment, after: Assessment) -> Iterator[Observation]:
    olds = {(each.name, each.prefix): each for each in before.advertisements}
    for new in after.advertisements:
        short = _short(new)
        if not short:
            continue
        old = olds.get((new.name, new.prefix))
        # Already short in the base and no worse since; one that was short and loses another site is worse.
        existing = old is not None and bool(_short(old)) and old.sites <= new.sites and old.origins <= new.origins
        was = f"before: {listed(old.sites) or 'no site'}" if old is not None else "not listed before"
        now = listed(new.sites) or "no site"
        yield Observation(
            f"{new.prefix} ({new.name}) {short}",
            subjects=(str(new.prefix), new.name),
            evidence=(f"{was}; now: {now}", str(new.source), *cascade_lines(after.cascade, str(new.prefix))),
            existing=existing,
            key=f"{new.name} {new.prefix}",
        )


def _short(fact: AdvertisementFact) -> str:
    if not fact.sites:
        return "is withdrawn everywhere"
    if len(fact.sites) < fact.min_sites:
        return f"is advertised by {len(fact.sites)} of at least {fact.min_sites} sites"
    if len(fact.origins) < fact.min_origins:
        return f"originates at {len(fact.origins)} of at least {fact.min_origins} sites"
    return ""


def _services(case: Case, step: StepView, before: Assessment, after: Assessment) -> Iterator[Observation]:
    """The last advertised prefix over a service's address; a default route covers nothing in particular."""
    named = {each.prefix for each in after.advertisements}
    for service in step.snapshot.inventory.services:
        for address in service.addresses:
            old, new = _covering(before.advertised, address), _covering(after.advertised, address)
            if old and not new and named.isdisjoint(old):
                yield Observation(
                    f"no advertised prefix covers {address} of service {service.name} any more",
                    subjects=(service.name, *map(str, old)),
                    evidence=_were_sent(before, old),
                    key=f"service {service.name} {address}",
                )


def _covering(advertised: Mapping[Prefix, frozenset[str]], address: Address) -> list[Prefix]:
    covering = (prefix_of(address, length) for length in range(1, WIDTH[address.version] + 1))
    return [prefix for prefix in covering if advertised.get(prefix)]


def _were_sent(before: Assessment, prefixes: list[Prefix]) -> tuple[str, ...]:
    return some([f"{prefix} was sent by {listed(before.advertised[prefix])}" for prefix in prefixes])


def restore_surge(case: Case, step: StepView, params: Parameters) -> Observations:
    """One step advertises again too many of the prefixes that are withdrawn in the base.

    Breaks: caches are cold and load returns at once; power and servers fail a second time.
    Example: all edges brought back in one step after an outage.
    Source: Facebook, 4 October 2021: load was restored in steps, as practised in drills.
    """
    base, after = both(case, step)
    before = case.before(step).assessment
    if before is None:
        return
    withdrawn = {each.prefix for each in base.advertisements if not each.sites}
    still = withdrawn & {each.prefix for each in before.advertisements if not each.sites}
    back = sorted({each.prefix for each in after.advertisements if each.sites and each.prefix in still})
    if len(back) >= params.integer("at_least") and percent(len(back), len(withdrawn)) > params.number("share_percent"):
        yield Observation(
            f"one step advertises {len(back)} of {len(withdrawn)} withdrawn prefixes again",
            subjects=some([str(prefix) for prefix in back]),
        )


CHECKS = (
    Check(
        "advertisement-withdrawal",
        advertisement_withdrawal,
        needs=NETWORK,
        parameters=(
            Parameter("mass_percent", 10, "how much of all advertised prefixes may go"),
            Parameter("mass_at_least", 5, "fewer than this many are no mass withdrawal"),
            Parameter("other_prefixes", Enforcement.HOLD.value, "for a prefix that the inventory does not list"),
        ),
    ),
    Check(
        "restore-surge",
        restore_surge,
        needs=NETWORK,
        parameters=(
            Parameter("share_percent", 25, "how much of what is withdrawn one step may bring back"),
            Parameter("at_least", 4, "fewer than this many are no surge"),
        ),
    ),
)
