from typing import Self
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

import models
from execution.field_metadata import MAX_BYTES
from schema import ids
from schema.context import Info
from schema.ids import Node
from services import limits
from services.flows import matching


@strawberry.type(description="Troubleshooting decision tree of the flow library.")
class Flow(Node):
    slug: str = strawberry.field(description="Name for links; unique within an account.")
    title: str = strawberry.field(description="Display name.")
    description: str = strawberry.field(
        description="What the flow troubleshoots.",
        metadata={MAX_BYTES: limits.FLOW_DESCRIPTION_CHARS},
    )
    domain: str = strawberry.field(description='Field of the problem, such as "Active Directory".')
    tags: list[str] = strawberry.field(
        description="Keywords that are matched with a problem.",
        metadata={MAX_BYTES: limits.FLOW_TAGS * limits.TAG_CHARS},
    )
    tree: JSON = strawberry.field(
        description="Object with `root`, the id of the first node, and `nodes`: decisions, "
        "actions and solutions by id.",
        metadata={MAX_BYTES: limits.FLOW_TREE_CHARS},
    )
    key: strawberry.Private[UUID]

    @strawberry.field(description="Number of your account's sessions that followed the flow.")
    async def usage_count(self, info: Info) -> int:
        use = await info.context.loaders.flow_use.load(self.key)
        return use.usage_count if use else 0

    @strawberry.field(
        description="Share of your account's finished sessions on the flow that were resolved, 0"
        " to 1; null without any."
    )
    async def success_rate(self, info: Info) -> float | None:
        use = await info.context.loaders.flow_use.load(self.key)
        return use.success_rate if use else None

    @classmethod
    def from_row(cls, row: models.Flow) -> Self:
        return cls(
            id=ids.encode_global_id("Flow", row.id),
            slug=row.slug,
            title=row.title,
            description=row.description,
            domain=row.domain,
            tags=row.tags,
            tree=JSON(row.tree),
            key=row.id,
        )


@strawberry.type(description="Flow of the library that fits a problem best.")
class FlowMatch:
    flow: Flow = strawberry.field(description="The matching flow.")
    score: float = strawberry.field(description="How well it fits, 0 to 1.")
    confidence_tier: models.ConfidenceTier = strawberry.field(
        description="Tier at this score; at DISCOVERY a session would not follow the flow."
    )

    @classmethod
    def from_match(cls, match: matching.FlowMatch, row: models.Flow) -> Self:
        return cls(
            flow=Flow.from_row(row),
            score=match.score,
            confidence_tier=models.ConfidenceTier.of(match.score),
        )
