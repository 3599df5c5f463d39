"""The compiled plans of operations: created on first use, kept within a memory budget.

`PlannedExecutor` is the library's executor, which runs a plan where there is one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from functools import partial
from itertools import product
from operator import attrgetter
from typing import Any

from graphql import (
    DirectiveNode,
    GraphQLError,
    Node,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)
from graphql.execution.values import VariableValues
from graphql.type.definition import GraphQLResolveInfoHelpers
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext as Executor

from execution.compiled.fields import NotCompilable
from execution.compiled.plan import OperationPlan
from execution.limits.sized_lru import SizedLRU

#: Budget for the estimated memory of all plans.
PLAN_CACHE_BYTES = 64_000_000
#: Each combination of values of its `@skip` and `@include` has a plan of its own.
MAX_PLANS_PER_OPERATION = 16
#: Memory of an operation before any function is compiled.
OPERATION_BYTES = 4_000


class OperationPlans:
    """The plans of one operation by the values of its directives; or why it has none."""

    def __init__(self, executor: Executor) -> None:
        self.node = executor.operation
        parts: list[Node] = [executor.operation, *executor.fragment_definitions.values()]
        self.directive_variables = find_directive_variables(parts)
        #: By `keeps_datetimes`, then by `directive_key`. A string is the reason for the library.
        self.plans: dict[bool, dict[Hashable, OperationPlan | str]] = {True: {}, False: {}}
        #: Estimated bytes.
        self.size = OPERATION_BYTES

    def directive_key(self, executor: Executor) -> Hashable:
        if not self.directive_variables:
            return ()
        given = executor.variable_values.coerced
        return tuple(given.get(name) for name in self.directive_variables)

    def directive_values(self, executor: Executor) -> VariableValues:
        """Only these variables stay in memory with a plan."""
        sources, coerced = executor.variable_values
        return VariableValues(
            {name: sources[name] for name in self.directive_variables if name in sources},
            {name: coerced[name] for name in self.directive_variables if name in coerced},
        )


class PlanCache:
    """Found by the `id()` of the operation's node, which lives as long as its plans."""

    def __init__(self, max_bytes: int = PLAN_CACHE_BYTES) -> None:
        #: How often the library executed an operation, by reason.
        self.fallback_counts: Counter[str] = Counter()
        self._trusted: dict[int, OperationPlans] = {}
        self._operations: SizedLRU[int, OperationPlans] = SizedLRU(max_bytes, attrgetter("size"))

    @property
    def size(self) -> int:
        """Estimated bytes of all plans, without those of trusted documents."""
        return int(self._operations.currsize)

    def precompile(self, executor: Executor) -> None:
        """Compile an operation now, and keep its plans for good. The executor has no variables."""
        operation = self._trusted[id(executor.operation)] = OperationPlans(executor)
        names = operation.directive_variables
        if 2 ** len(names) > MAX_PLANS_PER_OPERATION:
            return
        for values in product((True, False), repeat=len(names)):
            executor.variable_values = VariableValues({}, dict(zip(names, values, strict=True)))
            for keeps_datetimes in (True, False):
                plan = self._find_plan(executor, keeps_datetimes)
                if isinstance(plan, OperationPlan):
                    plan.compile()

    def discard(self, operations: Iterable[OperationDefinitionNode]) -> None:
        """Drop the plans of a document that is no longer cached: nobody has its nodes."""
        for node in operations:
            self._operations.pop(id(node), None)

    def get_plan(
        self, executor: Executor, *, keeps_datetimes: bool = False
    ) -> OperationPlan | None:
        """The plan for the operation of an executor; None if the library has to execute it."""
        found = why_not_compilable(executor) or self._find_plan(executor, keeps_datetimes)
        if isinstance(found, OperationPlan):
            return found
        self.fallback_counts[found] += 1
        return None

    def _find_plan(self, executor: Executor, keeps_datetimes: bool) -> OperationPlan | str:
        operation = self._operation_plans(executor)
        key = operation.directive_key(executor)
        plans = operation.plans[keeps_datetimes]
        try:
            return plans[key]
        except KeyError:
            if len(plans) >= MAX_PLANS_PER_OPERATION:
                return "directives"
        found = plans[key] = self._create_plan(operation, executor, keeps_datetimes)
        return found

    def _create_plan(
        self, operation: OperationPlans, executor: Executor, keeps_datetimes: bool
    ) -> OperationPlan | str:
        values = operation.directive_values(executor)
        on_growth = partial(self._grow, operation)
        try:
            return OperationPlan(executor, values, on_growth, keeps_datetimes=keeps_datetimes)
        except NotCompilable as reason:
            return reason.reason
        except (GraphQLError, RecursionError) as error:
            # The library reports it.
            return type(error).__name__

    def _operation_plans(self, executor: Executor) -> OperationPlans:
        key = id(executor.operation)
        if (trusted := self._trusted.get(key)) is not None:
            return trusted
        if (cached := self._operations.get(key)) is not None:
            return cached
        operation = OperationPlans(executor)
        self._operations.put(key, operation)
        return operation

    def _grow(self, operation: OperationPlans, size: int) -> None:
        operation.size += size
        key = id(operation.node)
        # A plan that is no longer cached may still be executing.
        if self._operations.get(key) is operation:
            self._operations.put(key, operation)


def why_not_compilable(executor: Executor) -> str | None:
    """The reason why no operation of this executor can have a plan."""
    if executor.middleware_manager and executor.middleware_manager.middlewares:
        return "middleware"
    if executor.abort_signal or executor.hooks or not executor.error_propagation:
        return "unusual execution"
    return None


class DirectiveVariables(Visitor):
    """Collects the variables in the arguments of directives."""

    def __init__(self) -> None:
        super().__init__()
        self.names: dict[str, None] = {}

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        for argument in node.arguments or ():
            if isinstance(argument.value, VariableNode):
                self.names[argument.value.name.value] = None


def find_directive_variables(parts: list[Node]) -> tuple[str, ...]:
    visitor = DirectiveVariables()
    for part in parts:
        visit(part, visitor)
    return tuple(visitor.names)


class PlannedExecutor(StrawberryGraphQLCoreExecutionContext):
    """Executes an operation by its compiled plan, or by the library if there is none."""

    @property
    def strawberry_schema(self) -> Any:
        return self.schema._strawberry_schema  # type: ignore[attr-defined]

    @property
    def async_helpers(self) -> GraphQLResolveInfoHelpers:
        """Created on access. The library stores them on the executor, to which they refer back:
        each executed operation would be a reference cycle, left to the garbage collector."""
        return GraphQLResolveInfoHelpers(self.gather_async_work, self.track_async_work)

    @async_helpers.setter
    def async_helpers(self, helpers: GraphQLResolveInfoHelpers) -> None:
        pass

    def execute_operation(self, serially: bool | None = None) -> Any:
        plans: PlanCache | None = self.strawberry_schema.plan_cache
        keeps_datetimes = getattr(self.context_value, "keeps_datetimes", False)
        plan = plans.get_plan(self, keeps_datetimes=keeps_datetimes) if plans else None
        if plan is None:
            return super().execute_operation(serially)
        return plan.execute(self, plan.is_serial if serially is None else serially)
