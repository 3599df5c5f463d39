"""Shared execution of subscriptions: one result per event for all viewers with the same selection.

Viewers share a result if they have the same operation text, operation, variables and viewer group.
Which events a viewer gets (account, session, filter, cursor) depends on the event source alone. If
a resolver has read who the viewer is, the result is for that viewer only.

`ExecutorFactory` creates the executors in half the time of the library's constructors, whose three
levels pass on many arguments that are the same for each operation of a schema. `Schema.execute`
takes 8 µs instead of 11 for the smallest query, see `benchmarks/compiled_execution.py`.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine, Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Self, TypeVar, cast

from graphql import (
    ExecutionResult as LibraryResult,
)
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    default_field_resolver,
    default_type_resolver,
    parse,
)
from graphql.execution.executor import CollectedErrors
from graphql.pyutils import RefMap
from strawberry.execution import optimized_is_awaitable
from strawberry.types.execution import ExecutionResult

from execution.compiled.plan_cache import PlannedExecutor
from execution.limits.operation_limits import DEFAULT_LIMITS
from execution.operations import (
    NO_VARIABLES,
    ExecutableOperation,
    find_variables,
    list_operations,
)
from execution.protocols import ViewerContext
from realtime.broadcast import EventBatch, SharedEvent

Event = TypeVar("Event", bound=SharedEvent)


@dataclass(frozen=True, slots=True)
class SharedEvents:
    """The value of a subscription field: a batch of events, and their mapping to GraphQL types."""

    batch: EventBatch[Any]
    to_graphql_event: Callable[[Any], object]


def share_events(batch: EventBatch[Event], to_graphql_event: Callable[[Event], object]) -> Any:
    """What a subscription resolver yields in place of its events.

    `to_graphql_event` runs once per event and shared result, when a viewer is to receive it. The
    type is Any, because Strawberry expects the type of a single event.
    """
    return SharedEvents(batch, to_graphql_event)


@dataclass(eq=False, slots=True)
class SharedResult(ExecutionResult):
    """The result of one event for several viewers."""

    #: The only viewer that may receive it; None for all viewers with the same share key.
    viewer_key: Hashable | None = None
    #: Of the result as JSON: what is larger is not sent.
    max_bytes: int = DEFAULT_LIMITS.response.bytes
    #: The result as JSON. The first transport that needs it stores it here.
    encoded: bytes | None = None


class ViewerProbe:
    """Records whether an execution has read who the viewer is."""

    __slots__ = ("was_read",)

    def __init__(self) -> None:
        self.was_read = False

    def record_read(self) -> None:
        self.was_read = True


class SharedExecutor(PlannedExecutor):
    """Executes shared events once for all viewers; other operations as its base class does."""

    context_value: ViewerContext

    def execute_operation(self, serially: bool | None = None) -> Any:
        events = self.root_value
        if isinstance(events, SharedEvents):
            return EventBatch(self._results_for_viewer(events), events.batch.subscribers)
        return super().execute_operation(serially)

    def _results_for_viewer(
        self, events: SharedEvents
    ) -> Iterator[SharedResult | asyncio.Future[SharedResult] | None]:
        """The results of one viewer, in the form of `EventBatch.events`."""
        viewer = self.context_value.viewer_key
        shared = (*share_key(self), self.context_value.viewer_group)
        own = (*shared, viewer)
        for event in cast("Iterator[SharedEvent | None]", events.batch.events):
            if event is None:
                yield None
                continue
            cache = event.shared_results
            result = cache.results.get(shared)
            if result is None or result.viewer_key is not None:
                execute = partial(self._execute_event, event, events.to_graphql_event)
                while not isinstance(result := cache.get(shared, execute), SharedResult):
                    yield result
                if result.viewer_key not in (None, viewer):
                    while not isinstance(result := cache.get(own, execute), SharedResult):
                        yield result
            yield result

    def _execute_event(
        self, event: SharedEvent, to_graphql_event: Callable[[Any], object]
    ) -> SharedResult | Coroutine[Any, Any, SharedResult]:
        viewer, probe = self.context_value, ViewerProbe()
        try:
            executor: Self = cast("Self", self.build_per_event_executor(to_graphql_event(event)))
            # A context of its own: this viewer may leave before the result is there.
            executor.context_value = viewer.for_viewer(probe.record_read)
            result: Any = super(SharedExecutor, executor).execute_operation(serially=False)
        except Exception as error:
            return self._error_result(error)
        if isinstance(result, LibraryResult):
            return executor._to_shared_result(result, viewer.viewer_key, probe)
        return executor._await_shared_result(result, viewer.viewer_key, probe)

    async def _await_shared_result(
        self, result: Any, viewer_key: Hashable, probe: ViewerProbe
    ) -> SharedResult:
        try:
            return self._to_shared_result(await result, viewer_key, probe)
        except Exception as error:
            return self._error_result(error)

    def _to_shared_result(
        self, result: LibraryResult, viewer_key: Hashable, probe: ViewerProbe
    ) -> SharedResult:
        mask_error = self.strawberry_schema.error_masker.mask_error
        errors = [mask_error(error) for error in result.errors or ()]
        only_for = viewer_key if probe.was_read else None
        return SharedResult(
            result.data,
            errors or None,
            viewer_key=only_for,
            max_bytes=self.strawberry_schema.limits.response.bytes,
        )

    def _error_result(self, error: Exception) -> SharedResult:
        """For an exception outside of any field."""
        masker = self.strawberry_schema.error_masker
        return SharedResult(
            None, [masker.mask_error(GraphQLError(str(error), original_error=error))]
        )


def share_key(executor: SharedExecutor) -> tuple[Hashable, ...]:
    """What the results of an event depend on, apart from the viewer."""
    operation = executor.operation
    assert operation.loc is not None
    used = selection_variables(operation, executor.fragment_definitions.values())
    given = executor.variable_values.coerced
    values = {name: given[name] for name in used if name in given}
    return (
        operation.loc.source.body,
        operation.loc.start,
        json.dumps(values, sort_keys=True, default=repr),
    )


def selection_variables(
    operation: OperationDefinitionNode, fragments: Iterable[FragmentDefinitionNode]
) -> set[str]:
    """Variables that the selection of a subscription uses.

    The arguments of the subscription's field do not count: they decide which events a viewer gets,
    not what is in them.
    """
    parts: list[Node] = [*fragments, *(operation.directives or ())]
    for selection in operation.selection_set.selections:
        if isinstance(selection, FieldNode) and selection.selection_set:
            parts += [*(selection.directives or ()), selection.selection_set]
        else:
            parts.append(selection)
    return find_variables(parts)


#: Types of the attributes that are empty at first and belong to one executor alone.
MUTABLE_STATE = (CollectedErrors, RefMap, dict, list, set)
[SAMPLE_OPERATION] = list_operations(parse("{ __typename }"))

construct_executor = partial(
    SharedExecutor,
    field_resolver=default_field_resolver,
    type_resolver=default_type_resolver,
    subscribe_field_resolver=default_field_resolver,
    is_awaitable=optimized_is_awaitable,
)


class ExecutorFactory:
    """Copies the attributes of a sample executor that the constructor has made."""

    def __init__(self, schema: GraphQLSchema, *, hide_suggestions: bool) -> None:
        self._construct = partial(
            construct_executor, schema=schema, hide_suggestions=hide_suggestions
        )
        arguments = executor_arguments(SAMPLE_OPERATION, NO_VARIABLES)
        sample = vars(self._construct(**arguments))
        state = {name: value for name, value in sample.items() if name not in arguments}
        self._shared = {k: v for k, v in state.items() if not isinstance(v, MUTABLE_STATE)}
        self._own = [(k, type(v)) for k, v in state.items() if isinstance(v, MUTABLE_STATE)]

    def create(self, operation: ExecutableOperation, *arguments: Any) -> SharedExecutor:
        """`arguments` are those of `executor_arguments`, after the operation."""
        attributes = executor_arguments(operation, *arguments)
        if operation.node.directives:
            # Directives of the operation may change how the constructor sets up the executor.
            return self._construct(**attributes)
        executor = object.__new__(SharedExecutor)
        state = vars(executor)
        state.update(self._shared)
        for name, type_ in self._own:
            state[name] = type_()
        state.update(attributes)
        return executor


def executor_arguments(
    operation: ExecutableOperation,
    values: Any,
    root: Any = None,
    context: Any = None,
    extensions: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Arguments of the constructor, which are also the names of the attributes."""
    return {
        "operation": operation.node,
        "fragment_definitions": operation.fragment_definitions,
        "fragments": operation.fragments,
        "variable_values": values,
        "root_value": root,
        "context_value": context,
        "operation_extensions": extensions,
    }
