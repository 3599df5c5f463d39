from typing import Self
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

import models
from schema import ids
from schema.context import Info
from schema.ids import Node
from services.flows import matching


@strawberry.type(description="A troubleshooting decision tree of the library.")
class Flow(Node):
    slug: str = strawberry.field(description="Its name in links; unique within an account.")
    title: str
    description: str
    domain: str
    tags: list[str]
    tree: JSON = strawberry.field(
        description="`root` names the first of `nodes`: decisions, actions and solutions."
    )
    key: strawberry.Private[UUID]

    @strawberry.field(description="How many sessions of your account have followed it.")
    async def usage_count(self, info: Info) -> int:
        use = await info.context.loaders.flow_use.load(self.key)
        return use.usage_count if use else 0

    @strawberry.field(
        description="The share of your account's finished sessions on it that ended resolved, "
        "0 to 1."
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


@strawberry.type(description="The flow of the library that fits a description best.")
class FlowMatch:
    flow: Flow
    score: float = strawberry.field(description="How well it fits, 0 to 1.")
    confidence_tier: models.ConfidenceTier = strawberry.field(
        description="What a guided session makes of it. At DISCOVERY it would not follow the flow."
    )

    @classmethod
    def from_match(cls, match: matching.FlowMatch, row: models.Flow) -> Self:
        return cls(
            flow=Flow.from_row(row),
            score=match.score,
            confidence_tier=models.ConfidenceTier.of(match.score),
        )
