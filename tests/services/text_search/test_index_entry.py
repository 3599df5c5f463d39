"""Entries of sessions that are told much: long texts, many texts, and more than an entry takes."""

from queries.session_counts import count_sessions
from queries.session_filter import SessionFilter
from services.text_search.index_entry import HEAD_CHARS, TAIL_CHARS
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
