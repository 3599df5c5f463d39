"""The role that an operation requires; `services.sessions.access` decides for each session."""

from collections.abc import Awaitable, Callable
from functools import partial
from inspect import isawaitable
from typing import Any

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.types.field import StrawberryField

from models import Role
from resolvers.stored_texts import RedactsStoredTexts
from schema.context import Info
from services.errors import Forbidden


class RequiresRole(FieldExtension):
    """Declares the lowest role that may use a field of Query, Mutation or Subscription."""

    def __init__(self, role: Role) -> None:
        self.role = role

    def apply(self, field: StrawberryField) -> None:
        note = f" Requires the role {self.role.name} or higher."
        # A field may be part of several schemas.
        if self.role is not Role.VIEWER and not str(field.description).endswith(note):
            field.description = f"{field.description}{note}"

    def check(self, info: Info) -> None:
        if info.context.principal.role.rank < self.role.rank:
            raise Forbidden(f"This requires the role {self.role.name} or higher.")

    def resolve(self, next_: Any, source: Any, info: Info, **arguments: Any) -> Any:
        self.check(info)
        return next_(source, info, **arguments)

    async def resolve_async(self, next_: Any, source: Any, info: Info, **arguments: Any) -> Any:
        self.check(info)
        result: Awaitable[Any] | Any = next_(source, info, **arguments)
        return await result if isawaitable(result) else result


#: All users of the account.
VIEWER_UP = RequiresRole(Role.VIEWER)
#: Users who work on sessions: engineers on their own, leads and administrators on all.
ENGINEER_UP = RequiresRole(Role.ENGINEER)
#: Users who administer the account.
ADMIN_ONLY = RequiresRole(Role.ADMIN)

#: Strawberry's decorators with the role that the operation requires.
viewer_query: Callable[..., Any] = partial(strawberry.field, extensions=[VIEWER_UP])
viewer_subscription: Callable[..., Any] = partial(strawberry.subscription, extensions=[VIEWER_UP])
engineer_mutation: Callable[..., Any] = partial(
    strawberry.mutation, extensions=[ENGINEER_UP, RedactsStoredTexts()]
)
admin_mutation: Callable[..., Any] = partial(strawberry.mutation, extensions=[ADMIN_ONLY])
