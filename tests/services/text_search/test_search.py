"""What a search finds, word by word: a text, a search, and whether it finds the session. The
examples of docs/search.md are tried as well."""

import re
import unicodedata
from collections import defaultdict
from pathlib import Path

from queries.session_counts import count_sessions
from queries.session_filter import SessionFilter
from queries.session_list import SessionOrder, load_session_page
from services.text_search.search_query import parse_search
from tests import factories

#: Searches that find a session with the text, then searches that do not.
TABLE: list[tuple[str, list[str], list[str]]] = [
    (
        "See http://intranet/wiki/VPN-Setup, then https://portal.example.com/help?id=77&lang=de",
        [
            "http://intranet/wiki",
            "intranet",
            "wiki",
            "intranet/wiki",
            "http://intranet/wiki/VPN-Setup",
            "portal.example.com",
            "example.com",
            "https://portal.example.com/help?id=77&lang=de",
            "vpn-setup",
            "vpn setup",
            "INTRANET",
        ],
        ["intranet.example.com", "wiki/intranet", "portal/wiki"],
    ),
    (
        "dc01.corp.local cannot reach \\\\nas01\\backup or srv-db01:5432 as CORP\\svc_backup",
        [
            "dc01.corp.local",
            "dc01",
            "corp.local",
            "dc01.corp",
            "nas01",
            "\\\\nas01\\backup",
            "//nas01/backup",
            "srv-db01",
            "srv",
            "db01",
            "svc_backup",
            "CORP\\svc_backup",
        ],
        ["dc02", "corp.backup", "nas02", "srv-db02"],
    ),
    (
        "From jane.doe@corp.example: my calendar is empty",
        ["jane.doe", "jane.doe@corp.example", "jane", "doe", "corp.example", "Jane Doe"],
        ["jane.roe", "doe.jane"],
    ),
    (
        "Client 10.20.30.5 has agent 4.18.2-beta and Windows 10.0.19045.3803",
        ["10.20.30", "10.20.30.5", "20.30", "4.18.2", "4.18.2-beta", "10.0.19045", "19045"],
        ["10.20.3", "10.20.31", "4.18.3", "30.20.10"],
    ),
    (
        "Agent v10.20.30-rc1 is at https://example.com/releases/v3.7.12/agent-v5.6.exe",
        ["10.20.30", "v10.20.30", "10.20.30-rc1", "v10", "3.7.12", "5.6", "agent-v5.6.exe"],
        ["10.20.3", "v3.7.1", "7.10"],
    ),
    ("Server is 10.0.0.15 today", ["10.0.0.15", "10.0.0"], ["10.0.0.1"]),
    (
        "It ended with -1073741819 (0xC0000005) after INC-004512",
        [
            *("-1073741819", "1073741819", "004512", "INC-004512", "INC004512", "0xC0000005"),
            *("C0000005", "inc"),
        ],
        ["-1073741820", "004513", "-ended"],
    ),
    (
        "KB5034441 fails with 0x80070643, before it was 0x80070005, on Win11 and SQL2019",
        ["KB5034441", "5034441", "80070005", "0x80070005", "80070643", "kb503", "2019", "win11"],
        ["5034442", "80070006"],
    ),
    (
        "System.NullReferenceException at Contoso.Print.SpoolerService.Start (HTTPServerError)",
        [
            "NullReference",
            "NullReferenceException",
            "nullreference",
            "System.NullReferenceException",
            "Reference",
            "Exception",
            "SpoolerService",
            "SpoolerServ",
            "Service",
            "contoso",
            "Contoso.Print",
            "HTTPServer",
            "ServerError",
        ],
        ["NullPointer", "Spoolerstart"],
    ),
    (
        "The printers are printing blank pages; the certificate of the authentication expired",
        [
            *("printer", "printing", "print", "page", "certif", "certificat", "certificates"),
            *("authenticat", "authentication", "expire", "pri", "blank page"),
        ],
        ["prince", "certain", "inting"],
    ),
    ("Le café de Zürich, Herr Müller, Straße 5, Łódź, Århus, naïve", [], ["caff"]),
    ("Wi-Fi drops; the E-Mail is late", ["wifi", "wi-fi", "email", "e-mail", "mail"], ["fiwi"]),
    ("The paper jam is back", ["paper-jam", '"paper jam"', "jam paper", "paper or toner"], []),
    (
        "打印机无法印刷。上海分公司",
        ["印刷", "上海", "打印机", "海", "上海分公司"],
        ["北京", "海上"],
    ),
    ("プリンターが印刷できません", ["プリンター", "印刷", "できません", "ﾌﾟﾘﾝﾀｰ"], ["スキャナ"]),
    ("프린터가 인쇄되지 않습니다", ["프린터", "인쇄", "프린터가"], ["스캐너"]),
    ("เครื่องพิมพ์ไม่ทำงาน", ["พิมพ์", "เครื่องพิมพ์", "ทำงาน"], ["สแกนเนอร์"]),
    ("हिन्दी में प्रिंटर", ["हिन्दी", "प्रिंटर"], ["स्कैनर"]),
    ("Принтер не печатает", ["принтер", "ПРИНТЕР", "печатает", "печат"], ["сканер"]),
    ("Ask IT who did it", ["IT", "who", "it", "who did", "did who"], ["whom"]),
    ("a long\u00adword and zero\u200bwidth", ["longword", "zerowidth"], []),
    ("\uff36\uff30\uff2e \uff11\uff12\uff13", ["vpn", "123"], ["124"]),
    ("Don't use the user's O'Brien folder", ["user", "o'brien"], ["brienx"]),
]
ACCENTED = ["café", "cafe", "Zürich", "zurich", "ZURICH", "Müller", "Muller", "Strasse", "lodz"]
ACCENTED += ["arhus", "naive", "naïve"]
#: With a word that each text has.
COMBINED = [
    ('printers -"expired"', False),
    ("printers -blank", False),
    ("printers -zebra", True),
    ('-"paper jam" printers', True),
]
#: Nothing to search for: all sessions.
EMPTY = ["", " ", "\u200b", "???", '"', "-", "&|!", "🔥"]


EXAMPLE = re.compile(r"^\| ([^|]+) \| (`[^|]+`) \| (`[^|]+`) \|$", re.MULTILINE)
PAGE = Path(__file__).parents[3] / "docs/search.md"


def documented_examples() -> list[tuple[str, list[str], list[str]]]:
    rows = EXAMPLE.findall(PAGE.read_text())
    return [
        (text, re.findall("`([^`]+)`", found), re.findall("`([^`]+)`", missed))
        for text, found, missed in rows
    ]


DOCUMENTED = documented_examples()


def all_cases() -> list[tuple[str, str, bool]]:
    table = TABLE + DOCUMENTED
    cases = [(text, s, True) for text, found, _ in table for s in found]
    cases += [(text, s, False) for text, _, missed in table for s in missed]
    accented = next(text for text, *_ in TABLE if "Zürich" in text)
    cases += [
        (accented, unicodedata.normalize(form, search), True)
        for search in ACCENTED
        for form in ("NFC", "NFD")
    ]
    printers = next(text for text, *_ in TABLE if "printers" in text)
    return cases + [(printers, search, found) for search, found in COMBINED]


async def test_each_search_finds_what_it_should(begin, running, ana):
    """The texts alternate between the normal forms of Unicode."""
    assert len(DOCUMENTED) == 16
    sessions = {text: factories.chat_session(ana) for text, *_ in TABLE + DOCUMENTED}
    await factories.save(running, *sessions.values())
    async with begin(ana) as unit:
        for number, (text, session) in enumerate(sessions.items()):
            form = "NFD" if number % 2 else "NFC"
            unit.change_for(session).index(unicodedata.normalize(form, text))
    reader = running.tenancy.reader(ana.account_id)
    wrong: dict[str, list[str]] = defaultdict(list)
    for text, search, is_expected in all_cases():
        filter = SessionFilter(search=parse_search(search))
        page = await load_session_page(
            reader, ana, filter, SessionOrder.BEST_MATCH, columns=frozenset(), first=50
        )
        is_found = sessions[text].id in {row["key"] for row in page.rows}
        if is_found is not is_expected:
            wrong["found" if is_found else "missed"].append(f"{search} in {text}")
        assert await count_sessions(reader, ana, filter) == len(page.rows), search
    assert not wrong


async def test_a_search_without_words_is_no_filter(running, ana, api):
    await factories.save(running, *(factories.chat_session(ana) for _ in range(3)))
    query = "query S($text: String) { sessions(filter: {search: $text}) { totalCount } }"
    for text in EMPTY:
        assert parse_search(text) is None, text
        assert (await api.data(query, text=text))["sessions"]["totalCount"] == 3, text


async def test_a_frequent_search_is_not_widened(begin, running, ana, monkeypatch):
    """Pages and counts agree on which of the two conditions is asked for."""
    monkeypatch.setattr("queries.full_text.WIDENED_BELOW", 3)
    sessions = [factories.chat_session(ana) for _ in range(5)]
    await factories.save(running, *sessions)
    async with begin(ana) as unit:
        for number, session in enumerate(sessions):
            unit.change_for(session).index("network" if number < 2 else "net")
    reader = running.tenancy.reader(ana.account_id)
    for search, found in (("net", 3), ("network", 2), ("netwo", 2), ("ne", 0)):
        filter = SessionFilter(search=parse_search(search))
        page = await load_session_page(
            reader, ana, filter, SessionOrder.UPDATED_AT_DESC, columns=frozenset()
        )
        assert (len(page.rows), await count_sessions(reader, ana, filter)) == (found, found)
