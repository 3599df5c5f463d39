"""What happens besides the usual while an operation runs.

All of it follows the library's executor step by step: the same things are awaited together, the
same mistakes are noted in the same order. Where a value is not what was expected, the library's own
methods go on with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from graphql import GraphQLOutputType
from graphql.execution.executor import collect_iterator_awaitables
from graphql.pyutils import Path, gather_with_cancel
from strawberry.execution import optimized_is_awaitable as awaits
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext as Executor

from execution.compiled.fields import FieldPlan

#: Executor, path and index of the value, the value: the answer, or an awaitable of it.
#: A path may be given as that of a list and an index in it: mostly nobody asks for it.
ValueCompleter = Callable[[Executor, "Path | None", "int | None", Any], Any]
#: Executor, object, path of the object: the answer of one field, or an awaitable of it.
FieldResolver = Callable[[Executor, Any, "Path | None"], Any]

UNSET = object()


def path_at(path: Path | None, index: int | None) -> Any:
    return path if index is None else Path(path, index, None)


def resolve_info_at(executor: Executor, field: FieldPlan, path: Path) -> Any:
    """What a resolver is told; for a place within a list, that of the list's field."""
    while isinstance(path.key, int):
        assert path.prev is not None
        path = path.prev
    return executor.build_resolve_info(field.definition, field.nodes, field.parent, path)


def complete_with_library(
    executor: Executor, field: FieldPlan, type_: GraphQLOutputType, path: Path, value: Any
) -> Any:
    """The value completed as if nothing were compiled."""
    info = resolve_info_at(executor, field, path)
    return executor.complete_value(type_, field.details, info, path, value, None)


def field_resolver(field: FieldPlan, complete: ValueCompleter) -> FieldResolver:
    """The function that asks for a field and completes what comes."""
    begin, key, typename = field.resolver, field.key, field.parent.name
    needs_info = field.attribute is None and field.sync_method is None

    def answer(executor: Executor, o: Any, path: Path | None) -> Any:
        path = Path(path, key, typename)
        info = resolve_info_at(executor, field, path) if needs_info else None
        try:
            value = begin(o, executor, info)
            if awaits(value):
                return await_field(executor, field, complete, path, value)
            completed = complete(executor, path, None, value)
            if awaits(completed):
                return await_completed(executor, field, field.definition.type, path, completed)
        except Exception as error:
            executor.handle_field_error(error, field.definition.type, field.details, path)
            return None
        return completed

    return answer


async def await_field(
    executor: Executor, field: FieldPlan, complete: ValueCompleter, path: Path, value: Any
) -> Any:
    try:
        completed = complete(executor, path, None, await value)
        return await completed if awaits(completed) else completed
    except Exception as error:
        executor.handle_field_error(error, field.definition.type, field.details, path)
        return None


async def await_completed(
    executor: Executor, field: FieldPlan, type_: GraphQLOutputType, path: Path, completed: Any
) -> Any:
    try:
        return await completed
    except Exception as error:
        executor.handle_field_error(error, type_, field.details, path)
        return None


def reexecute_fields(
    executor: Executor,
    answers: dict[str, FieldPlan | str],
    o: Any,
    path: Path | None,
    index: int | None,
    results: dict[str, Any],
    waiting: list[str],
) -> None:
    """Attributes among which one is not as expected, by the library: reading does no harm."""
    path = path_at(path, index)
    for key, field in answers.items():
        if isinstance(field, str):
            results[key] = field
            continue
        own = Path(path, key, field.parent.name)
        result = executor.execute_field(field.parent, o, field.details, own, None)
        store_result(key, result, results, waiting)


def recover_method_result(
    executor: Executor,
    field: FieldPlan,
    path: Path | None,
    index: int | None,
    results: dict[str, Any],
    waiting: list[str],
    value: Any,
    error: Exception,
) -> None:
    """A method has failed, or what it has answered is not as expected."""
    own = Path(path_at(path, index), field.key, field.parent.name)
    type_ = field.definition.type
    if value is UNSET:
        executor.handle_field_error(error, type_, field.details, own)
        results[field.key] = None
        return

    def complete(executor: Executor, path: Any, index: int | None, value: Any) -> Any:
        return complete_with_library(executor, field, type_, path, value)

    result: Any
    if awaits(value):
        result = await_field(executor, field, complete, own, value)
    else:
        try:
            result = complete_with_library(executor, field, type_, own, value)
            if awaits(result):
                result = await_completed(executor, field, type_, own, result)
        except Exception as mistake:
            executor.handle_field_error(mistake, type_, field.details, own)
            result = None
    store_result(field.key, result, results, waiting)


def store_result(key: str, result: Any, results: dict[str, Any], waiting: list[str]) -> None:
    results[key] = result
    if awaits(result):
        waiting.append(key)


def settle_pending(executor: Executor, results: dict[str, Any], waiting: list[str]) -> None:
    """Of an object that is not answered, those fields that are under way already."""
    if waiting:
        executor.settle_in_background([results[key] for key in waiting])


async def gather_into(results: Any, waiting: list[Any]) -> Any:
    """An object by its keys, or a list by its indices, when all is there."""
    if len(waiting) == 1:
        [place] = waiting
        results[place] = await results[place]
        return results
    arrived = await gather_with_cancel(*(results[place] for place in waiting))
    for place, result in zip(waiting, arrived, strict=True):
        results[place] = result
    return results


def complete_list(
    executor: Executor,
    field: FieldPlan,
    type_: GraphQLOutputType,
    complete: ValueCompleter,
    path: Path,
    items: Iterator[Any],
) -> Any:
    """The items of a list, of which each may have fields to wait for."""
    results: list[Any] = []
    waiting: list[int] = []
    try:
        for index, item in enumerate(items):
            result = complete_item(executor, field, type_, complete, path, index, item)
            if awaits(result):
                waiting.append(index)
            results.append(result)
    except Exception:
        settle_pending_items(executor, results, waiting, items)
        raise
    return gather_into(results, waiting) if waiting else results


def complete_object_list(
    executor: Executor,
    field: FieldPlan,
    type_: GraphQLOutputType,
    makers: dict[type, Callable[..., Any]],
    path: Path,
    items: Iterator[Any],
) -> Any:
    """The same for objects, by the class of each."""
    results: list[Any] = []
    waiting: list[int] = []
    try:
        for index, item in enumerate(items):
            try:
                result = makers[type(item)](executor, item, path, index)
            except Exception as error:
                executor.handle_field_error(error, type_, field.details, Path(path, index, None))
                result = None
            if type(result) is not dict and awaits(result):
                result = await_completed(executor, field, type_, Path(path, index, None), result)
                waiting.append(index)
            results.append(result)
    except Exception:
        settle_pending_items(executor, results, waiting, items)
        raise
    return gather_into(results, waiting) if waiting else results


def settle_pending_items(
    executor: Executor, results: list[Any], waiting: list[int], items: Iterator[Any]
) -> None:
    """Of a list that is not answered, see those items through that are under way already."""
    left = [results[index] for index in waiting]
    left.extend(collect_iterator_awaitables(items, awaits))
    if left:
        executor.settle_in_background(left)


def complete_item(
    executor: Executor,
    field: FieldPlan,
    type_: GraphQLOutputType,
    complete: ValueCompleter,
    path: Path,
    index: int,
    item: Any,
) -> Any:
    if awaits(item):
        own = Path(path, index, None)
        info = resolve_info_at(executor, field, path)
        return executor.complete_awaitable_list_item_value(
            item, type_, field.details, info, own, None
        )
    try:
        completed = complete(executor, path, index, item)
    except Exception as error:
        executor.handle_field_error(error, type_, field.details, Path(path, index, None))
        return None
    if awaits(completed):
        return await_completed(executor, field, type_, Path(path, index, None), completed)
    return completed


def execute_serially(answers: dict[str, FieldResolver], executor: Executor, o: Any) -> Any:
    """Fields of a mutation, one after the other."""
    results: dict[str, Any] = {}
    left = iter(answers.items())
    for key, answer in left:
        result = answer(executor, o, None)
        if awaits(result):
            return continue_serially(key, result, left, results, executor, o)
        results[key] = result
    return results


async def continue_serially(
    key: str,
    result: Any,
    left: Iterator[tuple[str, FieldResolver]],
    results: dict[str, Any],
    executor: Executor,
    o: Any,
) -> dict[str, Any]:
    results[key] = await result
    for name, answer in left:
        result = answer(executor, o, None)
        results[name] = await result if awaits(result) else result
    return results
