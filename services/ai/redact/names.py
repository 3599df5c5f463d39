"""Names of settings, fields and variables: which of them hold a secret.

A name is split into its words ("spring.datasource.dbPassword" -> spring, datasource, db,
password); the last words decide.
"""

import re
from functools import lru_cache

from services.ai.redact.words import word_list

SPLIT = re.compile(r"[^\W\d_]+|\d+")
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

#: A name that ends with one of these holds a secret.
PASSWORDS = word_list("secret_names")
#: `key` and `code` hold one only after one of these.
QUALIFIERS = word_list("key_qualifiers")
CODES = word_list("code_qualifiers")
#: Words after a secret's name that do not change what it holds.
SUFFIXES = word_list("suffixes")
#: Secrets of two devices, which people choose as they choose passwords.
SHARED_SECRETS = (
    ["shared", "secret"],
    ["radius", "secret"],
    ["tacacs", "secret"],
    ["chap", "secret"],
)
#: Words before `pass` that make it a turn: `first_pass`.
COUNTED = frozenset(("first", "second", "third", "one", "two", "by", "multi", "single", "test"))


@lru_cache(4096)
def split_name(name: str) -> tuple[str, ...]:
    return tuple(part.lower() for word in SPLIT.findall(name) for part in CAMEL.split(word))


@lru_cache(4096)
def is_secret_name(name: str) -> bool:
    words = list(split_name(name))
    while len(words) > 1 and words[-1] in SUFFIXES:
        words.pop()
    if not words or words[0] in ("public", "max", "min", "num", "is", "has") or "public" in words:
        return False
    last = words[-1]
    if last in PASSWORDS or "".join(words[-2:]) in PASSWORDS:
        return True
    if last in ("key", "keys"):
        return len(words) > 1 and words[-2] in QUALIFIERS
    if last in ("code", "codes"):
        return len(words) > 1 and words[-2] in CODES
    if last == "community":
        return True
    return ends_with_password(last)


def ends_with_password(word: str) -> bool:
    """Compounds without a capital: `bindpassword`, `smtppasswd`."""
    return word.endswith(
        (
            "password",
            "passwd",
            "passphrase",
            "apikey",
            "secretkey",
            "accesskey",
            "authtoken",
            "passwort",
            "kennwort",
            "wachtwoord",
            "lösenord",
            "adgangskode",
            "privatekey",
            "pwd",
            "sharedsecret",
        )
    )


def is_password_name(name: str) -> bool:
    """Whether any value of it is a secret, also a plain word."""
    words = [word for word in split_name(name) if word not in SUFFIXES]
    if len(words) > 1 and (words[-1] == "pass" or words[-2:] in SHARED_SECRETS):
        return words[0] not in COUNTED
    return bool(words) and words[-1] not in (
        "token",
        "key",
        "sid",
        "pin",
        "secret",
        "pass",
        "code",
        "sig",
        "signature",
        "otp",
        "mfa",
        "clave",
        "senha",
    )
