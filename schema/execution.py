"""Strawberry's schema, with what a client may ask held within limits."""

import asyncio
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.extensions.runner import SchemaExtensionsRunner
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.schema.schema import StreamResult
from strawberry.types.execution import ExecutionContext, ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType

from schema.compiled.plans import Plans
from schema.context import Context
from schema.failures import invalid_document
from schema.limits.documents import Documents
from schema.limits.errors import Invalid, Refusal
from schema.limits.limits import DEFAULT, Limits
from schema.limits.places import Places
from schema.runner import Runner
from schema.sharing import Executor


class Schema(strawberry.Schema):
    def __init__(
        self,
        *,
        limits: Limits = DEFAULT,
        introspection: bool = True,
        suggestions: bool = False,
        compiled: bool = True,
        **more: Any,
    ) -> None:
        super().__init__(**more, execution_context_class=Executor)
        self._suggestions = suggestions
        self.limits = limits
        #: What runs operations, where it is not the library.
        self.plans = Plans() if compiled else None
        self.places = Places(limits.subscriptions)
        self.documents = Documents(
            self._schema, limits, introspection=introspection, suggestions=suggestions
        )

    def trust(self, text: str) -> None:
        """Have a document run whatever its size and shape, as fast as can be from the first time.

        Raises GraphQLError, Invalid.
        """
        self.documents.trust(text)
        if self.plans:
            self.plans.trust(self._schema, self.documents.get(text).ast)

    def process_errors(self, *args: object, **kwargs: object) -> None:
        """`Failures` logs what is worth it, once; Strawberry would log every refusal too."""

    async def _prepare_operation_async(
        self, context: ExecutionContext, extensions_runner: SchemaExtensionsRunner
    ) -> PreExecutionError | None:
        """Takes the place of Strawberry's: a document that is known need not be checked again."""
        if not context.query:
            raise MissingQueryError
        async with extensions_runner.parsing(), extensions_runner.validation():
            try:
                document = self.documents.get(context.query)
                context.graphql_document = document.ast
                refuse_unfit(context)
                self.documents.refuse_costly(
                    document, context.operation_name, context.variables or {}
                )
            except GraphQLError as error:
                context.pre_execution_errors = [error]
            except Invalid as invalid:
                context.pre_execution_errors = [invalid_document(each) for each in invalid.errors]
            else:
                return None
            return PreExecutionError(data=None, errors=context.pre_execution_errors)

    def create_extensions_runner(self, *args: Any, **kwargs: Any) -> SchemaExtensionsRunner:
        return Runner(*args, **kwargs)

    async def execute(self, *args: Any, **kwargs: Any) -> ExecutionResult:
        """One answer: what has many goes over `stream`."""
        allowed = set(kwargs.get("allowed_operation_types") or OperationType)
        kwargs["allowed_operation_types"] = allowed - {OperationType.SUBSCRIPTION}
        return await super().execute(*args, **kwargs)

    async def stream(self, *args: Any, **kwargs: Any) -> StreamResult:
        context: Context = kwargs["context_value"]
        results = await super().stream(*args, **kwargs)
        return self.places.held(context.principal.user_id, results)

    async def _execute_operation(self, *args: Any, **kwargs: Any) -> Any:
        """Queries and mutations end in time; subscriptions, which come another way, go on."""
        try:
            async with asyncio.timeout(self.limits.seconds):
                return await super()._execute_operation(*args, **kwargs)
        except TimeoutError:
            raise Refusal(
                "EXECUTION_TIMED_OUT",
                f"This took longer than {self.limits.seconds:g} seconds and was given up.",
            ) from None

    def _get_custom_context_kwargs(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Also refused variables come with suggestions."""
        given = super()._get_custom_context_kwargs(*args, **kwargs)
        return {**given, "hide_suggestions": not self._suggestions}


def refuse_unfit(context: ExecutionContext) -> None:
    """Raises Strawberry's errors for operations that are not there, or not for this transport."""
    try:
        operation_type = context.operation_type
    except RuntimeError as error:
        raise CannotGetOperationTypeError(context.operation_name) from error
    if operation_type not in context.allowed_operations:
        raise InvalidOperationTypeError(operation_type)
