"""Exec-mode commands that guard cannot model."""

from __future__ import annotations

from guard.judge.case import Case, StepView
from guard.judge.catalogue import Check, Observations, Parameters
from guard.judge.finding import Observation


def unknown_command(case: Case, step: StepView, params: Parameters) -> Observations:
    """A step runs a command whose effect on the network guard does not know.

    Breaks: anything; nobody looked.
    Example: a vendor's diagnostic command that resets line cards.
    Source: Facebook, 4 October 2021: the command was meant to assess capacity only.
    """
    for effect in step.commands:
        if not effect.known:
            yield Observation(
                f"what `{effect.command}` would do on {effect.device} is not known",
                subjects=(effect.device, effect.command),
                evidence=(effect.summary,) if effect.summary else (),
                key=f"{step.number} {effect.device} {effect.command}",
            )


CHECKS = (Check("unknown-command", unknown_command),)
