"""Secrets out of configuration text: passwords, keys, communities of IOS, EOS, NX-OS, IOS XR, FRR, Junos, and PEM keys.

Law: only the secret itself is replaced, line for line; masking twice is masking once. Works on text within YAML and
JSON strings too, where a line break may stand as `\\n`. What it cannot know: a secret in prose.
"""

import re
from functools import cache
from re import Match, Pattern

MASK = "<masked>"

# A secret ends where its word ends, without the quotes and brackets that close what it stands in. It may hold any of
# them in its middle, so it is never cut short; a quoted one may hold spaces.
SECRET = (r"""(?:\\?"(?P<q@>[^"\\\n]+)\\?"|'(?P<a@>[^'\n]+)'"""
          r"""|(?P<w@>[^\s"'](?:(?!\\[nt])\S)*?)(?=\\?["'`}\];,)]*(?:\s|\\[nt]|$)))""")
TYPE = (r"(?:(?:\d{1,2}|8a|clear|clear-text|cleartext|encrypted|ascii-text|hexadecimal|sha512|sha256|sha1|md5|"
        r"plain-text|aes256)\s+)?")
START = r"""(?:^|\\n|["'])(?:[ \t+]|-(?!-))*"""
JUNOS = r"(?:set|delete|deactivate)(?:[ \t]+\S+)*?[ \t]+"


def _rule(before: str, *more: str) -> str:
    """A rule: what stands before the first secret, then what stands before each further one."""
    parts = [before + SECRET.replace("@", "0")]
    parts += [f"(?:{part}{SECRET.replace('@', str(n))})?" for n, part in enumerate(more, start=1)]
    return "".join(parts).replace(r"\s+", r"[ \t]+")


RULES: tuple[str, ...] = (
    # local users, enable, lines, PPP, LDP, BGP: … password|secret [TYPE] SECRET
    _rule(r"\benable\s+(?:secret|password)\s+(?:level\s+\d+\s+)?" + TYPE),
    _rule(r"\busername\s+\S+(?:\s+(?!password|secret)\S+)*?\s+(?:password|secret)\s+" + TYPE),
    _rule(r"\b(?:neighbor|sent-username|hostname|ftp|client|chap|pap|isis|peer-group|user|session|targeted)"
          r"(?:\s+\S+)?\s+password\s+(?:level-\d\s+)?" + TYPE),
    _rule(START + r"(?:no\s+)?(?:password7?|secret|area-password|domain-password)\s+"
          r"(?!encryption\b|level\b)" + TYPE),
    _rule(START + r"(?:no\s+)?(?:lsp|hello)-password\s+(?!keychain\b)(?:(?:hmac-md5|text)\s+)?" + TYPE),
    # SNMP
    _rule(r"\bsnmp-server\s+community\s+(?:[07]\s+)?"),
    _rule(r"\bsnmp-server\s+host\s+\S+(?:\s+vrf\s+\S+)?(?:\s+(?:traps?|informs?))?"
          r"(?:\s+version\s+(?:1|2c|3(?:\s+(?:auth|noauth|priv))?))?\s+(?!traps?\b|informs?\b|version\b|vrf\b|use-vrf\b"
          r"|source-interface\b|filter-vrf\b)"),
    _rule(r"\bsnmp-server\s+user\s+\S+(?:\s+(?!auth\b)\S+)*?\s+auth\s+(?:md5|sha\S*)\s+" + TYPE,
          r"\s+priv\s+(?:(?:3?des\d*|aes\S*)\s+)?(?:(?:128|192|256)\s+)?" + TYPE),
    _rule(r"\bsnmp\s+(?:routing-instance-access\s+)?community\s+"),
    _rule(r"\bcommunity\s+(?=\S+\s*\{\s*(?:authorization|clients|view|client-list-name)\b)"),
    _rule(r"\btrap-community\s+"),
    # AAA and key chains
    _rule(r"\b(?:tacacs-server|radius-server|server-private|tacacs\s+server|radius\s+server|ldap-server)"
          r"(?:\s+(?!key\b)\S+)*?\s+key\s+" + TYPE),
    _rule(START + r"(?:no\s+)?key\s+(?!chain\b|config-key\b)(?:hmac-\S+\s+|[0-9]\s+)"),
    _rule(START + r"(?:no\s+)?key\s+(?!chain\b|config-key\b|\d+[ \t]*(?:$|\\n|[\"']))"
          r"(?!generate\b|zeroize\b|\S+:\S)(?=\S+[ \t]*(?:$|\\n|[\"']))"),
    _rule(START + r"key\s+(?!chain\b|hmac-|config-key\b)[A-Za-z][\w.-]*\s+(?=[A-Za-z0-9+/]{16,}=*)"),
    _rule(r"(?<![\w-])(?:key-string|server-key|shared-key|shared-secret|wpa-psk|passphrase)\s+(?:password\s+)?" + TYPE),
    _rule(r"\bnhrp\s+authentication\s+"),
    # routing protocol and NTP authentication
    _rule(r"\bmessage-digest-key\s+\d+\s+(?:md5|hmac-\S+)\s+" + TYPE),
    _rule(r"\bntp\s+authentication-key\s+\d+\s+(?:md5|sha\S*|hmac-\S+|cmac-\S+)\s+" + TYPE),
    _rule(r"(?<!ntp )\bauthentication-key\s+(?!\d+\s+(?:md5|sha|hmac|cmac|type)|\d+\s*\{)" + TYPE),
    _rule(r"\bauthentication-key\s+\d+\s+(?:type\s+\S+\s+)?value\s+"),
    _rule(r"\b(?:standby|vrrp|glbp)\s+\d+\s+authentication\s+(?!md5\s+key-(?:chain|string)\b|(?:text|md5)[ \t]*$)"
          r"(?:text\s+|md5\s+)?"),
    _rule(START + r"(?:no\s+)?(?:hsrp\s+\d+\s+|text-)authentication\s+"),  # IOS XR
    _rule(START + r"(?:no\s+)?authentication\s+(?!(?:message-digest|null|open|periodic|simple|md5|none|mode|text|local"
          r"|keychain|key-chain|ipsec|enable|disable|required|optional|any|hmac-\S+|sha\S*)\b)(?=\S+[ \t]*(?:$|\\n))"
          r"(?![{;])"),
    _rule(r"\bmd5\s+\d+\s+key\s+"),
    _rule(r"\bsimple-password\s+"),
    _rule(START + r"(?:area\s+\S+\s+)?authentication\s+mode\s+(?:md5|sha\S*)\s+key\s+" + TYPE),
    # IPsec
    _rule(r"\bisakmp\s+key\s+" + TYPE),
    _rule(r"\bpre-shared-key\s+(?:(?:local|remote)\s+)?(?:address\s+\S+(?:\s+\d+\.\d+\.\d+\.\d+)?\s+key\s+)?" + TYPE),
    # Junos
    _rule(r"\b(?:encrypted-password|plain-text-password-value|pre-shared-secret)\s+"),
    _rule(JUNOS + r"(?:secret|password)\s+"),
    # key: value, as YAML, JSON and BIND write it
    _rule(r"""\b(?:password|passwd|passphrase|secret|api[-_]?key|auth[-_]?key|private[-_]?key|psk|access[-_]?token)"""
          r"""\\?["']?[ \t]*[:=][ \t]*"""),
    # lines that nobody knows: the word says what follows it
    _rule(r"(?<![\w-])(?:password|passwd|passphrase|secret)\s+(?!(?:encryption|level|is|of|for|and|or|in|at|to)\b)"
          + TYPE),
    # hashes and reversible encryptions that name themselves, wherever they stand
    r"(?-i:(?P<w0>\$(?:1|5|6|8|9|14|2[abxy]|y|sha1|sha512|md5)\$(?:(?!\\[nt])[^\s\"';,}])+))",
)

_PRIVATE = re.compile(r"(-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----)(.*?)(-----END [A-Z0-9 ]*PRIVATE KEY-----|\Z)",
                      re.DOTALL)
_CONTENT = re.compile(r"\\[nr]|((?:(?!\\[nr])[^\s\"'])+)")
_HINT = re.compile(
    r"pass|secret|key|communit|snmp|authentication|psk|token|\$(?:[1568y]|9|14|2[abxy]|sha1|sha512|md5)\$|PRIVATE KEY",
    re.IGNORECASE,
)


@cache
def _rules() -> tuple[Pattern[str], ...]:
    """The rules, compiled when the first text comes that may need one: that takes as long as a short command."""
    return tuple(re.compile(rule, re.IGNORECASE | re.MULTILINE) for rule in RULES)


def mask(text: str) -> str:
    """The text with every secret replaced by `<masked>`; all else, and the number of lines, as it was."""
    if not _HINT.search(text):
        return text
    text = _PRIVATE.sub(_masked_key, text)
    for rule in _rules():
        text = rule.sub(_masked, text)
    return text


def _masked(match: Match[str]) -> str:
    """The match with its named groups, which are the secrets, replaced."""
    whole, offset = match.group(0), match.start()
    for name in sorted(match.groupdict(), key=match.start, reverse=True):
        start, end = match.span(name)
        if start >= 0:
            whole = whole[: start - offset] + MASK + whole[end - offset :]
    return whole


def _masked_key(match: Match[str]) -> str:
    return match.group(1) + _CONTENT.sub(_masked_run, match.group(2)) + match.group(3)


def _masked_run(match: Match[str]) -> str:
    return MASK if match.group(1) else match.group(0)
