"""What is made of the rows that the driver finds."""

from datetime import UTC, datetime, timedelta
from random import Random

from sqlalchemy import DateTime, Enum, case, func, literal_column, null, select
from sqlalchemy.dialects.postgresql import ARRAY

import models
from models import SessionStatus
from storage.statements import Query, model_columns, param
from tests.factories import chat_session, save

MOMENT = DateTime(timezone=True)
EACH = func.unnest(param("moments", ARRAY(MOMENT)), type_=MOMENT).label("at")
EPOCH, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2105, 12, 31, tzinfo=UTC)


def moments():
    """Of all years that there may be, with all microseconds that are hard to keep."""
    chance = Random(1)
    for day in range(0, (LAST - EPOCH).days, 7):
        for micros in (0, 1, 499_999, 500_001, 999_999, chance.randrange(1_000_000)):
            yield EPOCH + timedelta(days=day, seconds=chance.randrange(86_400), microseconds=micros)
    yield EPOCH - timedelta(microseconds=1)


async def test_moments_are_as_they_were(running, ana):
    given = [*moments(), None]
    db = running.tenancy.reader(ana.account_id)
    assert [row.at for row in await db.fetch_rows(Query(select(EACH)), moments=given)] == given
    assert await db.fetch_dicts(Query(select(EACH)), moments=given) == [
        {"at": each} for each in given
    ]


async def test_they_have_a_zone(running, ana):
    db = running.tenancy.reader(ana.account_id)
    [row] = await db.fetch_rows(Query(select(EACH)), moments=[LAST])
    assert row.at.tzinfo is UTC


async def test_tuples_and_dicts_have_the_same_in_them(running, ana):
    session = chat_session(ana, status=SessionStatus.PAUSED)
    await save(running, session)
    own = ("id", "created_at", "resolved_at", "status", "title")
    read = Query(select(*model_columns(models.AISession, *own)), models.AISession)
    db = running.tenancy.reader(ana.account_id)
    [row], [values] = await db.fetch_rows(read), await db.fetch_dicts(read)
    assert row._asdict() == values
    assert values == {name: getattr(session, name) for name in own}
    assert row.status is SessionStatus.PAUSED


async def test_a_member_may_be_missing(running, ana):
    maybe = case((literal_column("false"), "paused"), else_=null())
    read = Query(select(maybe.cast(Enum(SessionStatus, native_enum=False)).label("status")))
    db = running.tenancy.reader(ana.account_id)
    assert await db.fetch_dicts(read) == [{"status": None}]
    assert [row.status for row in await db.fetch_rows(read)] == [None]
