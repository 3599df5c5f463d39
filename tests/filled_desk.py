"""A desk with sessions of both types and all that hangs on them, made by the API."""

from sqlalchemy import text

from tests.operations import call, create, ending, guided
from tests.superuser import as_owner

BUSY = """
SELECT EXISTS (SELECT FROM ai_sessions WHERE problem_summary IS NULL)
    OR EXISTS (SELECT FROM ledger WHERE settled_at IS NULL)
"""


async def fill_sessions(api):
    named = {"title": "Mail", "idempotencyKey": "a key"}
    talked = await create(api, "CHAT", "Outlook shows no new mail", **named)
    await ending(api, talked["generation"]["id"])
    led = await guided(api)
    asked = {"sessionId": led["id"], "audience": "EMAIL_DRAFT"}
    update = await call(api, "statusUpdate", "generation { id }", **asked)
    await ending(api, update["generation"]["id"])
    gone = await create(api, "CHAT", "a mistake")
    await ending(api, gone["generation"]["id"])
    await call(api, "deleteSession", "deletedSessionId", sessionId=gone["session"]["id"])


async def is_quiet(running) -> bool:
    """Whether nothing more is done in the background."""
    async with as_owner(running) as db:
        return not await db.scalar(text(BUSY))
