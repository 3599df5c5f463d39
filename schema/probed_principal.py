"""Detects whether a resolver depends on who the viewer is."""

from collections.abc import Callable
from uuid import UUID

from services.principal import Principal


class ProbedPrincipal(Principal):
    """A principal that calls `on_identity_read` when its `user_id` is read."""

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
