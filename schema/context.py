from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

import strawberry

from realtime.subscriptions import SubscriptionService
from schema.loaders import Loaders
from services import unit_of_work
from services.principal import Principal
from services.unit_of_work import GenerationRunnerPort, UnitOfWork
from storage.reader import Reader
from storage.tenancy import Tenancy


@dataclass(slots=True)
class Context:
    """What a resolver may reach: who is calling, a transaction to change things in, short reads."""

    principal: Principal
    tenancy: Tenancy
    writer: GenerationRunnerPort
    streams: SubscriptionService
    _loaders: Loaders | None = field(init=False, default=None)
    #: Whether the response writer formats datetimes itself: see `execution.compiled.scalars`.
    keeps_datetimes: bool = field(default=False, init=False)

    @property
    def reader(self) -> Reader:
        return self.tenancy.reader(self.principal.account_id)

    @property
    def loaders(self) -> Loaders:
        """Made when something is loaded: many operations load nothing."""
        if self._loaders is None:
            self._loaders = Loaders(self.reader, self.principal)
        return self._loaders

    def sign_in(self, principal: Principal) -> None:
        """Over a WebSocket it is said who is calling after all else is there."""
        self.principal = principal
        self._loaders = None

    def for_viewer(self, principal: Principal) -> "Context":
        """The same places to reach, by somebody and for something of its own."""
        return Context(principal, self.tenancy, self.writer, self.streams)

    def unit_of_work(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """One mutation is one of these: committed when the block ends."""
        return unit_of_work.begin_unit_of_work(self.tenancy, self.principal, self.writer)


Info = strawberry.Info[Context, None]
