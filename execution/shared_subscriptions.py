"""Viewers who ask the same of the same moment are answered once.

The same is: the same text of the document, variables and role. Which account, session and filter
it is, and from where on, is the moment's own business. Where working it out has asked who is
looking, the answer is that viewer's alone.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine, Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, Self, TypeVar, cast
from uuid import UUID
from weakref import WeakValueDictionary

from graphql import (
    ExecutionResult as LibraryResult,
)
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    Node,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)
from strawberry.types.execution import ExecutionResult

from execution.compiled.executor import PlannedExecutor
from execution.error_masking import mask_error
from realtime.broadcast import EventBatch
from realtime.single_flight import SingleFlight
from schema.context import Context
from services.principal import Principal


class ShareableEvent(Protocol):
    """Something that happened, of which several viewers may be told."""

    @property
    def shared_results(self) -> SingleFlight[Any]: ...


M = TypeVar("M", bound=ShareableEvent)


@dataclass(frozen=True, slots=True)
class SharedEvents:
    """What a subscription's field answers: moments, and what each is in the words of the API."""

    batch: EventBatch[Any]
    to_graphql_event: Callable[[Any], object]


def share_events(run: EventBatch[M], event_of: Callable[[M], object]) -> Any:
    """Stands for the events themselves, which are made when they are told."""
    return SharedEvents(run, event_of)


@dataclass(eq=False, slots=True)
class SharedResult(ExecutionResult):
    """What several viewers are told."""

    #: Whose alone it is, where it is.
    viewer_id: UUID | None = None
    #: As JSON, once somebody has needed it.
    encoded: bytes | None = None


class ViewerProbe(Principal):
    """A viewer, as far as those who share an answer are alike; it is noted when more is asked."""

    __slots__ = ("_user_id", "was_read")

    _user_id: UUID
    was_read: bool

    def __init__(self, viewer: Principal) -> None:
        keep = object.__setattr__
        keep(self, "_user_id", viewer.user_id)
        keep(self, "account_id", viewer.account_id)
        keep(self, "role", viewer.role)
        keep(self, "is_known", False)

    @property
    def user_id(self) -> UUID:
        object.__setattr__(self, "is_known", True)
        return self._user_id


class SharedExecutor(PlannedExecutor):
    """Runs what many are told but once, for all of them."""

    context_value: Context

    def execute_operation(self, serially: bool | None = None) -> Any:
        if isinstance(self.root_value, SharedEvents):
            return EventBatch(
                self._results_for_viewer(self.root_value), self.root_value.batch.subscribers
            )
        return super().execute_operation(serially)

    def _results_for_viewer(
        self, told: SharedEvents
    ) -> Iterator[SharedResult | asyncio.Future[SharedResult] | None]:
        """What one viewer is told, step by step."""
        viewer = self.context_value.principal
        asked = (*share_key(self), viewer.role)
        ours, mine = intern_key(asked), intern_key((*asked, viewer.user_id))
        for moment in cast("Iterator[ShareableEvent | None]", told.batch.events):
            if moment is None:
                yield None
                continue
            answer = moment.shared_results.results.get(ours)
            if answer is None or answer.viewer_id is not None:
                work = partial(self._execute_event, moment, told.to_graphql_event)
                while not isinstance(answer := moment.shared_results.get(ours, work), SharedResult):
                    yield answer
                if answer.viewer_id not in (None, viewer.user_id):
                    while not isinstance(
                        answer := moment.shared_results.get(mine, work), SharedResult
                    ):
                        yield answer
            yield answer

    def _execute_event(
        self, moment: ShareableEvent, event_of: Callable[[Any], object]
    ) -> SharedResult | Coroutine[Any, Any, SharedResult]:
        try:
            event = event_of(moment)
            executor: Self = cast("Self", self.build_per_event_executor(event))
            onlooker = ViewerProbe(self.context_value.principal)
            # Nothing of a viewer that may leave meanwhile.
            executor.context_value = self.context_value.for_viewer(onlooker)
            result: Any = super(SharedExecutor, executor).execute_operation(serially=False)
        except Exception as error:
            return error_result(error)
        if isinstance(result, LibraryResult):
            return to_shared_result(result, onlooker)
        return await_shared_result(result, onlooker)


async def await_shared_result(result: Any, onlooker: ViewerProbe) -> SharedResult:
    try:
        return to_shared_result(await result, onlooker)
    except Exception as error:
        return error_result(error)


def to_shared_result(result: LibraryResult, onlooker: ViewerProbe) -> SharedResult:
    errors = [mask_error(error) for error in result.errors or ()]
    whose = onlooker._user_id if onlooker.was_read else None
    return SharedResult(result.data, errors or None, viewer_id=whose)


def error_result(error: Exception) -> SharedResult:
    """A mistake of ours, outside of any field."""
    return SharedResult(None, [mask_error(GraphQLError(str(error), original_error=error))])


class ShareKey:
    """Stands for all that viewers ask who are alike. It is found faster than what it stands for."""

    __slots__ = ("__weakref__",)


share_keys: WeakValueDictionary[Hashable, ShareKey] = WeakValueDictionary()


def intern_key(asked: Hashable) -> ShareKey:
    return share_keys.setdefault(asked, ShareKey())


def share_key(executor: SharedExecutor) -> tuple[Hashable, ...]:
    """What is asked of each event."""
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
    """The variables of a subscription, without those that only its one field's arguments use:
    these say which moments are told, and not what of them."""
    parts: list[Node] = [*fragments, *(operation.directives or ())]
    for selection in operation.selection_set.selections:
        if isinstance(selection, FieldNode) and selection.selection_set:
            parts += [*(selection.directives or ()), selection.selection_set]
        else:
            parts.append(selection)
    found = VariableCollector()
    for part in parts:
        visit(part, found)
    return found.names


class VariableCollector(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.names.add(node.name.value)
