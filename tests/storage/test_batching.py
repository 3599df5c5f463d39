"""Several statements that are sent as one."""

from sqlalchemy import text
from sqlalchemy.types import Uuid

from storage.statements import Statement
from storage.transactions import BatchStatement, PendingWrite
from tests import factories
from tests.superuser import as_owner

RENAME = Statement("UPDATE ai_sessions SET title = :title WHERE id = :id", id=Uuid())
TITLES = text("SELECT id, title FROM ai_sessions")


def test_places_go_on_behind_those_of_the_statement_before():
    both = BatchStatement(Statement("SELECT :a, :b, :a"), Statement("SELECT :b"))
    assert both.sql == "WITH part_0 AS (SELECT $1, $2, $1) SELECT $3"
    assert both.arguments({"each": [{"a": 1, "b": 2}, {"b": 3}]}) == [1, 2, 3]


def test_more_than_nine_places_are_told_apart():
    many = Statement("SELECT " + ", ".join(f":v{n}" for n in range(11)))
    both = BatchStatement(many, many)
    assert both.sql.endswith(", $21, $22")
    assert "$11) SELECT $12, " in both.sql


def test_one_alone_is_as_it_was():
    assert BatchStatement(RENAME).sql == RENAME.sql


async def test_each_does_what_it_does_alone_and_no_more(running, ana, eve):
    mine = [factories.chat_session(ana), factories.chat_session(ana)]
    theirs = factories.chat_session(eve, title="Eve's")
    await factories.save(running, *mine, theirs)
    rows = [*mine, theirs]
    async with running.tenancy.for_account(ana.account_id).transaction() as db:
        each = [
            PendingWrite(RENAME, {"id": row.id, "title": f"No. {n}"}) for n, row in enumerate(rows)
        ]
        await db.execute_batch(each)
    async with as_owner(running) as db:
        titles = dict((await db.execute(TITLES)).all())
    assert [titles[row.id] for row in rows] == ["No. 0", "No. 1", "Eve's"]
