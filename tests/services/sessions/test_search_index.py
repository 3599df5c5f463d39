"""Words of a session that is said much to at once."""

from queries.session_counts import count_sessions
from queries.session_filter import SessionFilter
from services.store import TEXTS_PER_WRITE
from tests import factories

LONG = 19_000


async def test_of_many_long_texts_the_last_is_found_as_well(begin, running, ana):
    session = factories.chat_session(ana)
    await factories.save(running, session)
    async with begin(ana) as unit:
        for n in range(TEXTS_PER_WRITE * 2 + 1):
            unit.change_for(session).index(f"marker{n} " + "stripes " * (LONG // 8))
    reading = running.tenancy.reader(ana.account_id)
    for n in range(TEXTS_PER_WRITE * 2 + 1):
        assert await count_sessions(reading, ana, SessionFilter(search=f"marker{n}")) == 1
