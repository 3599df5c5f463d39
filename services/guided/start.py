from uuid import UUID

import models
from models import ConfidenceTier
from services.guided.advance import active_tree, advance_session, count_use, follow_flow
from services.unit_of_work import UnitOfWork


async def start_guided(work: UnitOfWork, session: models.AISession) -> models.Generation | None:
    """Follow the best flow if it fits, and add the first step or start its generation."""
    best = next(iter(session.suggested_flow_ids), None)
    score = best["score"] if best else 0.0
    session.match_score = score if best else None
    session.confidence_tier = ConfidenceTier.of(score)
    session.confidence_score = score
    if best and session.confidence_tier is not ConfidenceTier.DISCOVERY:
        await follow_flow(work, session, UUID(best["id"]))
    tree = await active_tree(work, session)
    generation = await advance_session(work, session, tree, tree.root if tree else None)
    await count_use(work, session)
    return generation
