"""Brings the bundled flows into the database, and takes out those no longer bundled."""

import hashlib
from collections.abc import Sequence

import orjson
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

import models
from services.flows.library import FlowFile

F = models.Flow
KEY = [F.account_id, F.slug]


async def sync_flows(db: AsyncSession, flows: Sequence[FlowFile]) -> int:
    """Write what has changed; return how many flows that were."""
    known = dict(
        (await db.execute(select(F.slug, F.content_hash).where(F.account_id.is_(None)))).all()
    )
    changed = [flow for flow in flows if known.get(flow.slug) != content_hash(flow)]
    for flow in changed:
        await write(db, flow)
    await db.execute(
        delete(F).where(F.account_id.is_(None), F.slug.not_in([flow.slug for flow in flows]))
    )
    return len(changed)


async def write(db: AsyncSession, flow: FlowFile) -> None:
    content = {
        "title": flow.title,
        "description": flow.description,
        "domain": flow.domain,
        "tags": list(flow.tags),
        "tree": flow.tree,
        "symptoms": "\n".join(flow.symptoms),
        "content_hash": content_hash(flow),
        "updated_at": func.now(),
    }
    row = insert(F).values(id=uuid7(), account_id=None, slug=flow.slug, **content)
    await db.execute(row.on_conflict_do_update(index_elements=KEY, set_=content))


def content_hash(flow: FlowFile) -> str:
    content = flow.model_dump(mode="json")
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
