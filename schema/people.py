from typing import Self
from uuid import UUID

import strawberry

import models
from execution.field_metadata import MAX_BYTES
from queries.by_id import DeskAccount
from schema import ids
from schema.context import Info
from schema.descriptions import TIME_ZONE
from schema.ids import Node
from schema.loaders import require_row
from services import limits


@strawberry.type(description="Tenant: the support desk of one company.")
class Account(Node):
    name: str = strawberry.field(description="Display name of the account.")
    time_zone: str = strawberry.field(
        description=TIME_ZONE, metadata={MAX_BYTES: limits.TIME_ZONE_CHARS}
    )

    @classmethod
    def from_row(cls, row: DeskAccount) -> Self:
        return cls(
            id=ids.encode_global_id("Account", row.id),
            name=row.name,
            time_zone=row.desk_time_zone,
        )


@strawberry.type(description="Person or machine that works on an account's sessions.")
class User(Node):
    name: str = strawberry.field(description="Display name.")
    email: str = strawberry.field(
        description="E-mail address; unique within the account, in any case.",
        metadata={MAX_BYTES: limits.EMAIL_CHARS},
    )
    role: models.Role = strawberry.field(description="Role that decides on the user's rights.")
    account_id: strawberry.Private[UUID]

    @classmethod
    def from_row(cls, row: models.User) -> Self:
        return cls(
            id=ids.encode_global_id("User", row.id),
            name=row.name,
            email=row.email,
            role=row.role,
            account_id=row.account_id,
        )

    @strawberry.field(description="Account that the user belongs to.")
    async def account(self, info: Info) -> Account:
        row = await info.context.loaders.account.load(self.account_id)
        return Account.from_row(require_row(row, "account"))


async def load_user(info: Info, user_id: UUID) -> User:
    return User.from_row(require_row(await info.context.loaders.user.load(user_id), "user"))


async def load_user_or_none(info: Info, user_id: UUID | None) -> User | None:
    row = await info.context.loaders.user.load(user_id) if user_id else None
    return User.from_row(row) if row else None
