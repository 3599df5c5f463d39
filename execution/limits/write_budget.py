"""How much a viewer may have written at once: validating, storing, indexing and redacting a text
takes time that grows with its length."""

from collections.abc import Callable, Hashable

from execution.limits.errors import RequestRejected
from execution.limits.operation_limits import OperationLimits
from execution.limits.shared_budget import SharedBudget

#: Characters that the shortest mutation counts as.
LEAST_CHARS = 4_000
#: There is no limit for all viewers together.
UNLIMITED = 10**12


class TooManyWrites(RequestRejected):
    """The viewer's other mutations have taken too long; a later attempt may succeed."""

    is_counted = True

    def __init__(self) -> None:
        super().__init__(
            "TOO_MANY_WRITES", "Too many of your changes are under way. Try again later."
        )


def ignore_refusal(_: Hashable) -> None:
    """Nobody counts refusals."""


class WriteBudget(SharedBudget):
    """Characters of the texts in the mutations that are under way, of each viewer."""

    def __init__(self, limits: OperationLimits) -> None:
        super().__init__(UNLIMITED, limits.write_chars, limits.response.wait_seconds)
        #: Called with the viewer whose mutation is rejected.
        self.on_refusal: Callable[[Hashable], None] = ignore_refusal

    def reject_waiter(self, owner: Hashable) -> RequestRejected:
        self.on_refusal(owner)
        return TooManyWrites()
