"""Secrets that a line before announces: a label on its own line, a table's header, a list of codes.

The state goes forward only, so that a stream needs no text that is still to come.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from services.ai.redact import assignments, codes, values
from services.ai.redact.names import is_secret_name
from services.ai.redact.reading import TOKEN, Span, read_quoted
from services.ai.redact.tables import (
    NAME_COLUMN,
    is_cell_value,
    is_heading,
    is_secret_row,
    split_cells,
    without_tags,
)
from services.ai.redact.values import MIXED, strength, trim
from services.ai.redact.words import COPULAS, word_list

#: How many lines below its label a value may be, empty ones included.
BELOW = 3
LIST_LINES = 24
#: An encrypted file, of which the password can be guessed: its header and its lines.
ENCRYPTED = re.compile(r"\$ANSIBLE_VAULT;[\d.]{1,8};AES\d{0,4}")
ENCRYPTED_LINES = 4_000
ENCRYPTED_LINE = re.compile(r"[\s>|]{0,40}([0-9a-f]{16,400})\s*")
DELIMITERS = ("|", "\t", ";", ",")
#: A setting whose value is in a block: `variable "db_pass" {`, `"adminPassword": {`.
OPEN_BLOCK = re.compile(
    r"""(?:^|[\s{,])(?:variable|param|parameter|output|secret)?\s?["']?([^\W\d][\w.-]{0,60})["']?\s{0,4}[:=]?\s{0,4}\{\s*$"""
)
RULER = re.compile(r"[\s|:+=_-]{3,400}")
UI_WORDS = word_list("form_words")
LABEL_EDGE = re.compile(r"[\s:：*_#>|=\-–.()\[\]\"'`]+")
OPEN_ELEMENT = re.compile(r"<(?:[\w-]{1,20}:)?(\w[\w.-]{1,60})(?:\s[^<>]{0,200})?>\s*$")
PLIST_KEY = re.compile(r"<key>\s*([^<>]{1,60}?)\s*</key>", re.IGNORECASE)
EMPTY_SETTING = re.compile(
    r"""(?:^|[\s{,])(?:-\s)?["']?([^\W\d][\w.-]{0,60})["']?\s*[:=]\s*(?:[|>][+-]?|["'])?\s*$"""
)
KEY_ROW = re.compile(
    r"^[\s|*-]*(?:key|code|schlüssel|clé|clave|chave|chiave|sleutel|klucz|nyckel|nøgle|anahtar|ключ|キー|psk|pass)[\s*]*(?:[:：=|\t]|\s{2})[\s*]*(\S{4,63})",
    re.IGNORECASE,
)
SETTING_NAME = re.compile(
    r"""^\s*(?:-\s*)?["']?(?:name|key|id|field|setting)["']?\s*[:=]\s*["']?([^\W\d][\w.-]{0,60})["']?,?\s*$""",
    re.IGNORECASE,
)
SETTING_VALUE = re.compile(
    r"""^\s*["']?(?:value|val|data|content|default\w{0,6})["']?\s*[:=]\s*["']?([^"'\n]{1,400}?)["']?,?\s*$""",
    re.IGNORECASE,
)
NETWORK_ROW = re.compile(
    r"wi-?fi|wlan|wireless|draadlo|drahtlos|sans fil|inalámbric|sem fio|senza fili|bezprzewod|trådlös|trådløs|kablosuz|беспровод|вай-?фай|無線|ssid|hotspot|netz|network|réseau|\bred\b|\brede\b|\brete\b|netwerk|sieć|nätverk|netværk|\bağ\b|сеть|сети\b|вайфа|мереж|무선|와이파이|无线|無線|网络|網路|شبك|واي ?فاي|רשת|δικτύ|ασύρματ|sítě|hálózat|rețea|verkko",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Layout:
    """What the lines before announce."""

    below: int = 0
    is_code: bool = False
    is_strict: bool = False
    listed: int = 0
    element: int = 0
    is_markup: bool = False
    network: int = 0
    encrypted: int = 0
    delimiter: str = ""
    columns: tuple[int, ...] = ()
    width: int = 0

    def is_idle(self) -> bool:
        return not (
            self.below
            or self.listed
            or self.element
            or self.columns
            or self.network
            or self.encrypted
        )

    def find(self, line: str) -> list[Span]:
        """The secrets of the line that lines before it announce."""
        row = NAME_COLUMN.match(line)
        rows = [row.span(2)] if row and is_secret_row(row[1], row[2]) else []
        if self.is_idle():
            return rows
        line = without_tags(line)
        spans = [*rows, *self._in_column(line), *self._below_label(line)]
        spans += self._in_list(line)
        spans += self._in_element(line)
        spans += self._in_network(line)
        spans += self._in_encrypted(line)
        return spans

    def _in_column(self, line: str) -> Iterator[Span]:
        if not self.columns:
            return
        cells = split_cells(line, self.delimiter)
        if RULER.fullmatch(line):
            return
        if len(cells) != self.width:
            self.columns = ()
            return
        for column in self.columns:
            start, end = cells[column]
            quoted = read_quoted(line, start)
            value = line[slice(*quoted)] if quoted else line[start:end]
            if is_cell_value(value):
                yield quoted or (start, end)

    def _below_label(self, line: str) -> Iterator[Span]:
        if not self.below:
            return
        self.below -= 1
        tokens = list(TOKEN.finditer(line))
        if not tokens or RULER.fullmatch(line):
            return
        self.below = 0
        if self.is_strict and len(tokens) > 1:
            return
        quoted = read_quoted(line, tokens[0].start())
        start, end = quoted or trim(line, *tokens[0].span())
        if tokens[0][0].endswith((":", "：")) and len(tokens) == 1:
            return
        if self.is_strict and strength(line[start:end]) < MIXED:
            return
        if is_value_below(line[start:end], len(tokens), is_code=self.is_code):
            yield start, end
        elif self.is_code and len(tokens) <= 4:
            yield from codes.find_code_behind(line, 0)

    def _in_list(self, line: str) -> Iterator[Span]:
        if not self.listed or not line.strip():
            return
        if codes.is_list_of_codes(line):
            self.listed -= 1
            yield from codes.find_listed_codes(line)
        else:
            self.listed = 0

    def _in_element(self, line: str) -> Iterator[Span]:
        if not self.element:
            return
        self.element -= 1
        if value := SETTING_VALUE.match(line):
            self.element = 0
            if not values.is_placeholder(value[1]):
                yield value.span(1)
            return
        for match in assignments.ELEMENT_VALUE.finditer(line):
            if not values.is_placeholder(match[1]):
                yield match.span(1)
                self.element = 0
        text = line.strip()
        if (
            self.element
            and self.is_markup
            and text
            and "<" not in text
            and not values.is_placeholder(text)
        ):
            start = line.index(text)
            yield start, start + len(text)
        if "</" in line:
            self.element = 0

    def _in_network(self, line: str) -> Iterator[Span]:
        if not self.network:
            return
        self.network -= 1
        match = KEY_ROW.match(line)
        if match and strength(match[1]) >= MIXED:
            yield trim(line, *match.span(1))

    def _in_encrypted(self, line: str) -> Iterator[Span]:
        if not self.encrypted:
            return
        match = ENCRYPTED_LINE.fullmatch(line)
        self.encrypted = self.encrypted - 1 if match else 0
        if match:
            yield match.span(1)

    def learn(self, line: str, labels: list[Span], code_labels: list[Span], lists: bool) -> None:
        """Note what the line announces for the lines behind it."""
        if NETWORK_ROW.search(line) and len(line) <= 120:
            self.network = 4
        if ENCRYPTED.search(line):
            self.encrypted = ENCRYPTED_LINES
        line = without_tags(line)
        all_labels = labels + code_labels
        if labels and len(line) <= 400:
            self._learn_header(line, labels)
        if self.columns:
            self.below = 0
        elif all_labels and is_label_line(line, all_labels):
            self.below, self.is_code, self.is_strict = BELOW, not labels, False
        elif labels and is_long_label(line, labels[-1]):
            self.below, self.is_code, self.is_strict = BELOW, False, True
        elif not labels and announces_value(line):
            self.below, self.is_code, self.is_strict = BELOW, False, False
        if lists and len(line) <= 120:
            self.listed = LIST_LINES
        if element := OPEN_ELEMENT.search(line) or PLIST_KEY.search(line):
            self.element = 3 if is_secret_name(element[1].replace(" ", "_")) else self.element
            self.is_markup = True
        elif (setting := SETTING_NAME.match(line)) and is_secret_name(setting[1]):
            self.element, self.is_markup = 2, False
        elif (block := OPEN_BLOCK.search(line)) and is_secret_name(block[1]):
            self.element, self.is_markup = 4, False

    def _learn_header(self, line: str, labels: list[Span]) -> None:
        for delimiter in (*DELIMITERS, ""):
            cells = split_cells(line, delimiter)
            if len(cells) < 2 or not all(is_heading(line[a:b]) for a, b in cells):
                continue
            columns = tuple(
                index
                for index, (a, b) in enumerate(cells)
                if any(a <= start and end <= b and b - end <= 12 for start, end in labels)
            )
            if columns and len(columns) < len(cells):
                self.delimiter, self.columns, self.width = delimiter, columns, len(cells)
                return


def announces_value(line: str) -> bool:
    """Whether the line ends with the name of a secret and a separator: `password: >-`."""
    setting = EMPTY_SETTING.search(line)
    return setting is not None and is_secret_name(setting[1])


def is_label_line(line: str, labels: list[Span]) -> bool:
    """Whether the line is a label for the next one: "New password:", "Kennwort"."""
    if line.count("|") > 2:
        return False
    start, end = labels[-1]
    rest = LABEL_EDGE.sub(" ", line[end:]).strip()
    if rest.casefold() in COPULAS:
        rest = ""
    if len(rest) > 24 or (rest and "(" not in line[end:]):
        return False
    before = LABEL_EDGE.sub(" ", line[:start]).split()
    has_colon = re.search(r"[:：=]\s*[*_]*\s*$", line) is not None
    if re.search(r"[.!?]\s*$", line):
        return False
    return len(before) <= (8 if has_colon else 2)


def is_long_label(line: str, label: Span) -> bool:
    """Whether a label with words behind it ends in a colon: "Password of the account:"."""
    rest = line[label[1] :]
    return (
        re.search(r"[:：]\s*[*_]*\s*$", rest) is not None
        and len(rest) <= 60
        and len(rest.split()) <= 6
        and len(line[: label[0]].split()) <= 8
    )


def is_value_below(value: str, tokens: int, *, is_code: bool) -> bool:
    if is_code:
        return tokens <= 3 and sum(char.isdigit() for char in value) >= 4
    if values.is_placeholder(value) or value.endswith(":"):
        return False
    if strength(value) >= MIXED:
        return tokens <= 6
    is_word = tokens == 1 and value.casefold() not in UI_WORDS and values.is_plain_password(value)
    return is_word and (value[:1].islower() or value.isdigit() or " " in value)
