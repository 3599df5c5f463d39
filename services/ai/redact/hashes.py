"""Password hashes, of which passwords can be guessed, and other secrets known by their form."""

import re
from collections.abc import Iterator

from services.ai.redact.reading import Span

#: The secret is group 1, or the whole match.
PATTERNS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # pwdump, secretsdump: user:rid:lm:nt
        r"\b[0-9a-f]{32}:([0-9a-f]{32})(?::|\b)",
        r":([0-9a-f]{32}):[0-9a-f]{32}:",
        # NetNTLMv1, NetNTLMv2: user::domain:challenge:response:blob
        r"[^\s:]{1,60}::[^\s:]{0,60}:(?:[0-9a-f]{16}:)?([0-9a-f]{32,48}:[0-9a-f]{16,1000})",
        # Kerberos: $krb5tgs$23$*user$realm$spn*$..., $krb5asrep$...
        r"\$krb5\w{2,8}\$[^\s:]{0,200}?[*$:]([0-9a-f]{16,64}\$[0-9a-f]{16,2000})",
        r"\$krb5\w{2,8}\$\S{16,2000}",
        # crypt and the like: $6$salt$hash, $2b$12$hash, $argon2id$v=19$m=...$salt$hash
        r"(?<![\w$])\$(?:1|2[abxy]?|5|6|7|8|9|14|y|gy|md5|sha1|apr1|argon2(?:id|i|d)|scrypt|pbkdf2[\w-]{0,12}|bcrypt[\w-]{0,12}|P|H|S|NT|DCC2|ml|office|pdf|keepass|rar5|zip2|dpapimk|pkzip2?|ansible|odf|itunes_backup|bitlocker|luks|mskrb5|oldoffice|racf|cisco\w?)\$[^\s\"',;<>]{8,2000}",
        # Django, Werkzeug, passlib, Spring
        r"\b(?:pbkdf2[_:-]sha\d{1,3}|scrypt|bcrypt(?:_sha256)?|argon2\w{0,2}|sha1|sha256|md5)(?:[$:]\S{1,40}){0,3}\$[\w+/=.-]{12,200}",
        # LDAP: {SSHA}base64
        r"\{(?:S?SHA\d{0,3}|S?MD5|CRYPT|PBKDF2[\w-]{0,12}|ARGON2|NTLM|x-\w{1,20})\}[\w+/=.$-]{10,300}",
        # DCC, Cisco type 4, hashcat lists
        r"\$DCC2?\$\S{20,200}",
        # MySQL 4.1 and later, SQL Server, Oracle
        r"(?<![\w*])\*[0-9A-F]{40}(?!\w)",
        r"\b0x0[12]00[0-9A-F]{48,160}\b",
        r"\bS:[0-9A-F]{60}\b",
        r"(?<=\W)md5[0-9a-f]{32}(?![0-9a-f])",
        r"\bSCRAM-SHA-(?:1|256)\$\d{1,7}:[\w+/=]{8,60}\$[\w+/=:]{20,200}",
        # WPA handshakes
        r"\bWPA\*0[12]\*[0-9a-f*]{40,1000}",
        # one-time password seeds
        r"otpauth(?:-migration)?://[^\s\"'<>]{0,200}?[?&](?:secret|data)=([^\s\"'<>&]{4,600})",
        # age, WireGuard, SSH and PuTTY private parts on one line
        r"\bPrivate-MAC:\s{0,3}([0-9a-f]{40,64})",
        # shadow: user:hash:days
        r"(?<![\w$])!?(\$\w{1,8}\$[^\s:]{10,400}):\d{4,6}:",
    )
]
#: A value of an LM hash of an empty password says nothing.
EMPTY = frozenset(("aad3b435b51404eeaad3b435b51404ee", "31d6cfe0d16ae931b73c59d7e0c089c0"))


def find_hashes(line: str) -> Iterator[Span]:
    for pattern in PATTERNS:
        for match in pattern.finditer(line):
            group = 1 if pattern.groups and match[1] else 0
            if match[group] not in EMPTY:
                yield match.span(group)
