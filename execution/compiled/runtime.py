"""Runtime support for generated code: awaitables, lists, paths, errors, fallback to the library.

Follows graphql-core's executor step by step: it awaits the same things together and collects the
same errors in the same order. A value that generated code does not handle is completed by the
library's own methods.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from graphql import GraphQLOutputType
from graphql.execution.executor import collect_iterator_awaitables
from graphql.pyutils import Path, gather_with_cancel
from strawberry.execution import optimized_is_awaitable as is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext as Executor

from execution.compiled.fields import FieldPlan

#: (executor, path, index, value) -> the completed value, or an awaitable of it.
#: An item of a list has the path of the list and its index: its own path is rarely needed.
ValueCompleter = Callable[[Executor, "Path | None", "int | None", Any], Any]
#: (executor, object, path of the object) -> the completed value of a field, or an awaitable of it.
FieldResolver = Callable[[Executor, Any, "Path | None"], Any]

#: Stands for the result of a method that has raised.
UNSET = object()


def path_at(path: Path | None, index: int | None) -> Any:
    return path if index is None else Path(path, index, None)


def resolve_info_at(executor: Executor, field: FieldPlan, path: Path) -> Any:
    """The info for the field of a path, which may end within a list of that field."""
    while isinstance(path.key, int):
        assert path.prev is not None
        path = path.prev
    return executor.build_resolve_info(field.definition, field.nodes, field.parent, path)


def complete_with_library(
    executor: Executor, field: FieldPlan, type_: GraphQLOutputType, path: Path, value: Any
) -> Any:
    """Complete a value as if nothing were compiled."""
    info = resolve_info_at(executor, field, path)
    return executor.complete_value(type_, field.details, info, path, value, None)


def field_resolver(field: FieldPlan, complete: ValueCompleter) -> FieldResolver:
    """The function that resolves a field and completes its value."""
    resolve, key, typename = field.resolver, field.key, field.parent.name
    needs_info = field.attribute is None and field.sync_method is None

    def resolve_field(executor: Executor, o: Any, path: Path | None) -> Any:
        path = Path(path, key, typename)
        info = resolve_info_at(executor, field, path) if needs_info else None
        try:
            value = resolve(o, executor, info)
            if is_awaitable(value):
                return await_field(executor, field, complete, path, value)
            completed = complete(executor, path, None, value)
            if is_awaitable(completed):
                return await_completed(executor, field, field.definition.type, path, completed)
        except Exception as error:
            executor.handle_field_error(error, field.definition.type, field.details, path)
            return None
        return completed

    return resolve_field


async def await_field(
    executor: Executor, field: FieldPlan, complete: ValueCompleter, path: Path, value: Any
) -> Any:
    try:
        completed = complete(executor, path, None, await value)
        return await completed if is_awaitable(completed) else completed
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
    fields: dict[str, FieldPlan | str],
    o: Any,
    path: Path | None,
    index: int | None,
    results: dict[str, Any],
    waiting: list[str],
) -> None:
    """Execute a group of fields with the library, because one of them is not ordinary.

    All of them are safe to repeat. A string is the value of `__typename`.
    """
    path = path_at(path, index)
    for key, field in fields.items():
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
    """Complete the result of a method that has raised, or whose value is not ordinary.

    The method is not called again: its value, if there is one, goes to the library.
    """
    own = Path(path_at(path, index), field.key, field.parent.name)
    type_ = field.definition.type
    if value is UNSET:
        executor.handle_field_error(error, type_, field.details, own)
        results[field.key] = None
        return

    def complete(executor: Executor, path: Any, index: int | None, value: Any) -> Any:
        return complete_with_library(executor, field, type_, path, value)

    result: Any
    if is_awaitable(value):
        result = await_field(executor, field, complete, own, value)
    else:
        try:
            result = complete_with_library(executor, field, type_, own, value)
            if is_awaitable(result):
                result = await_completed(executor, field, type_, own, result)
        except Exception as failure:
            executor.handle_field_error(failure, type_, field.details, own)
            result = None
    store_result(field.key, result, results, waiting)


def store_result(key: str, result: Any, results: dict[str, Any], waiting: list[str]) -> None:
    results[key] = result
    if is_awaitable(result):
        waiting.append(key)


def settle_pending(executor: Executor, results: dict[str, Any], waiting: list[str]) -> None:
    """Settle the started fields of an object that an error has nulled."""
    if waiting:
        executor.settle_in_background([results[key] for key in waiting])


async def gather_into(results: Any, waiting: list[Any]) -> Any:
    """Await the places of an object (keys) or a list (indices) that hold awaitables."""
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
    """Complete the items of a list, in the order of the library."""
    results: list[Any] = []
    waiting: list[int] = []
    try:
        for index, item in enumerate(items):
            result = complete_item(executor, field, type_, complete, path, index, item)
            if is_awaitable(result):
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
    builders: dict[type, Callable[..., Any]],
    path: Path,
    items: Iterator[Any],
) -> Any:
    """Complete a list of objects by the builders of their classes."""
    results: list[Any] = []
    waiting: list[int] = []
    try:
        for index, item in enumerate(items):
            try:
                result = builders[type(item)](executor, item, path, index)
            except Exception as error:
                executor.handle_field_error(error, type_, field.details, Path(path, index, None))
                result = None
            if type(result) is not dict and is_awaitable(result):
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
    """Settle the started items of a list that an error has nulled."""
    pending = [results[index] for index in waiting]
    pending.extend(collect_iterator_awaitables(items, is_awaitable))
    if pending:
        executor.settle_in_background(pending)


def await_item(
    executor: Executor, field: FieldPlan, type_: GraphQLOutputType, path: Path, item: Any
) -> Any:
    """An awaitable of an item that is awaitable itself."""
    info = resolve_info_at(executor, field, path)
    return executor.complete_awaitable_list_item_value(item, type_, field.details, info, path, None)


def complete_item(
    executor: Executor,
    field: FieldPlan,
    type_: GraphQLOutputType,
    complete: ValueCompleter,
    path: Path,
    index: int,
    item: Any,
) -> Any:
    if is_awaitable(item):
        return await_item(executor, field, type_, Path(path, index, None), item)
    try:
        completed = complete(executor, path, index, item)
    except Exception as error:
        executor.handle_field_error(error, type_, field.details, Path(path, index, None))
        return None
    if is_awaitable(completed):
        return await_completed(executor, field, type_, Path(path, index, None), completed)
    return completed


def execute_serially(resolvers: dict[str, FieldResolver], executor: Executor, o: Any) -> Any:
    """Execute the fields of a mutation one after the other."""
    results: dict[str, Any] = {}
    remaining = iter(resolvers.items())
    for key, resolve in remaining:
        result = resolve(executor, o, None)
        if is_awaitable(result):
            return continue_serially(key, result, remaining, results, executor, o)
        results[key] = result
    return results


async def continue_serially(
    key: str,
    result: Any,
    remaining: Iterator[tuple[str, FieldResolver]],
    results: dict[str, Any],
    executor: Executor,
    o: Any,
) -> dict[str, Any]:
    results[key] = await result
    for name, resolve in remaining:
        result = resolve(executor, o, None)
        results[name] = await result if is_awaitable(result) else result
    return results
