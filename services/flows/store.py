"""SQL of the flow library: visibility, matching against a text, usage and synchronisation."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Float, Text, Uuid, cast, delete, func, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY, insert
from uuid_utils.compat import uuid7

import models
from models.base import SHARED_SCOPE
from storage.reader import Reader
from storage.statements import ACCOUNT_ID, Query, Statement, model_columns, param
from storage.transactions import Transaction

F = models.Flow

#: Bundled flows belong to no account, and every account sees them.
VISIBLE_FLOWS = select(F).where(F.scope_id.in_([ACCOUNT_ID, literal(SHARED_SCOPE, Uuid())]))
FLOW_COLUMNS = ("id", "slug", "title", "description", "domain", "tags", "tree")
FLOW_BY_SLUG = Query(
    VISIBLE_FLOWS.where(F.slug == param("slug", Text()))
    .order_by(F.account_id.is_(None))
    .limit(1)
    .with_only_columns(*model_columns(F, *FLOW_COLUMNS)),
    F,
)

BEST_MATCHES: Query[Any] = Query(
    text(
        """
    WITH said AS MATERIALIZED (SELECT tsvector_to_array(to_tsvector('english', :said)) AS words)
    SELECT f.id AS flow_id, f.title, f.domain, best.score
    FROM said
    -- Most flows have none of the words; their search vectors tell that at little cost.
    JOIN flows f ON length(ts_delete(f.search, said.words)) < length(f.search)
    CROSS JOIN LATERAL (
        SELECT max(0.6 * share + 0.4 * word_similarity(symptom, :said)) AS score
        FROM unnest(string_to_array(f.title || E'\\n' || f.symptoms, E'\\n')) AS symptom
        CROSS JOIN LATERAL to_tsvector('english', symptom) AS its_words
        CROSS JOIN LATERAL power((length(its_words) - length(ts_delete(its_words, said.words)))
            / greatest(length(its_words), 2)::float, 2) AS share
        WHERE share > 0
    ) AS best
    LEFT JOIN flow_uses u ON u.flow_id = f.id AND u.account_id = :account_id
    WHERE (f.account_id IS NULL OR f.account_id = :account_id) AND best.score > 0
    ORDER BY best.score DESC, u.last_matched_at DESC NULLS LAST, f.slug
    LIMIT :most
    """
    ).columns(flow_id=Uuid, title=Text, domain=Text, score=Float),
    is_search=True,
)

COUNT_USE = Statement(
    """
    INSERT INTO flow_uses AS u (account_id, flow_id, usage_count, last_matched_at)
    VALUES (:account_id, :flow_id, 1, now())
    ON CONFLICT (account_id, flow_id)
        DO UPDATE SET usage_count = u.usage_count + 1, last_matched_at = now()
    """
)
#: The last thousand sessions say more about the flow as it is today than all sessions would.
UPDATE_SUCCESS_RATE = Statement(
    """
    UPDATE flow_uses SET success_rate = (
        SELECT avg((status = 'resolved')::int) FROM (
            SELECT status FROM ai_sessions
            WHERE matched_flow_id = :flow_id AND account_id = :account_id
                AND status IN ('resolved', 'escalated', 'abandoned')
            ORDER BY created_at DESC LIMIT 1000) AS finished
    ) WHERE flow_id = :flow_id AND account_id = :account_id
    """
)


async def find_flow_by_slug(
    db: Reader | Transaction, account_id: UUID, slug: str
) -> models.Flow | None:
    """A flow of the account takes precedence over a bundled one with the same slug."""
    rows = await db.fetch_rows(FLOW_BY_SLUG, account_id=account_id, slug=slug)
    return rows[0] if rows else None


async def load_flow(db: Transaction, flow_id: UUID) -> models.Flow:
    found = await db.orm.scalars(
        VISIBLE_FLOWS.where(F.id == flow_id), {"account_id": db.account_id}
    )
    return found.one()


async def count_flow_use(db: Transaction, account_id: UUID, flow_id: UUID) -> None:
    await db.execute(COUNT_USE, account_id=account_id, flow_id=flow_id)


async def update_success_rate(db: Transaction, account_id: UUID, flow_id: UUID) -> None:
    """Update the share of the account's closed sessions on this flow that were resolved."""
    await db.execute(UPDATE_SUCCESS_RATE, account_id=account_id, flow_id=flow_id)


async def load_content_hashes(db: Transaction) -> dict[str, str | None]:
    """The content hashes of the bundled flows, by slug."""
    rows = await db.orm.execute(select(F.slug, F.content_hash).where(F.account_id.is_(None)))
    return dict(rows.all())


async def upsert_bundled_flow(
    db: Transaction, slug: str, content: dict[str, Any], lexemes: Sequence[str]
) -> None:
    """`lexemes` are what a search finds the flow by."""
    words = func.array_to_tsvector(cast(list(lexemes), ARRAY(Text)))
    values = {**content, "search_words": words, "updated_at": func.now()}
    row = insert(F).values(id=uuid7(), account_id=None, slug=slug, **values)
    await db.orm.execute(
        row.on_conflict_do_update(index_elements=["account_id", "slug"], set_=values)
    )


async def delete_other_bundled_flows(db: Transaction, slugs: Collection[str]) -> None:
    await db.orm.execute(delete(F).where(F.account_id.is_(None), F.slug.not_in(slugs)))
