import strawberry

from resolvers.permissions import VIEWER_UP
from schema.context import Info
from schema.flows import FlowMatch
from services import limits, text_validation
from services.flows import matching


@strawberry.field(
    extensions=[VIEWER_UP],
    description="Which flow a guided session would follow for this description of a problem, as "
    "`createSession` chooses it. Writes nothing. Null where no flow comes near.",
)
async def match_flow(info: Info, text: str) -> FlowMatch | None:
    said = text_validation.optional_text(text, "The text", at_most=limits.INTAKE_CHARS)
    if said is None:
        return None
    context = info.context
    matches = await matching.best_matches(
        context.reader, context.principal.account_id, said, most=1
    )
    if not matches:
        return None
    [best] = matches
    row = await info.context.loaders.flow.load(best.flow_id)
    return FlowMatch.from_match(best, row) if row else None
