"""Words of a session that is said much to at once."""

from services import history, search, work
from services.history import Filter
from tests import factories

LONG = 19_000


async def test_of_many_long_texts_the_last_is_found_as_well(running, ana):
    session = factories.chat_session(ana)
    await factories.save(running, session)
    async with work.begin(running.tenancy, ana, running.writer) as unit:
        for n in range(search.TEXTS_AT_ONCE * 2 + 1):
            search.add_words(unit, session, f"marker{n} " + "stripes " * (LONG // 8))
    reading = running.tenancy.reading(ana.account_id)
    for n in range(search.TEXTS_AT_ONCE * 2 + 1):
        assert await history.count(reading, ana, Filter(search=f"marker{n}")) == 1
