"""Finds the secrets in one piece of a line, by detectors for each kind.

A set of hints says in one pass which detectors a piece needs; most lines need none.
"""

import re
from collections.abc import Iterator

import re2

from services.ai.redact import (
    assignments,
    codes,
    entries,
    hashes,
    pairs,
    prose,
    rules,
    vendors,
    web,
)
from services.ai.redact.layouts import NETWORK_ROW, Layout
from services.ai.redact.reading import Span, Tokens
from services.ai.redact.words import (
    PatternSet,
    compile_pattern,
    hints_of,
    label_pattern,
    label_spans,
)

SURROGATES = re.compile("[\ud800-\udfff]")

PASSWORD_LABEL = label_pattern("password")
KEY_LABEL = label_pattern("key")
CODE_LABEL = label_pattern("code")
LOGIN_LABEL = label_pattern("login")
CODE_SOURCE = label_pattern("code_source")
LIST_OF_CODES = (
    r"(?:backup|recovery|emergency|scratch|restore|2fa|mfa|one[- ]time)[ -](?:codes|keys)|(?:backup|wiederherstellungs|notfall|ersatz)-?codes?|"
    r"codes de (?:secours|récupération)|códigos? de (?:respaldo|recuperaci[óo]n|recuperação|backup|reserva)|codici di (?:backup|recupero)|"
    r"(?:herstel|back-?up)-?codes|kody (?:zapasowe|odzyskiwania)|(?:reserv|återställnings|backup)koder|(?:gendannelses|backup|nød)koder|"
    r"(?:yedek|kurtarma) kodları|резервные коды|коды восстановления|(?:バックアップ|リカバリー?|予備)コード"
)

LIST_LABEL = compile_pattern(rf"(?:{LIST_OF_CODES})[^\n:]{{0,40}}:")

#: Which detectors a piece needs, by what it contains. RE2 expressions.
HINTS: dict[str, tuple[str, ...]] = {
    "password": hints_of("password"),
    "key": hints_of("key"),
    "code": hints_of("code"),
    "login": hints_of("login"),
    "code_source": hints_of("code_source"),
    "entry": hints_of("entry_thing"),
    "entry_code": (
        *hints_of("entry_code"),
        *hints_of("entry_typing"),
        *hints_of("entry_opening"),
        "[0-9]#",
    ),
    "list": (LIST_OF_CODES,),
    "pair": (
        r"\b(?:u|user|un|id|usr|name|login|benutzer)\s?[:=]",
        # account/Passw0rd, with a symbol or a digit behind the slash
        r"(?:^|[\s(\"'“„:,=>])[a-z][\w.@-]{1,40}\s?[/|]\s?[^\s/|]{0,40}[0-9!#$%*+?@^&~=]",
        r"wifi:",
    ),
    "user_and": (
        r"\b(?:log\w*|sign\w*|inlog\w*|anmeld\w*|einlog\w*|connect\w*|access?\w*|acces\w*|accé\w*|entr\w*|inici\w*|zalog\w*|logow\w*|account\w*|konto\w*|kont\w*|compte\w*|cuenta\w*|conta|utente|user\w*|benutzer\w*|tried|get\w* in|connexion|meldet|melden|loga|logou|accede|accedi)",
        r"giriş|hesap|oturum|zaloguj|inloggning|logge",
        r"вход|войти|логин|заход|уч[её]т|ログイン|サインイン|アカウント|ユーザー|接続",
    ),
    "setting": (
        r"pass|pwd|pw|secret|token|key|kennwort|wort|mdp|contrase|clave|senha|wachtwoord|has[łl]o|lösenord|adgangskode|"
        r"[şs]ifre|parol|парол|psk|cred|sid|pin|puk|otp|code|community|webhook|sig|signature|connectionstring|\bauth|authtok|saml|wresult|requirep|keydata|key-data",
    ),
    "network_key": (
        r"\s(?:as|als|comme|como|come|jako|som|olarak|как)\s(?:\S{1,8}\s)?(?:key|schl|cl[eé]|clave|chave|chiave|sleutel|klucz|nyckel|nøgle|anahtar|ключ|code|kod)",
    ),
    "command": (
        r"(?:^|\s)(?:-{1,2}|/)\w|\becho\b|pass:|sqlplus|\bconn|net1?(?:\.exe)?\s+us|securestring|credential|identified|"
        r"wpa_passphrase|rasdial|rabbitmqctl|radtest|htpasswd|/\S+:\S+@|\bpassword\b|iwconfig|nmcli|vault|cpin|\bexp|\bimp|rman|\blogin\s|ftp>|isql|\bsend\b|oracle:|\S:\S+\s*$|pdftk|ssh-keygen|requirepass|masterauth|bindpw|rootpw|\s\*(?:\s|$)|^\s*\*|createuser|community|com2sec|ipmitool|racadm|psexec|\breg_|\breg\s|-value|setvalue|regwrite|setenv|password=|printf|lenovo_|mslaps|key content|wpa_|sae_|wep_key|autologon|winr[ms]|secret\s*=|\slogin\s|inhalt|contenu|contenido|conteúdo|inhoud|zawartość|innehåll|indhold|innhold|obsah|sisältö|содерж|вміст|çeriği",
    ),
    "network": (
        r"mgmt|hash|secret|passw|snmp|community|\bkey\b|key-|psk|cipher|authentication|passphrase|\bauth\s|simple|shared|ascii-text|plaintext",
    ),
    "address": (r"://|[?&;][\w.~-]{1,40}=|\d{8,10}:[\w-]{35}",),
    "header": (r"authori[sz]ation|bearer\s|basic\s|token\s|cookie",),
    "hash": (
        r"\$\w{1,12}\$|::|[0-9a-f]{32}|\{(?:s?sha|s?md5|crypt|pbkdf2|argon2|ntlm)|pbkdf2|scrypt|bcrypt|argon2|otpauth|0x0[12]00|private-mac|wpa\*|\*[0-9a-f]{40}|S:[0-9A-F]{60}|sha1\$|sha256\$|md5\$",
    ),
    "encrypted": (r"\$ansible_vault",),
    "groups": (r"\d{6}[- ]|(?:[a-z0-9]{4,6}[- ]){3}",),
}


class Hints:
    """All hints as one automaton. `owners` is the detector of each, or the rules of a vendor."""

    def __init__(self) -> None:
        by_keyword = vendors.rules_by_keyword()
        self._owners: list[str | list[vendors.VendorRule]] = [
            detector for detector, patterns in HINTS.items() for _ in patterns
        ]
        self._owners += by_keyword.values()
        hints = [pattern for patterns in HINTS.values() for pattern in patterns]
        self._set = PatternSet([*hints, *map(re2.escape, by_keyword)])

    def find(self, text: str) -> tuple[set[str], dict[str, vendors.VendorRule]]:
        """The detectors that the text needs, and the rules of vendors by id."""
        detectors: set[str] = set()
        vendor_rules: dict[str, vendors.VendorRule] = {}
        for index in self._set.matching(text):
            owner = self._owners[index]
            if isinstance(owner, str):
                detectors.add(owner)
            else:
                vendor_rules.update((rule.id, rule) for rule in owner)
        return detectors, vendor_rules


ALL_HINTS = Hints()


def find_in_piece(piece: str, layout: Layout | None = None) -> list[Span]:
    """The spans of all secrets in a piece of one line, in order and not overlapping.

    `layout` is what lines before announced; it learns from this one. None for a piece of a line.
    """
    if not piece.isascii():
        # RE2 reads UTF-8, which has no unpaired surrogates.
        piece = SURROGATES.sub("\N{REPLACEMENT CHARACTER}", piece)
    if layout is not None and not piece.strip():
        return merge_spans(layout.find(piece))
    needed, vendor_rules = ALL_HINTS.find(piece)
    spans = layout.find(piece) if layout is not None else []
    if needed:
        spans += find_by_hints(piece, needed, layout)
    if vendor_rules:
        spans += vendors.find_vendor_tokens(piece, vendor_rules.values())
    return merge_spans(spans)


def find_by_hints(piece: str, needed: set[str], layout: Layout | None) -> list[Span]:
    spans: list[Span] = []
    labels = label_spans(PASSWORD_LABEL, piece) if "password" in needed else []
    keys = label_spans(KEY_LABEL, piece) if "key" in needed else []
    code_labels = label_spans(CODE_LABEL, piece) if "code" in needed else []
    spans += find_in_prose(piece, needed, labels, keys, code_labels)
    spans += find_by_form(piece, needed, is_labelled=bool(labels or keys or code_labels))
    if layout is not None:
        layout.learn(piece, labels + keys, code_labels, "list" in needed)
    return spans


def find_in_prose(
    piece: str, needed: set[str], labels: list[Span], keys: list[Span], code_labels: list[Span]
) -> Iterator[Span]:
    if "user_and" in needed:
        yield from pairs.find_accounts(piece)
    if labels or keys or "login" in needed or "pair" in needed:
        tokens = Tokens(piece)
        for label in labels:
            yield from prose.find_near_label(piece, tokens, label)
        for label in keys:
            yield from prose.find_near_key(piece, tokens, label)
        yield from pairs.find_login_pairs(
            piece,
            is_labelled=bool(labels),
            is_announced=bool(labels or keys or "login" in needed),
        )
        if "login" in needed:
            for label in label_spans(LOGIN_LABEL, piece):
                yield from pairs.find_near_login(tokens, label)
    if "pair" in needed:
        yield from pairs.find_in_qr(piece)
    if code_labels:
        candidates = codes.find_candidates(piece)
        for label in code_labels if candidates else ():
            yield from codes.find_codes(piece, label, candidates)
    if "entry" in needed and "entry_code" in needed:
        yield from entries.find_entry_codes(piece)
    if NETWORK_ROW.search(piece):
        yield from pairs.find_network_keys(piece)
    if "code_source" in needed and codes.ANY_SIX.search(piece):
        yield from codes.find_codes_of_source(piece)
        for label in label_spans(CODE_SOURCE, piece):
            yield from codes.find_six_digits(piece, label)
    if "list" in needed:
        match = LIST_LABEL.search(piece)
        if match and codes.is_list_of_codes(piece[match.end() :]):
            for start, end in codes.find_listed_codes(piece[match.end() :]):
                yield start + match.end(), end + match.end()


def find_by_form(piece: str, needed: set[str], *, is_labelled: bool) -> Iterator[Span]:
    if "setting" in needed:
        yield from assignments.find_assignments(piece)
    if "command" in needed:
        yield from rules.find_in_commands(piece)
    if "network" in needed:
        yield from rules.find_in_network_configuration(piece)
    if "address" in needed:
        yield from web.find_in_addresses(piece)
    if "header" in needed:
        yield from web.find_in_headers(piece)
    if "hash" in needed:
        yield from hashes.find_hashes(piece)
    if "groups" in needed:
        yield from codes.find_recovery_keys(piece, is_labelled=is_labelled)


def merge_spans(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
