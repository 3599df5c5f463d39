"""Matches flows against a problem as a user describes it.

This is the reverse of full-text search: an intake is long and full of side remarks, a symptom is
short. So each symptom of a flow is looked up in the text, and the best one counts. The score of a
symptom is 0.6 times the squared share of its stemmed words that occur (half a symptom is much less
than half a match) plus 0.4 times its trigram similarity to a part of the text, which tolerates
typing errors. The similarity is computed only for symptoms with at least one word in common: it
takes 0.1 ms for a page of text, and there are hundreds of symptoms. The words of the text are
extracted once, and those of symptoms only for flows that have one of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import models
from services.flows import store
from services.indexed_text import prepare_indexed_text
from services.unit_of_work import UnitOfWork
from storage.reader import Reader
from storage.transactions import Transaction

MIN_SCORE = 0.3
#: The rest of a longer text is not matched.
MATCHED_CHARS = 2_000


@dataclass(frozen=True, slots=True)
class FlowMatch:
    flow_id: UUID
    title: str
    domain: str
    score: float


async def best_matches(
    db: Transaction | Reader, account_id: UUID, said: str, *, most: int = 3
) -> Sequence[FlowMatch]:
    """The flows that match best, best first, with scores from 0 to 1."""
    said = prepare_indexed_text(said[:MATCHED_CHARS].lower())
    rows = await db.fetch_rows(store.BEST_MATCHES, said=said, account_id=account_id, most=most)
    matches = [FlowMatch(r.flow_id, r.title, r.domain, round(min(r.score, 1.0), 3)) for r in rows]
    return [match for match in matches if match.score >= MIN_SCORE]


async def suggest_flows(work: UnitOfWork, session: models.AISession, *said: str | None) -> None:
    """Set the suggested flows of a session, unless it has some.

    The first text that describes a problem counts; not every session begins with one.
    """
    text = "\n".join(filter(None, said))
    if session.suggested_flow_ids or not text:
        return
    # The matching does not depend on pending changes of the session.
    with work.transaction.orm.no_autoflush:
        matches = await best_matches(work.transaction, work.principal.account_id, text)
    if matches:
        session.suggested_flow_ids = [{"id": str(m.flow_id), "score": m.score} for m in matches]
