"""The context of an operation: who calls, and what a resolver may use."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Any, cast
from uuid import UUID

import strawberry

from models import Role
from queries.opaque_cursors import CursorCipher
from realtime.subscriptions import SubscriptionService
from schema.loaders import Loaders
from services import unit_of_work
from services.limits import SearchLimits
from services.principal import Principal
from services.unit_of_work import GenerationRunnerPort, UnitOfWork
from storage.reader import Reader
from storage.transactions import Tenancy

if TYPE_CHECKING:
    from schema.sessions import AISession, ChatSession, GuidedSession


class ProbedPrincipal(Principal):
    """A principal that calls `on_identity_read` when its `user_id` is read: the result of a
    subscription then depends on who the viewer is, and is not shared."""

    __slots__ = ("_on_identity_read", "_user_id")

    _user_id: UUID
    _on_identity_read: Callable[[], object]

    def __init__(self, principal: Principal, on_identity_read: Callable[[], object]) -> None:
        # The base class is frozen.
        keep = object.__setattr__
        keep(self, "_user_id", principal.user_id)
        keep(self, "_on_identity_read", on_identity_read)
        keep(self, "account_id", principal.account_id)
        keep(self, "role", principal.role)

    @property
    def user_id(self) -> UUID:
        self._on_identity_read()
        return self._user_id


@dataclass(slots=True)
class Context:
    """What a resolver may use: the caller, units of work, reads, subscriptions.

    Implements `execution.protocols.ViewerContext`.
    """

    principal: Principal
    tenancy: Tenancy
    generation_runner: GenerationRunnerPort
    subscriptions: SubscriptionService
    cursor_cipher: CursorCipher
    #: `session_loading.load_session`, which the types that it loads cannot import.
    load_session: Callable[["Info", UUID], Awaitable[Any]]
    #: What a search text may contain.
    search_limits: SearchLimits
    #: Whether secrets are masked in what users write before it is stored.
    redacts_stored: bool
    _loaders: Loaders | None = field(init=False, default=None)
    #: Whether the response writer formats datetimes itself: see `execution.compiled.scalars`.
    keeps_datetimes: bool = field(default=False, init=False)

    @property
    def reader(self) -> Reader:
        return self.tenancy.reader(self.principal.account_id)

    @property
    def loaders(self) -> Loaders:
        """Made on first use: many operations load nothing."""
        if self._loaders is None:
            self._loaders = Loaders(self.reader)
        return self._loaders

    def sign_in(self, principal: Principal) -> None:
        """Over a WebSocket the caller is known after the context is made."""
        self.principal = principal
        self._loaders = None

    @property
    def viewer_key(self) -> UUID:
        return self.principal.user_id

    @property
    def viewer_group(self) -> Role:
        return self.principal.role

    def for_viewer(self, on_identity_read: Callable[[], object]) -> "Context":
        """A context of its own for one result of a subscription that viewers may share."""
        return replace(self, principal=ProbedPrincipal(self.principal, on_identity_read))

    def unit_of_work(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """The transaction of a mutation, committed when the block ends."""
        return unit_of_work.begin_unit_of_work(self.tenancy, self.principal, self.generation_runner)


Info = strawberry.Info[Context, None]

#: Sessions, for the types that `schema.sessions` imports.
AnySession = Annotated["AISession", strawberry.lazy("schema.sessions")]
Chat = Annotated["ChatSession", strawberry.lazy("schema.sessions")]
Guided = Annotated["GuidedSession", strawberry.lazy("schema.sessions")]


async def load_any_session(info: Info, session_id: UUID) -> "AISession":
    return cast("AISession", await info.context.load_session(info, session_id))


async def load_chat_session(info: Info, session_id: UUID) -> "ChatSession":
    return cast("ChatSession", await info.context.load_session(info, session_id))


async def load_guided_session(info: Info, session_id: UUID) -> "GuidedSession":
    return cast("GuidedSession", await info.context.load_session(info, session_id))
