"""Whose configuration a text is."""

from __future__ import annotations

from guard.model.device import Vendor


def detect(text: str, file: str = "") -> Vendor:
    """The vendor of a configuration, from its RANCID header if it has one, else from its commands."""
    lines = text.splitlines()
    if any(line.startswith(("frr version", "frr defaults")) for line in lines[:400]):
        return Vendor.FRR
    if any(line.startswith("! device:") and "EOS" in line for line in lines[:40]):
        return Vendor.EOS
    return Vendor.IOS
