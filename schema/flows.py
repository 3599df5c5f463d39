from typing import Self

import strawberry
from strawberry.scalars import JSON

import models
from schema import ids
from schema.node import Node


@strawberry.type(description="A troubleshooting decision tree of the library.")
class Flow(Node):
    slug: str = strawberry.field(description="Its name in links; unique within an account.")
    title: str
    description: str
    domain: str
    tags: list[str]
    usage_count: int = strawberry.field(description="How many sessions have followed it.")
    success_rate: float | None = strawberry.field(
        description="The share of finished sessions on it that ended resolved, 0 to 1."
    )
    tree: JSON = strawberry.field(
        description="`root` names the first of `nodes`: decisions, actions and solutions."
    )

    @classmethod
    def from_row(cls, row: models.Flow) -> Self:
        return cls(
            id=ids.encode("Flow", row.id),
            slug=row.slug,
            title=row.title,
            description=row.description,
            domain=row.domain,
            tags=row.tags,
            usage_count=row.usage_count,
            success_rate=row.success_rate,
            tree=JSON(row.tree),
        )
