from typing import Annotated

import strawberry

from resolvers.permissions import viewer_query
from schema.context import Info
from schema.flows import FlowMatch
from services import input_validation, limits
from services.flows import matching


@viewer_query(
    description="Flow that a guided session would follow for this problem; null if none comes "
    "near. Changes nothing."
)
async def match_flow(
    info: Info,
    text: Annotated[
        str,
        strawberry.argument(
            description=f"Description of the problem, at most {limits.INTAKE_CHARS:,} characters."
        ),
    ],
) -> FlowMatch | None:
    problem = input_validation.optional_text(text, "The text", "text", at_most=limits.INTAKE_CHARS)
    if problem is None:
        return None
    context = info.context
    matches = await matching.best_matches(
        context.reader, context.principal.account_id, problem, most=1
    )
    if not matches:
        return None
    [best] = matches
    row = await info.context.loaders.flow.load(best.flow_id)
    return FlowMatch.from_match(best, row) if row else None
