"""Who may use an operation at all; `services.sessions.access` decides per session."""

from collections.abc import Awaitable
from inspect import isawaitable
from typing import Any

from strawberry.extensions import FieldExtension
from strawberry.types.field import StrawberryField

from models import Role
from schema.context import Info
from services.errors import Forbidden


class RequiresRole(FieldExtension):
    """Declares the least role that may use a field of Query, Mutation or Subscription."""

    def __init__(self, role: Role) -> None:
        self.role = role

    def apply(self, field: StrawberryField) -> None:
        note = f" Needs the role {self.role.name} or more."
        # A field may be part of several schemas.
        if self.role is not Role.VIEWER and not str(field.description).endswith(note):
            field.description = f"{field.description}{note}"

    def check(self, info: Info) -> None:
        if info.context.principal.role.rank < self.role.rank:
            raise Forbidden(f"This needs the role {self.role.name} or more.")

    def resolve(self, next_: Any, source: Any, info: Info, **given: Any) -> Any:
        self.check(info)
        return next_(source, info, **given)

    async def resolve_async(self, next_: Any, source: Any, info: Info, **given: Any) -> Any:
        self.check(info)
        result: Awaitable[Any] | Any = next_(source, info, **given)
        return await result if isawaitable(result) else result


#: Everybody who belongs to the account.
VIEWER_UP = RequiresRole(Role.VIEWER)
#: Those who work on sessions: an engineer on their own, a lead and an administrator on all.
ENGINEER_UP = RequiresRole(Role.ENGINEER)
