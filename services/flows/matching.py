"""Which flows fit a problem as somebody describes it.

The other way round than a search engine: an intake is long and full of side remarks, a symptom
is short. So each symptom of a flow is looked for in the text, and the best one counts. Score of
a symptom: 0.6 x the square of the share of its words that occur (stemmed), for half a symptom is
much less than half a match; 0.4 x how alike it is to some part of the text in trigrams, which
forgives typing errors. That is looked at where at least one of its words occurs: it takes a
tenth of a millisecond for a page of text, and there are hundreds of symptoms. The words of the
text are taken out of it once, and of the symptoms of those flows alone that have one of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Float, Text, Uuid, text
from sqlalchemy.ext.asyncio import AsyncSession

from storage.reader import Reader
from storage.statements import Query
from storage.transactions import Transaction

#: A flow below this is not worth mentioning.
WORTH_MENTIONING = 0.3
READ_CHARS = 2_000


@dataclass(frozen=True, slots=True)
class FlowMatch:
    flow_id: UUID
    title: str
    domain: str
    score: float


BEST: Query[Any] = Query(
    text(
        """
    WITH said AS MATERIALIZED (SELECT tsvector_to_array(to_tsvector('english', :said)) AS words)
    SELECT f.id AS flow_id, f.title, f.domain, best.score
    FROM said
    -- Most flows have none of the words, which is told at once by what is indexed of them.
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
    ).columns(flow_id=Uuid, title=Text, domain=Text, score=Float)
)

NOTE_USE = text(
    """
    INSERT INTO flow_uses AS u (account_id, flow_id, usage_count, last_matched_at)
    VALUES (:account_id, :id, 1, now())
    ON CONFLICT (account_id, flow_id)
        DO UPDATE SET usage_count = u.usage_count + 1, last_matched_at = now()
    """
)

#: Of no more than the last thousand, which say more of the flow as it is than all would.
NOTE_OUTCOME = text(
    """
    UPDATE flow_uses SET success_rate = (
        SELECT avg((status = 'resolved')::int) FROM (
            SELECT status FROM ai_sessions
            WHERE matched_flow_id = :id AND account_id = :account_id
                AND status IN ('resolved', 'escalated', 'abandoned')
            ORDER BY created_at DESC LIMIT 1000) AS finished
    ) WHERE flow_id = :id AND account_id = :account_id
    """
)


async def best_matches(
    db: Transaction | Reader, account_id: UUID, said: str, *, most: int = 3
) -> Sequence[FlowMatch]:
    """The flows that fit best, best first, with a score of 0 to 1."""
    rows = await db.fetch_rows(
        BEST, said=said[:READ_CHARS].lower(), account_id=account_id, most=most
    )
    matches = [FlowMatch(r.flow_id, r.title, r.domain, round(min(r.score, 1.0), 3)) for r in rows]
    return [match for match in matches if match.score >= WORTH_MENTIONING]


async def count_flow_use(db: AsyncSession, account_id: UUID, flow_id: UUID) -> None:
    await db.execute(NOTE_USE, {"account_id": account_id, "id": flow_id})


async def update_success_rate(db: AsyncSession, account_id: UUID, flow_id: UUID) -> None:
    """Renew the share of the account's last finished sessions on this flow that ended resolved."""
    await db.execute(NOTE_OUTCOME, {"account_id": account_id, "id": flow_id})
