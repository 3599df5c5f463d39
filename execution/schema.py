"""A Strawberry schema with limits, compiled execution, shared subscriptions and masked errors."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Hashable, Iterable
from contextlib import AsyncExitStack, closing
from functools import partial
from typing import Any, NamedTuple

import strawberry
from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.execution import optimized_is_awaitable
from strawberry.extensions import SchemaExtension
from strawberry.extensions.runner import SchemaExtensionsRunner
from strawberry.schema.schema import StreamResult
from strawberry.types.execution import ExecutionContext, ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType

from execution.compiled.plan_cache import PlanCache
from execution.error_masking import (
    BAD_REQUEST_ERRORS,
    ErrorMasker,
    ErrorMasking,
    as_validation_error,
)
from execution.limits.cost_cache import OperationCost
from execution.limits.errors import InvalidDocument, RequestRejected
from execution.limits.operation_limits import DEFAULT_LIMITS, OperationLimits
from execution.limits.response_cost import count_fields
from execution.limits.response_memory import LARGE_RESPONSE, ResponseMemory, ServerBusy
from execution.limits.response_size import exceeds_size, response_too_large
from execution.limits.variable_values import check_variable_values
from execution.limits.write_budget import TooManyWrites, WriteBudget
from execution.operations import (
    NO_VARIABLES,
    DocumentCache,
    ExecutableOperation,
    ParsedDocument,
    select_operation,
)
from execution.protocols import ErrorClassifier, ViewerContext, classify_nothing
from execution.result_stream import ResultStream, SubscriptionSlots
from execution.shared_subscriptions import ExecutorFactory, SharedExecutor
from realtime.broadcast import EventBatch

#: Attribute of Strawberry's execution context.
SELECTED_ATTRIBUTE = "_selected_operation"

SINGLE_RESULT_TYPES = frozenset({OperationType.QUERY, OperationType.MUTATION})


class SelectedOperation(NamedTuple):
    """The operation of a document that is executed, and what it may take."""

    operation: ExecutableOperation
    cost: OperationCost
    #: Characters of the texts in the variables of a mutation; None for another operation.
    written_chars: int | None


class Schema(strawberry.Schema):
    """`introspection` and `suggestions` say whether clients may explore the schema; `compiled`
    switches compiled execution on; `classify_error` tells which exceptions clients may see."""

    def __init__(
        self,
        *,
        limits: OperationLimits = DEFAULT_LIMITS,
        introspection: bool = True,
        suggestions: bool = False,
        compiled: bool = True,
        classify_error: ErrorClassifier = classify_nothing,
        extensions: Iterable[type[SchemaExtension] | Callable[[], SchemaExtension]] = (),
        **options: Any,
    ) -> None:
        self.error_masker = ErrorMasker(classify_error)
        super().__init__(
            **options,
            extensions=[*extensions, partial(ErrorMasking, self.error_masker)],
            execution_context_class=SharedExecutor,
        )
        self._suggestions = suggestions
        self.limits = limits
        #: None: the library executes all operations.
        self.plan_cache = PlanCache() if compiled else None
        self._executors = ExecutorFactory(self._schema, hide_suggestions=not suggestions)
        self.subscription_slots = SubscriptionSlots(limits.subscriptions)
        self.response_memory = ResponseMemory(limits.response)
        self.write_budget = WriteBudget(limits)
        self.document_cache = DocumentCache(
            self._schema,
            limits,
            introspection=introspection,
            suggestions=suggestions,
            on_evict=self._discard_plans,
        )

    def trust_document(self, text: str) -> None:
        """Accept a document whatever its size and shape, and compile its operations now.

        Raises GraphQLError, InvalidDocument.
        """
        document = self.document_cache.trust_document(text)
        if self.plan_cache:
            for operation in document.all_operations:
                self.plan_cache.precompile(self._executors.create(operation, NO_VARIABLES))

    def _discard_plans(self, document: ParsedDocument) -> None:
        """Plans are found by the nodes of their document, and keep all of it in memory."""
        if self.plan_cache:
            self.plan_cache.discard(each.node for each in document.all_operations)

    def process_errors(self, *args: object, **kwargs: object) -> None:
        """`ErrorMasking` logs what is worth it, once. Strawberry would log rejections too."""

    async def _prepare_operation_async(
        self, context: ExecutionContext, extensions_runner: SchemaExtensionsRunner
    ) -> PreExecutionError | None:
        """Replaces Strawberry's parsing and validation by the document cache, for streams."""
        if not context.query:
            raise MissingQueryError
        async with extensions_runner.parsing(), extensions_runner.validation():
            try:
                document = self.document_cache.get(context.query)
                context.graphql_document = document.ast
                allowed = frozenset(context.allowed_operations)
                # `context.operation_name` would be the name of the first operation.
                name = context._provided_operation_name
                selected = self._select_operation(document, name, context.variables, allowed)
                context._provided_operation_name = selected.operation.name
                setattr(context, SELECTED_ATTRIBUTE, selected)
            except GraphQLError as error:
                context.pre_execution_errors = [error]
            except InvalidDocument as invalid:
                context.pre_execution_errors = [as_validation_error(e) for e in invalid.errors]
            else:
                return None
            return PreExecutionError(data=None, errors=context.pre_execution_errors)

    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any = None,
        root_value: Any = None,
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,
    ) -> ExecutionResult:
        """Execute a query or mutation, without the extension hooks of Strawberry's method except
        `ErrorMasking`, as a function call.

        Raises those of BAD_REQUEST_ERRORS, ServerBusy, TooManyWrites.
        """
        allowed = SINGLE_RESULT_TYPES.intersection(allowed_operation_types or SINGLE_RESULT_TYPES)
        try:
            if not query:
                raise MissingQueryError
            document = self.document_cache.get(query)
            selected = self._select_operation(document, operation_name, variable_values, allowed)
            execution = self._execute_selected(
                selected.operation, variable_values, root_value, context_value, operation_extensions
            )
            result: ExecutionResult = await self._execute_within_limits(
                selected, execution, context_value
            )
        except InvalidDocument as invalid:
            result = PreExecutionError(None, [as_validation_error(e) for e in invalid.errors])
        except (*BAD_REQUEST_ERRORS, ServerBusy, TooManyWrites):
            raise
        except GraphQLError as error:
            result = PreExecutionError(None, [error])
        except Exception as error:
            result = PreExecutionError(None, [GraphQLError(str(error), original_error=error)])
        if result.errors:
            self.error_masker.mask_result(result)
        return result

    def _select_operation(
        self,
        document: ParsedDocument,
        name: str | None,
        variables: dict[str, Any] | None,
        allowed: Collection[OperationType],
    ) -> SelectedOperation:
        """Raises RequestRejected, and Strawberry's errors for a missing or disallowed operation."""
        operation = select_operation(document.operations, name, allowed)
        chars = check_variable_values(variables, self.limits.variable_values) if variables else 0
        cost = self.document_cache.check_cost(document, operation.node, variables or {})
        is_mutation = operation.type is OperationType.MUTATION
        return SelectedOperation(operation, cost, chars if is_mutation else None)

    def measure_cost(
        self, query: str | None, variables: dict[str, Any] | None, name: str | None, data: Any
    ) -> tuple[int, int] | None:
        """The estimated and the actual number of fields of an operation with this data; None if
        there is no such operation."""
        try:
            document = self.document_cache.get(query or "")
            operation = select_operation(document.operations, name, SINGLE_RESULT_TYPES)
        except (GraphQLError, InvalidDocument, *BAD_REQUEST_ERRORS):
            return None
        node = operation.node
        estimated = self.document_cache.cost(document, node, variables or {})
        actual = count_fields(data, node.selection_set, operation.fragment_definitions)
        return estimated, actual

    async def _execute_selected(
        self,
        operation: ExecutableOperation,
        variables: dict[str, Any] | None,
        root: Any,
        context: Any,
        extensions: dict[str, Any] | None,
    ) -> ExecutionResult:
        values = operation.coerce_variables(
            self._schema, variables, hide_suggestions=not self._suggestions
        )
        if isinstance(values, list):
            return ExecutionResult(None, values)
        executor = self._executors.create(operation, values, root, context, extensions)
        result: Any = executor.execute_operation()
        if optimized_is_awaitable(result):
            result = await self._with_timeout(result)
        return ExecutionResult(result.data, result.errors)

    def _execute_within_limits(
        self,
        selected: SelectedOperation,
        execution: Coroutine[Any, Any, Any],
        viewer: ViewerContext | None,
    ) -> Coroutine[Any, Any, Any]:
        """Execute an operation once its viewer may write as much, and there is memory for its
        response. Raises ServerBusy, TooManyWrites."""
        if selected.written_chars is not None or selected.cost.bytes > LARGE_RESPONSE:
            key = None if viewer is None else viewer.viewer_key
            return self._execute_reserved(selected, execution, key)
        return execution

    async def _execute_reserved(
        self, selected: SelectedOperation, execution: Coroutine[Any, Any, Any], viewer: Hashable
    ) -> Any:
        """Raises ServerBusy, TooManyWrites."""
        cost, chars = selected.cost, selected.written_chars
        with closing(execution):
            async with AsyncExitStack() as stack:
                if chars is not None:
                    await stack.enter_async_context(self.write_budget.reserve_write(chars, viewer))
                if cost.bytes <= LARGE_RESPONSE:
                    return await execution
                await stack.enter_async_context(self.response_memory.reserve(cost.bytes, viewer))
                return self._bound_result(cost, await execution)

    def _bound_result(self, cost: OperationCost, result: Any) -> Any:
        """An error in place of a result that is too large; its data is released."""
        limit = self.limits.response.bytes
        # Encoding checks all of them, but cannot stop half-way.
        if cost.bytes > limit and result.data and exceeds_size(result.data, limit):
            return ExecutionResult(None, [response_too_large(limit, [next(iter(result.data))])])
        return result

    async def _with_timeout(self, result: Awaitable[Any]) -> Any:
        """Raises RequestRejected for a query or mutation that takes too long."""
        try:
            async with asyncio.timeout(self.limits.seconds):
                return await result
        except TimeoutError:
            raise RequestRejected(
                "EXECUTION_TIMED_OUT",
                f"The operation was cancelled after {self.limits.seconds:g} seconds.",
            ) from None

    async def stream(self, *args: Any, **kwargs: Any) -> StreamResult:
        viewer: ViewerContext = kwargs["context_value"]
        parts = await super().stream(*args, **kwargs)
        return ResultStream(self.subscription_slots.with_slot(viewer.viewer_key, parts))

    async def _handle_execution_result(
        self, context: ExecutionContext, result: Any, *args: Any, **kwargs: Any
    ) -> Any:
        """The results in an event batch are masked before they are shared."""
        if isinstance(result, EventBatch):
            return result
        return await super()._handle_execution_result(context, result, *args, **kwargs)

    async def _execute_operation(self, context: ExecutionContext, *args: Any) -> Any:
        execution = self._with_timeout(super()._execute_operation(context, *args))
        selected: SelectedOperation = getattr(context, SELECTED_ATTRIBUTE)
        return await self._execute_within_limits(selected, execution, context.context)

    def _get_custom_context_kwargs(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Errors in variables contain suggestions too."""
        options = super()._get_custom_context_kwargs(*args, **kwargs)
        return {**options, "hide_suggestions": not self._suggestions}
