"""What is wrong with a zone by itself: the faults that guard.parse.zone_faults found, where they are new."""

from __future__ import annotations

from guard.judge.case import Case, StepView
from guard.judge.catalogue import ZONES, Check, Observations, Parameters
from guard.judge.checks.dns_lookup import faults


def dns_conflict(case: Case, step: StepView, params: Parameters) -> Observations:
    """A CNAME or DNAME stands beside other data, there are several of one, or data lies below a DNAME.

    Breaks: a name server refuses the zone, or answers with whichever record it finds first.
    Example: a TXT record for a domain proof is added to a name that is an alias.
    Source: RFC 1034 3.6.2, RFC 2181 10.1, RFC 6672 2.4.
    """
    yield from faults(case, step, "dns-conflict")


def dns_apex(case: Case, step: StepView, params: Parameters) -> Observations:
    """The apex of a zone lacks its SOA or NS records, or bears a DS, which belongs to the parent.

    Breaks: the whole zone; servers refuse it, or validators find no chain of trust.
    Example: a generated zone file whose header template was empty.
    Source: RFC 1035 5.2, RFC 4034 5, RFC 4035 2.4.
    """
    yield from faults(case, step, "dns-apex")


def dns_invalid(case: Case, step: StepView, params: Parameters) -> Observations:
    """A record that is not legal: unreadable, outside the zone, an alias or an address where a host must be.

    Breaks: the record is dropped or refused, or those who follow it find nothing.
    Example: an MX record that names an IP address.
    Source: RFC 2181 10.3, RFC 1912 2, RFC 4592 4.2; named-checkzone.
    """
    yield from faults(case, step, "dns-invalid")


def dns_name_typo(case: Case, step: StepView, params: Parameters) -> Observations:
    """A name lacks its final dot, so that the zone's own name is appended to it.

    Breaks: the record is for, or points to, a name that nobody will ever ask for.
    Example: `www.example.com CNAME cdn.example.net` in the zone example.com.
    Source: RFC 1912 2.1: the most common error in zone files.
    """
    yield from faults(case, step, "dns-name-typo")


CHECKS = (
    Check("dns-conflict", dns_conflict, needs=ZONES),
    Check("dns-apex", dns_apex, needs=ZONES),
    Check("dns-invalid", dns_invalid, needs=ZONES),
    Check("dns-name-typo", dns_name_typo, needs=ZONES),
)
