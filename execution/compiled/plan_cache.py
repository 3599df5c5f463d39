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

from execution.compiled.fields import Unsupported
from execution.compiled.plan import Plan
from execution.operations import NO_VARIABLES, list_operations

#: Of memory, as far as that can be told.
KEPT_BYTES = 64_000_000
#: Of one operation: each way in which its parts are included or skipped is one.
OUTCOMES = 16
#: What an operation takes before any function is made of it.
FIXED_BYTES = 4_000


class Operation:
    """An operation of a document, and its plans by what is included; or why there is none."""

    def __init__(self, executor: Executor) -> None:
        self.node = executor.operation
        parts: list[Node] = [executor.operation, *executor.fragment_definitions.values()]
        self.switches = switches(parts)
        #: Of answers whose times are still to be written out, and of all others.
        self.plans: dict[bool, dict[Hashable, Plan | str]] = {True: {}, False: {}}
        self.size = 0

    def outcome(self, executor: Executor) -> Hashable:
        if not self.switches:
            return ()
        given = executor.variable_values.coerced
        return tuple(given.get(name) for name in self.switches)

    def decisive(self, executor: Executor) -> VariableValues:
        """The values of variables that say what is included: no others stay in memory."""
        sources, coerced = executor.variable_values
        return VariableValues(
            {name: sources[name] for name in self.switches if name in sources},
            {name: coerced[name] for name in self.switches if name in coerced},
        )


class Plans:
    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self.kept_bytes = kept_bytes
        self.size = 0
        #: How often an operation was left to the library, by the reason.
        self.left: Counter[str] = Counter()
        self._trusted: dict[int, Operation] = {}
        self._operations: OrderedDict[int, Operation] = OrderedDict()

    def trust(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        """Have plans of all its operations from now on, and for good."""
        for executor in executors(schema, document):
            operation = self._trusted[id(executor.operation)] = Operation(executor)
            if 2 ** len(operation.switches) > OUTCOMES:
                continue
            for values in product((True, False), repeat=len(operation.switches)):
                given = dict(zip(operation.switches, values, strict=True))
                executor.variable_values = VariableValues({}, given)
                for keeps_times in (True, False):
                    if isinstance(plan := self._found(executor, keeps_times), Plan):
                        plan.compile()

    def forget(self, operations: Iterable[OperationDefinitionNode]) -> None:
        """With their document: whoever sends it again asks for others."""
        for node in operations:
            if (forgotten := self._operations.pop(id(node), None)) is not None:
                self.size -= forgotten.size

    def get_plan(self, executor: Executor, *, keeps_times: bool = False) -> Plan | None:
        """The plan of what an executor is to run; None where the library has to."""
        found = unfit(executor) or self._found(executor, keeps_times)
        if isinstance(found, Plan):
            return found
        self.left[found] += 1
        return None

    def _found(self, executor: Executor, keeps_times: bool) -> Plan | str:
        operation = self._operation(executor)
        outcome = operation.outcome(executor)
        plans = operation.plans[keeps_times]
        try:
            return plans[outcome]
        except KeyError:
            if len(plans) >= OUTCOMES:
                return "directives"
        found = plans[outcome] = self._made(operation, executor, keeps_times)
        return found

    def _made(self, operation: Operation, executor: Executor, keeps_times: bool) -> Plan | str:
        grown = partial(self._grow, operation)
        try:
            return Plan(executor, operation.decisive(executor), grown, keeps_times=keeps_times)
        except Unsupported as unsupported:
            return unsupported.reason
        except (GraphQLError, RecursionError) as error:
            # The library says what is wrong.
            return type(error).__name__

    def _operation(self, executor: Executor) -> Operation:
        # An operation lives as long as it is kept here, so its identity is nobody else's.
        key = id(executor.operation)
        if (found := self._trusted.get(key)) is not None:
            return found
        if (found := self._operations.get(key)) is not None:
            self._operations.move_to_end(key)
            return found
        found = self._operations[key] = Operation(executor)
        self._grow(found, FIXED_BYTES)
        return found

    def _grow(self, operation: Operation, size: int) -> None:
        operation.size += size
        # What has been forgotten may still be running.
        if self._operations.get(id(operation.node)) is operation:
            self.size += size
            self._make_room()

    def _make_room(self) -> None:
        while self.size > self.kept_bytes and len(self._operations) > 1:
            _, forgotten = self._operations.popitem(last=False)
            self.size -= forgotten.size


def executors(schema: GraphQLSchema, document: DocumentNode) -> Iterator[Executor]:
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


def unfit(executor: Executor) -> str | None:
    """Why no operation of this executor has a plan, if that is so."""
    if executor.middleware_manager and executor.middleware_manager.middlewares:
        return "middleware"
    if executor.abort_signal or executor.hooks or not executor.error_propagation:
        return "unusual execution"
    return None


class Switches(Visitor):
    """Variables that say what is included."""

    def __init__(self) -> None:
        super().__init__()
        self.names: dict[str, None] = {}

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        for argument in node.arguments or ():
            if isinstance(argument.value, VariableNode):
                self.names[argument.value.name.value] = None


def switches(parts: list[Node]) -> tuple[str, ...]:
    found = Switches()
    for part in parts:
        visit(part, found)
    return tuple(found.names)
