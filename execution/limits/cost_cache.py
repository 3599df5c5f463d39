"""What an operation costs, remembered by the sizes of those pages that variables size."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from execution.limits.list_sizes import clamp_page_size

#: Of one operation. Clients ask for pages of one size or two. How many operations are kept goes by
#: the length of their texts alone, so there must not be many sizes of each.
MAX_COSTS_PER_OPERATION = 8

#: Of pages, by the variable: none where its value is no number.
PageSizes = Mapping[str, int | None]


@dataclass(slots=True)
class CostCache:
    """Of one operation."""

    #: The variables that its cost may depend on, and what they are where a request does not say.
    defaults: PageSizes
    known: dict[tuple[int | None, ...], int] = field(default_factory=dict)

    def get(self, variables: Mapping[str, Any], measured: Callable[[PageSizes], int]) -> int:
        sizes = tuple(
            clamp_page_size(variables.get(name, default)) for name, default in self.defaults.items()
        )
        cost = self.known.get(sizes)
        if cost is None:
            if len(self.known) >= MAX_COSTS_PER_OPERATION:
                self.known.clear()
            cost = self.known[sizes] = measured(dict(zip(self.defaults, sizes, strict=True)))
        return cost
