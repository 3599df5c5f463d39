"""Which operations have a plan: made on first use, kept as long as there is room."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Hashable, Iterable, Iterator
from functools import partial
from itertools import product

from graphql import (
    DirectiveNode,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    default_field_resolver,
    default_type_resolver,
    visit,
)
from graphql.execution.values import VariableValues
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext as Executor

from execution.compiled.fields import NotCompilable
from execution.compiled.plan import OperationPlan
from execution.operations import NO_VARIABLES, list_operations

#: Of memory, as far as that can be told.
PLAN_CACHE_BYTES = 64_000_000
#: Of one operation: each way in which its parts are included or skipped is one.
MAX_PLANS_PER_OPERATION = 16
#: What an operation takes before any function is made of it.
OPERATION_BYTES = 4_000


class OperationPlans:
    """An operation of a document, and its plans by what is included; or why there is none."""

    def __init__(self, executor: Executor) -> None:
        self.node = executor.operation
        parts: list[Node] = [executor.operation, *executor.fragment_definitions.values()]
        self.directive_variables = find_directive_variables(parts)
        #: Of answers whose times are still to be written out, and of all others.
        self.plans: dict[bool, dict[Hashable, OperationPlan | str]] = {True: {}, False: {}}
        self.size = 0

    def directive_key(self, executor: Executor) -> Hashable:
        if not self.directive_variables:
            return ()
        given = executor.variable_values.coerced
        return tuple(given.get(name) for name in self.directive_variables)

    def directive_values(self, executor: Executor) -> VariableValues:
        """The values of variables that say what is included: no others stay in memory."""
        sources, coerced = executor.variable_values
        return VariableValues(
            {name: sources[name] for name in self.directive_variables if name in sources},
            {name: coerced[name] for name in self.directive_variables if name in coerced},
        )


class PlanCache:
    def __init__(self, max_bytes: int = PLAN_CACHE_BYTES) -> None:
        self.max_bytes = max_bytes
        self.size = 0
        #: How often an operation was left to the library, by the reason.
        self.fallback_counts: Counter[str] = Counter()
        self._trusted: dict[int, OperationPlans] = {}
        self._operations: OrderedDict[int, OperationPlans] = OrderedDict()

    def precompile(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        """Have plans of all its operations from now on, and for good."""
        for executor in executors_for(schema, document):
            operation = self._trusted[id(executor.operation)] = OperationPlans(executor)
            if 2 ** len(operation.directive_variables) > MAX_PLANS_PER_OPERATION:
                continue
            for values in product((True, False), repeat=len(operation.directive_variables)):
                given = dict(zip(operation.directive_variables, values, strict=True))
                executor.variable_values = VariableValues({}, given)
                for keeps_datetimes in (True, False):
                    if isinstance(
                        plan := self._find_plan(executor, keeps_datetimes), OperationPlan
                    ):
                        plan.compile()

    def discard(self, operations: Iterable[OperationDefinitionNode]) -> None:
        """With their document: whoever sends it again asks for others."""
        for node in operations:
            if (forgotten := self._operations.pop(id(node), None)) is not None:
                self.size -= forgotten.size

    def get_plan(
        self, executor: Executor, *, keeps_datetimes: bool = False
    ) -> OperationPlan | None:
        """The plan of what an executor is to run; None where the library has to."""
        found = why_not_compilable(executor) or self._find_plan(executor, keeps_datetimes)
        if isinstance(found, OperationPlan):
            return found
        self.fallback_counts[found] += 1
        return None

    def _find_plan(self, executor: Executor, keeps_datetimes: bool) -> OperationPlan | str:
        operation = self._operation_plans(executor)
        outcome = operation.directive_key(executor)
        plans = operation.plans[keeps_datetimes]
        try:
            return plans[outcome]
        except KeyError:
            if len(plans) >= MAX_PLANS_PER_OPERATION:
                return "directives"
        found = plans[outcome] = self._create_plan(operation, executor, keeps_datetimes)
        return found

    def _create_plan(
        self, operation: OperationPlans, executor: Executor, keeps_datetimes: bool
    ) -> OperationPlan | str:
        grown = partial(self._grow, operation)
        try:
            return OperationPlan(
                executor,
                operation.directive_values(executor),
                grown,
                keeps_datetimes=keeps_datetimes,
            )
        except NotCompilable as unsupported:
            return unsupported.reason
        except (GraphQLError, RecursionError) as error:
            # The library says what is wrong.
            return type(error).__name__

    def _operation_plans(self, executor: Executor) -> OperationPlans:
        # An operation lives as long as it is kept here, so its identity is nobody else's.
        key = id(executor.operation)
        if (found := self._trusted.get(key)) is not None:
            return found
        if (found := self._operations.get(key)) is not None:
            self._operations.move_to_end(key)
            return found
        found = self._operations[key] = OperationPlans(executor)
        self._grow(found, OPERATION_BYTES)
        return found

    def _grow(self, operation: OperationPlans, size: int) -> None:
        operation.size += size
        # What has been forgotten may still be running.
        if self._operations.get(id(operation.node)) is operation:
            self.size += size
            self._make_room()

    def _make_room(self) -> None:
        while self.size > self.max_bytes and len(self._operations) > 1:
            _, forgotten = self._operations.popitem(last=False)
            self.size -= forgotten.size


def executors_for(schema: GraphQLSchema, document: DocumentNode) -> Iterator[Executor]:
    """As they would be made to run each operation, without any variables."""
    resolvers = (default_field_resolver, default_type_resolver, default_field_resolver)
    for operation in list_operations(document):
        yield Executor(
            schema,
            operation.fragment_definitions,
            operation.fragments,
            None,
            None,
            operation.node,
            NO_VARIABLES,
            *resolvers,
        )


def why_not_compilable(executor: Executor) -> str | None:
    """Why no operation of this executor has a plan, if that is so."""
    if executor.middleware_manager and executor.middleware_manager.middlewares:
        return "middleware"
    if executor.abort_signal or executor.hooks or not executor.error_propagation:
        return "unusual execution"
    return None


class DirectiveVariables(Visitor):
    """Variables that say what is included."""

    def __init__(self) -> None:
        super().__init__()
        self.names: dict[str, None] = {}

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        for argument in node.arguments or ():
            if isinstance(argument.value, VariableNode):
                self.names[argument.value.name.value] = None


def find_directive_variables(parts: list[Node]) -> tuple[str, ...]:
    found = DirectiveVariables()
    for part in parts:
        visit(part, found)
    return tuple(found.names)
