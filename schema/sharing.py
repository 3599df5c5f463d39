"""Dashboards that ask the same of the same moment are answered once.

The same is: the same text of the document, variables and role. Which account and filter it is,
and from where on, is the moment's own business. Where working it out has asked who is looking, the
answer is that viewer's alone.
"""

import json
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any, Self, cast
from uuid import UUID

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    Node,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)
from strawberry.types.execution import ExecutionResult
from strawberry.utils.await_maybe import await_maybe

from schema.compiled.executor import PlannedExecutor
from schema.context import Context
from schema.dashboard_events import DashboardEvent
from schema.failures import presentable
from services.principal import Principal


@dataclass(eq=False)
class Answer(ExecutionResult):
    """What several viewers are told."""

    #: Whose alone it is, where it is.
    viewer_id: UUID | None = None
    #: As JSON, once somebody has needed it.
    encoded: str | None = None


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
    question: Hashable = None

    def build_per_event_executor(self, payload: Any) -> Self:
        if self.question is None:
            self.question = question(self)
        return cast("Self", super().build_per_event_executor(payload))

    def execute_operation(self, serially: bool | None = None) -> Any:
        if isinstance(self.root_value, DashboardEvent):
            return self._shared(self.root_value)
        return super().execute_operation(serially)

    async def _shared(self, event: DashboardEvent) -> Answer:
        viewer = self.context_value.principal
        ours = (self.question, viewer.role)
        answer: Answer = await event.moment.told.get(ours, self._answer)
        if answer.viewer_id not in (None, viewer.user_id):
            answer = await event.moment.told.get((*ours, viewer.user_id), self._answer)
        return answer

    async def _answer(self) -> Answer:
        viewer = self.context_value.principal
        onlooker = Onlooker(viewer)
        # Nothing of a viewer that may leave meanwhile.
        self.context_value = self.context_value.anew(onlooker)
        result: Any = await await_maybe(super().execute_operation(serially=False))
        errors = [presentable(error) for error in result.errors or ()]
        return Answer(
            result.data, errors or None, viewer_id=viewer.user_id if onlooker.is_known else None
        )


def question(executor: Executor) -> Hashable:
    """What is asked of an event."""
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
