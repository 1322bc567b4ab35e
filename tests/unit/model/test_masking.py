"""Secrets are masked in the words of each vendor, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.model.masking import mask

# `§…§` marks what must not be seen; everything else must stay.
SECRETS = """
enable secret 5 §$1$mERr$hx5rVt7rPNoS4wqbXKX7m0§
enable secret §plainword§
enable password level 15 7 §0822455D0A16§
username admin privilege 15 secret 9 §$9$nhEmQVczB7dqsO$X.HsgL6x1il0RxkOSSvyQYwucySCt7qFm4v7pqCxkKM§
username joe password 0 §hunter2§
username eos role network-admin secret sha512 §$6$abc$defghij§
username admin password 5 §$5$abc$def§  role network-admin
 neighbor 10.0.0.1 password 7 §070C285F4D06§
 neighbor PEERS password §s3cr;et§
no neighbor 10.0.0.1 password §s3cret§
 password encrypted §0822455D0A16§
 password 7 §0822455D0A16§
 secret 10 §$6$Yu2...$3j4§
snmp-server community §public§ RO 10
snmp-server community 7 §0822§ ro
snmp-server host 10.0.0.9 version 2c §private§
snmp-server host 10.0.0.9 traps version 3 priv §someuser§
snmp-server host 10.0.0.9 §private§
snmp-server user nms NETWORK v3 auth sha §authpass1§ priv aes 128 §privpass1§
snmp-server user admin network-admin auth md5 §0x1234§ priv §0x5678§ localizedkey
set snmp community §public§ authorization read-only
tacacs-server key 7 §0701"8§
tacacs-server host 10.1.1.1 key §tackey§
radius-server host 10.1.1.1 auth-port 1812 acct-port 1813 key 7 §01100F1758§
  server-private 10.2.2.2 timeout 5 key 7 §01100F§
 key 7 §13061E010803§
 key §sharedword§
   authentication §hsrpword§
   text-authentication §vrrpword§
  hsrp 1 authentication §hsrpword§
   hello-password hmac-md5 encrypted §13061E010803§
snmp-server user nms GROUP v3 auth md5 encrypted §13061E01§ priv aes 128 encrypted §13061E0108§
  key-string 7 §13061E§
  key-string §word§
 ip ospf message-digest-key 1 md5 7 §13061E§
 ip ospf message-digest-key 1 md5 §word§
 ip ospf authentication-key §word§
 area 0 virtual-link 1.1.1.1 message-digest-key 1 md5 §word§
ntp authentication-key 1 md5 §1234ab§ 7
 standby 1 authentication md5 key-string 7 §13061E§
 standby 1 authentication §word§
 vrrp 1 authentication text §word§
 isis password §word§ level-2
 area-password §word§
 lsp-password hmac-md5 encrypted §0822§
 ip nhrp authentication §word§
crypto isakmp key 6 §word§ address 10.0.0.1
crypto isakmp key §word§ address 10.0.0.1
  pre-shared-key address 10.0.0.1 key §word§
 pre-shared-key local 6 §word§
 ppp chap password 0 §word§
 ppp pap sent-username me password 7 §word§
mpls ldp neighbor 1.1.1.1 password §word§
set system root-authentication encrypted-password "§$6$abc$def§"
set system login user joe authentication encrypted-password "§$1$x$y§"
set protocols bgp group X authentication-key "§$9$abc-Dx7§"
set protocols ospf area 0 interface ge-0/0/0 authentication md5 1 key "§$9$abc§"
set system radius-server 10.0.0.1 secret "§$9$abc§"
set security ike policy P pre-shared-key ascii-text "§two words§"
                secret "§$9$abcdef§"; ## SECRET-DATA
        authentication-key "§$9$aaa§"; ## SECRET-DATA
set system ntp authentication-key 2 type md5 value "§$9$abc§"
key hmac-sha256:update.key §c2VjcmV0c2VjcmV0§
    secret "§c2VjcmV0c2VjcmV0==§";
password: §hunter2§
{"password": "§hunter2§", "user": "joe"}
  - {device: r1, merge: "router bgp 1\\n neighbor 10.0.0.1 password §s3cret§\\n neighbor 10.0.0.1 shutdown\\n"}
  - {device: r1, merge: "snmp-server community §public§ RO\\n"}
  - {device: r1, merge: "enable secret §word§"}
  - {device: j1, merge: "set system radius-server 10.0.0.1 secret \\"§abc§\\"\\n"}
+ neighbor 10.0.0.1 password §s3cret§
-enable secret §s3cret§
""".strip().splitlines()

PLAIN = """
service password-encryption
no service password-encryption
key chain CORE
 key 1
ip ospf authentication message-digest
 ip ospf authentication key-chain CORE
 standby 1 authentication md5 key-chain CORE
set community 65000:100 additive
ip community-list standard CUST permit 65000:100
set policy-options community CUST members 65000:100
community CUST members 65000:100;
 neighbor 10.0.0.1 send-community
 neighbor 10.0.0.1 description uses password
snmp-server location ams
snmp-server enable traps bgp
crypto key generate rsa modulus 2048
tunnel key 7
ntp trusted-key 1
snmp-server contact noc@example.com
ip host tacacs 10.0.0.1
example.com. 3600 IN DNSKEY 257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0d
metadata: {id: CHG-1042, title: Assess backbone capacity, author: neteng}
aaa authentication login default group tacacs+ local
""".strip().splitlines()


@pytest.mark.parametrize("line", SECRETS)
def test_the_secret_alone_is_masked(line: str) -> None:
    parts = line.split("§")
    expected = "".join("<masked>" if index % 2 else part for index, part in enumerate(parts))
    assert mask("".join(parts)) == expected
    assert mask(expected) == expected


@pytest.mark.parametrize("line", PLAIN)
def test_what_is_no_secret_stays(line: str) -> None:
    assert mask(line) == line


def test_a_whole_text_is_masked_line_by_line() -> None:
    text = "\n".join([*SECRETS, *PLAIN]).replace("§", "")
    assert mask(text).split("\n") == [mask(line) for line in text.split("\n")]


def test_junos_communities_in_braces() -> None:
    text = "snmp {\n    community public {\n        authorization read-only;\n    }\n}\n"
    assert mask(text) == text.replace("public", "<masked>")


def test_private_keys_keep_their_frame_and_lines() -> None:
    text = "a\n-----BEGIN RSA PRIVATE KEY-----\nMIIabc+/=\nDEF\n-----END RSA PRIVATE KEY-----\nb\n"
    assert mask(text) == (
        "a\n-----BEGIN RSA PRIVATE KEY-----\n<masked>\n<masked>\n-----END RSA PRIVATE KEY-----\nb\n"
    )
    torn = "-----BEGIN PRIVATE KEY-----\nMIIabc"
    assert mask(torn) == "-----BEGIN PRIVATE KEY-----\n<masked>"


WORDS = st.sampled_from(
    ["password", "secret", "key", "7", "enable", "neighbor", "10.0.0.1", "snmp-server", "community", "md5", '"', "'",
     ";", "$9$x", "\\n", "set", "username", "x", "{", "}", "-----BEGIN PRIVATE KEY-----", "authentication-key", "\n",
     " ", ":"]
)


@given(st.lists(WORDS, max_size=20))
def test_any_text_keeps_its_lines_and_masking_twice_is_masking_once(words: list[str]) -> None:
    text = " ".join(words)
    masked = mask(text)
    assert masked.count("\n") == text.count("\n")
    assert mask(masked) == masked


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzABC0123456789!@#%^&*()-_=+;,.<>/?~", min_size=4, max_size=20))
def test_no_part_of_a_password_is_left(secret: str) -> None:
    line = mask(f" neighbor 192.0.2.1 password Q{secret}Q")
    assert line == " neighbor 192.0.2.1 password <masked>"
