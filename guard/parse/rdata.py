"""Record data as text → presentation format with absolute, lower-case names (RFC 1035 5.1, RFC 3597, RFC 4034 6.2).

Common types are read by pattern; all others, and whatever does not fit its pattern, by dnspython.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dns.name import Name

#: Longest name in presentation format without escapes: 255 octets on the wire (RFC 1035 2.3.4).
_NAME_AT_MOST = 254
_LABEL_AT_MOST = 63
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_*/-]+(?:\.[A-Za-z0-9_*/-]+)*\.?", re.ASCII)
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = re.compile(rf"{_OCTET}\.{_OCTET}\.{_OCTET}\.{_OCTET}", re.ASCII)
_DS = re.compile(r"([0-9]{1,5}) ([0-9]{1,3}) ([124]) ([0-9A-Fa-f]+)", re.ASCII)
_DIGEST_DIGITS = {"1": 40, "2": 64, "4": 96}

#: Types that BIND knows by name and dnspython does not; their data is kept as it is written.
_OPAQUE = frozenset(
    {
        "A6", "AMTRELAY", "ATMA", "AVC", "BRID", "CLA", "DLV", "DOA", "DSYNC", "EID", "GID", "HHIT", "IPN",
        "KEYDATA", "LP", "NIMLOC", "NINFO", "NXNAME", "NXT", "RESINFO", "RKEY", "SINK", "TA", "TALINK", "UID",
        "UINFO", "UNSPEC", "WALLET",
    }
)  # fmt: skip


class RecordInvalid(ValueError):
    """Data, a name or a type that cannot be a record; the message says why."""


def absolute(text: str, origin: str) -> str:
    """A name as written in a master file, absolute and lower case; RecordInvalid where it is none."""
    if text == "@":
        return origin
    if _PLAIN_NAME.fullmatch(text):
        name = text.lower()
        if name[-1] != ".":
            name = f"{name}.{origin}" if origin != "." else f"{name}."
        if len(name) <= _LABEL_AT_MOST or _fits(name):
            return name
    if text == ".":
        return text
    return _parsed_name(text, origin).to_text().lower()


def _fits(name: str) -> bool:
    return len(name) <= _NAME_AT_MOST and max(map(len, name.split("."))) <= _LABEL_AT_MOST


def escaped(text: str) -> str:
    """Octets beyond ASCII stand for themselves in a master file, also in names (no IDNA): written as `\\ddd` here."""
    if text.isascii():
        return text
    octets = text.encode("utf-8", "surrogateescape")
    return "".join(chr(each) if each < 128 else f"\\{each:03d}" for each in octets)


@lru_cache(maxsize=4096)
def _parsed_name(text: str, origin: str) -> Name:
    import dns.exception
    import dns.name

    try:
        return dns.name.from_text(escaped(text), origin=dns.name.from_text(origin), idna_codec=None).canonicalize()
    except (dns.exception.DNSException, ValueError) as error:
        raise RecordInvalid(f"{text!r} is not a name: {error}") from None


def known_type(text: str) -> str | None:
    """The mnemonic of a record type, None where there is no such type or none that stands in a zone."""
    return _known_type(text.upper())


@lru_cache(maxsize=1024)
def _known_type(text: str) -> str | None:
    import dns.rdatatype

    if text in _OPAQUE:
        return text
    try:
        found = dns.rdatatype.from_text(text)
    except (dns.rdatatype.UnknownRdatatype, ValueError):
        return None
    meta = dns.rdatatype.is_metatype(found) or found in (dns.rdatatype.NONE, dns.rdatatype.TYPE0)
    return None if meta else dns.rdatatype.to_text(found)


def record(type: str, text: str, origin: str) -> tuple[str, str]:
    """(key type, data) of one record: a signature is keyed with what it covers. RecordInvalid where it is no data."""
    fast = _FAST.get(type)
    if fast is not None:
        found = fast(text, origin)
        if found is not None:
            return type, found
    if type in _OPAQUE:
        return type, _opaque(text)
    ech = _ECH.search(text) if type in ("SVCB", "HTTPS") else None
    if ech is not None:  # what it holds is for TLS to read, not for a name server
        return type, f"{_parsed(type, text[: ech.start()] + text[ech.end() :], origin)[1]} ech={ech[1]}"
    return _parsed(type, text, origin)


def _a(text: str, _: str) -> str | None:
    return text if _IPV4.fullmatch(text) else None


def _aaaa(text: str, _: str) -> str | None:
    return _ipv6(text)


@lru_cache(maxsize=65536)
def _ipv6(text: str) -> str | None:
    from ipaddress import AddressValueError, IPv6Address

    try:
        return None if "%" in text else str(IPv6Address(text))
    except AddressValueError:
        return None


@lru_cache(maxsize=65536)
def _host(text: str, origin: str) -> str | None:
    return absolute(text, origin) if _PLAIN_NAME.fullmatch(text) or text == "@" else None


def _mx(text: str, origin: str) -> str | None:
    preference, _, host = text.partition(" ")
    if not _is_u16(preference) or not _PLAIN_NAME.fullmatch(host):
        return None
    return f"{int(preference)} {absolute(host, origin)}"


def _is_u16(text: str) -> bool:
    return text.isascii() and text.isdecimal() and int(text) <= 65535


def _ds(text: str, _: str) -> str | None:
    found = _DS.fullmatch(text)
    if found is None or len(found[4]) != _DIGEST_DIGITS[found[3]] or not _is_u16(found[1]) or int(found[2]) > 255:
        return None
    return f"{int(found[1])} {int(found[2])} {found[3]} {found[4].lower()}"


_FAST: dict[str, Callable[[str, str], str | None]] = {
    "A": _a, "AAAA": _aaaa, "NS": _host, "CNAME": _host, "PTR": _host, "DNAME": _host, "MX": _mx, "DS": _ds,
    "MB": _host, "MG": _host, "MR": _host, "MD": _host, "MF": _host,
}  # fmt: skip


_ECH = re.compile(r" ech=(\"?[A-Za-z0-9+/=]+\"?)(?= |$)", re.ASCII)
#: Types that grow: values that dnspython does not know yet may stand in a zone all the same.
_NEWER = {"ZONEMD": re.compile(r"[0-9]+ [0-9]+ [0-9]+ [0-9A-Fa-f ]{24,}", re.ASCII)}


def _opaque(text: str) -> str:
    if not text.strip():
        raise RecordInvalid("a record without data")
    return text.strip()


def _parsed(type: str, text: str, origin: str) -> tuple[str, str]:
    import dns.exception
    import dns.name
    import dns.rdata
    import dns.rdataclass
    import dns.rdatatype

    try:
        rdata = dns.rdata.from_text(
            dns.rdataclass.IN, type, escaped(text), origin=dns.name.from_text(origin), relativize=False
        )
        names = {
            slot: value.canonicalize()
            for slot in rdata._get_all_slots()  # type: ignore[no-untyped-call]
            if isinstance(value := getattr(rdata, slot, None), dns.name.Name)
        }
        rdata = rdata.replace(**names) if names else rdata
        covers = rdata.covers()
        shown = rdata.to_text()
    except (dns.exception.DNSException, ValueError, UnicodeError, OverflowError, IndexError) as error:
        if type in _NEWER and _NEWER[type].fullmatch(text):
            return type, text
        raise RecordInvalid(f"not the data of a {type} record: {error or text}") from None
    key = type if covers == dns.rdatatype.NONE else f"{type}({dns.rdatatype.to_text(covers)})"
    return key, shown
