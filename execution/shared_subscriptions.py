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
from execution.error_masking import presentable
from realtime.broadcast import Run
from realtime.single_flight import Once
from schema.context import Context
from services.principal import Principal


class Moment(Protocol):
    """Something that happened, of which several viewers may be told."""

    @property
    def told(self) -> Once[Any]: ...


M = TypeVar("M", bound=Moment)


@dataclass(frozen=True, slots=True)
class Told:
    """What a subscription's field answers: moments, and what each is in the words of the API."""

    run: Run[Any]
    event_of: Callable[[Any], object]


def told(run: Run[M], event_of: Callable[[M], object]) -> Any:
    """Stands for the events themselves, which are made when they are told."""
    return Told(run, event_of)


@dataclass(eq=False, slots=True)
class Answer(ExecutionResult):
    """What several viewers are told."""

    #: Whose alone it is, where it is.
    viewer_id: UUID | None = None
    #: As JSON, once somebody has needed it.
    encoded: bytes | None = None


class Onlooker(Principal):
    """A viewer, as far as those who share an answer are alike; it is noted when more is asked."""

    __slots__ = ("_user_id", "is_known")

    _user_id: UUID
    is_known: bool

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


class Executor(PlannedExecutor):
    """Runs what many are told but once, for all of them."""

    context_value: Context

    def execute_operation(self, serially: bool | None = None) -> Any:
        if isinstance(self.root_value, Told):
            return Run(self._answers(self.root_value), self.root_value.run.audience)
        return super().execute_operation(serially)

    def _answers(self, told: Told) -> Iterator[Answer | asyncio.Future[Answer] | None]:
        """What one viewer is told, step by step."""
        viewer = self.context_value.principal
        asked = (*question(self), viewer.role)
        ours, mine = alike(asked), alike((*asked, viewer.user_id))
        for moment in cast("Iterator[Moment | None]", told.run.steps):
            if moment is None:
                yield None
                continue
            answer = moment.told.known.get(ours)
            if answer is None or answer.viewer_id is not None:
                work = partial(self._answer, moment, told.event_of)
                while not isinstance(answer := moment.told.get(ours, work), Answer):
                    yield answer
                if answer.viewer_id not in (None, viewer.user_id):
                    while not isinstance(answer := moment.told.get(mine, work), Answer):
                        yield answer
            yield answer

    def _answer(
        self, moment: Moment, event_of: Callable[[Any], object]
    ) -> Answer | Coroutine[Any, Any, Answer]:
        try:
            event = event_of(moment)
            executor: Self = cast("Self", self.build_per_event_executor(event))
            onlooker = Onlooker(self.context_value.principal)
            # Nothing of a viewer that may leave meanwhile.
            executor.context_value = self.context_value.anew(onlooker)
            result: Any = super(Executor, executor).execute_operation(serially=False)
        except Exception as error:
            return failed(error)
        if isinstance(result, LibraryResult):
            return answer_of(result, onlooker)
        return arriving(result, onlooker)


async def arriving(result: Any, onlooker: Onlooker) -> Answer:
    try:
        return answer_of(await result, onlooker)
    except Exception as error:
        return failed(error)


def answer_of(result: LibraryResult, onlooker: Onlooker) -> Answer:
    errors = [presentable(error) for error in result.errors or ()]
    whose = onlooker._user_id if onlooker.is_known else None
    return Answer(result.data, errors or None, viewer_id=whose)


def failed(error: Exception) -> Answer:
    """A mistake of ours, outside of any field."""
    return Answer(None, [presentable(GraphQLError(str(error), original_error=error))])


class Question:
    """Stands for all that viewers ask who are alike. It is found faster than what it stands for."""

    __slots__ = ("__weakref__",)


questions: WeakValueDictionary[Hashable, Question] = WeakValueDictionary()


def alike(asked: Hashable) -> Question:
    return questions.setdefault(asked, Question())


def question(executor: Executor) -> tuple[Hashable, ...]:
    """What is asked of each event."""
    operation = executor.operation
    assert operation.loc is not None
    used = variables_beneath(operation, executor.fragment_definitions.values())
    given = executor.variable_values.coerced
    values = {name: given[name] for name in used if name in given}
    return (
        operation.loc.source.body,
        operation.loc.start,
        json.dumps(values, sort_keys=True, default=repr),
    )


def variables_beneath(
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
    found = Variables()
    for part in parts:
        visit(part, found)
    return found.names


class Variables(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.names.add(node.name.value)
