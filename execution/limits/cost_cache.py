"""Caches the cost of an operation by the page sizes that its variables give."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from execution.limits.list_sizes import clamp_page_size
from execution.limits.operation_limits import PageLimits

#: Clients use one or two page sizes. The document cache accounts for an operation by the length of
#: its text only, so the number of costs per operation must be small.
MAX_COSTS_PER_OPERATION = 8

#: Page size by name of the variable; None where the value is no number.
PageSizes = Mapping[str, int | None]


@dataclass(slots=True)
class CostCache:
    """The costs of one operation."""

    #: The variables that the cost may depend on, and their default values.
    defaults: PageSizes
    pages: PageLimits
    known: dict[tuple[int | None, ...], int] = field(default_factory=dict)

    def get(self, variables: Mapping[str, Any], compute: Callable[[PageSizes], int]) -> int:
        sizes = tuple(
            clamp_page_size(variables.get(name, default), self.pages)
            for name, default in self.defaults.items()
        )
        cost = self.known.get(sizes)
        if cost is None:
            if len(self.known) >= MAX_COSTS_PER_OPERATION:
                self.known.clear()
            cost = self.known[sizes] = compute(dict(zip(self.defaults, sizes, strict=True)))
        return cost
