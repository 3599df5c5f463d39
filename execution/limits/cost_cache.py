"""The costs of one operation, by the sizes that its variables give."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from execution.limits.complexity import SizeVariable
from execution.limits.list_sizes import clamp_size

#: Clients use one or two page sizes. The document cache accounts for an operation by the length of
#: its text only, so the number of costs per operation must be small.
MAX_COSTS_PER_OPERATION = 8

#: Size by name of the variable; None where the value is no number.
Sizes = Mapping[str, int | None]


class OperationCost(NamedTuple):
    """What the response of an operation could hold at most."""

    fields: int
    #: See `value_sizes`.
    bytes: int


@dataclass(slots=True)
class CostCache:
    """The costs of one operation."""

    variables: Mapping[str, SizeVariable]
    known: dict[tuple[int | None, ...], OperationCost] = field(default_factory=dict)

    def get(
        self, variables: Mapping[str, Any], compute: Callable[[Sizes], OperationCost]
    ) -> OperationCost:
        sizes = tuple(
            clamp_size(variables.get(name, each.default), each.maximum)
            for name, each in self.variables.items()
        )
        cost = self.known.get(sizes)
        if cost is None:
            if len(self.known) >= MAX_COSTS_PER_OPERATION:
                self.known.clear()
            cost = self.known[sizes] = compute(dict(zip(self.variables, sizes, strict=True)))
        return cost
