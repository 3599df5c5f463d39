"""Which flows a session keeps in view."""

import models
from services.flows import matching
from services.unit_of_work import UnitOfWork


async def suggest_flows(work: UnitOfWork, session: models.AISession, *said: str | None) -> None:
    """Note the flows that fit what was said, unless some are noted: the first words that
    describe a problem count, and not every session begins with them."""
    words = "\n".join(filter(None, said))
    if session.suggested_flow_ids or not words:
        return
    # What is changed already need not be written for this.
    with work.db.no_autoflush:
        matches = await matching.best_matches(work.transaction, work.principal.account_id, words)
    if matches:
        session.suggested_flow_ids = [{"id": str(m.flow_id), "score": m.score} for m in matches]
