"""Entries of sessions that are told much: long texts, many texts, and more than an entry takes."""

import asyncio

import pytest

from queries.session_counts import count_sessions
from queries.session_filter import SessionFilter
from services.text_search import index_entry
from services.text_search.index_entry import HEAD_CHARS, TAIL_CHARS, collect_lexemes
from services.text_search.search_query import parse_search
from tests import factories

LONG = 19_000


async def test_of_many_long_texts_the_last_is_found_as_well(begin, running, ana):
    session = factories.chat_session(ana)
    await factories.save(running, session)
    async with begin(ana) as unit:
        for n in range(7):
            unit.change_for(session).index(f"marker{n} " + "stripes " * (LONG // 8))
    reading = running.tenancy.reader(ana.account_id)
    for n in range(7):
        search = parse_search(f"marker{n}")
        assert await count_sessions(reading, ana, SessionFilter(search=search)) == 1


async def test_beginning_and_end_of_a_long_text_are_found(begin, running, ana):
    session = factories.chat_session(ana)
    await factories.save(running, session)
    filler = "ordinary words here \n" * 10_000
    log = f"firstline {filler[:HEAD_CHARS]} middle {filler[:TAIL_CHARS]} ORA-00942 lastline"
    async with begin(ana) as unit:
        unit.change_for(session).index(log)
    reading = running.tenancy.reader(ana.account_id)

    async def is_found(search: str) -> bool:
        filter = SessionFilter(search=parse_search(search))
        return await count_sessions(reading, ana, filter) == 1

    for word in ("firstline", "lastline", "ORA-00942", "00942"):
        assert await is_found(word), word
    assert not await is_found("middle")


async def test_more_words_than_a_write_takes(begin, running, ana):
    """Distinct words of several bytes a character, in texts of the greatest length."""
    session = factories.chat_session(ana)
    await factories.save(running, session)
    async with begin(ana) as unit:
        for start in range(3):
            words = (f"{chr(0x430 + n % 32) * 20}{start}x{n}" for n in range(1_200))
            unit.change_for(session).index(f"start{start} " + " ".join(words))
    reading = running.tenancy.reader(ana.account_id)
    for start in range(3):
        filter = SessionFilter(search=parse_search(f"start{start}"))
        assert await count_sessions(reading, ana, filter) == 1


@pytest.mark.parametrize(
    "text",
    [
        " ".join(f"{n:x}q{n * 7:x}" for n in range(5_000)),
        "".join(chr(0x4E00 + n * 17 % 20_000) for n in range(40_000)),
        "".join("äé.ß-"[n * n % 5] + chr(97 + n * 11 % 26) for n in range(20_000)),
    ],
    ids=["identifiers", "no spaces", "accents"],
)
async def test_others_run_while_a_text_is_analysed(text, monkeypatch):
    """Without a slice of time, between any two words."""
    monkeypatch.setattr(index_entry, "SLICE_SECONDS", 0.0)
    turns = 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(take_turns())
    lexemes = await collect_lexemes([text])
    task.cancel()
    assert turns >= 5
    assert sum(len(each.encode()) for each in lexemes) < 500_000
