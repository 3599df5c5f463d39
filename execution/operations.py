"""Operation documents: parsed, measured and validated once per text, with their operations in the
form that executors take.

The cost of an operation is cached by the sizes that its variables give.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    Node,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    validate,
    visit,
)
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.values import VariableValues, get_variable_values
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.graphql import OperationType

from execution.limits.complexity import Complexity, ComplexityVisitor
from execution.limits.cost_cache import CostCache, OperationCost, Sizes
from execution.limits.errors import InvalidDocument, RequestRejected
from execution.limits.operation_limits import OperationLimits
from execution.limits.response_size import response_may_be_too_large
from execution.limits.sized_lru import SizedLRU
from execution.limits.validation_rules import (
    BUDGET_EXCEEDED_MESSAGE,
    MAX_ERRORS,
    create_validation_rules,
)

#: Reported errors in the values of variables; the default of graphql-core.
MAX_VARIABLE_ERRORS = 50
NO_VARIABLES = VariableValues({}, {})


class OperationNameRequired(CannotGetOperationTypeError):
    """Strawberry would run the first of several operations. The specification forbids it."""

    def __init__(self) -> None:
        super().__init__(None)

    def as_http_error_reason(self) -> str:
        return "The document contains several operations: select one of them with `operationName`."


@dataclass(frozen=True, slots=True)
class ExecutableOperation:
    node: OperationDefinitionNode
    type: OperationType
    fragment_definitions: dict[str, FragmentDefinitionNode]
    fragments: dict[str, FragmentDetails]

    @property
    def name(self) -> str | None:
        return self.node.name.value if self.node.name else None

    def coerce_variables(
        self, schema: GraphQLSchema, given: dict[str, Any] | None, *, hide_suggestions: bool
    ) -> VariableValues | list[GraphQLError]:
        """The values of the variables, or the errors in them."""
        definitions = self.node.variable_definitions
        if not definitions:
            return NO_VARIABLES
        return get_variable_values(
            schema, definitions, given or {}, MAX_VARIABLE_ERRORS, hide_suggestions
        )


def list_operations(document: DocumentNode) -> list[ExecutableOperation]:
    """All operations, including several of one name."""
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    details = {name: FragmentDetails(node) for name, node in fragments.items()}
    return [
        ExecutableOperation(node, OperationType(node.operation.value), fragments, details)
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
    ]


def select_operation(
    operations: Mapping[str | None, ExecutableOperation],
    name: str | None,
    allowed: Collection[OperationType],
) -> ExecutableOperation:
    """Raises Strawberry's errors for a missing operation, or a type that is not allowed here."""
    # Clients may send any value as a name. GraphQL over HTTP treats an empty one as none.
    named = None if name == "" else name
    operation = operations.get(named) if isinstance(named, (str, type(None))) else None
    if operation is None:
        raise OperationNameRequired if named is None else CannotGetOperationTypeError(named)
    if operation.type not in allowed:
        raise InvalidOperationTypeError(operation.type)
    return operation


class VariableCollector(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.names.add(node.name.value)


def find_variables(parts: Iterable[Node]) -> set[str]:
    """Names of the variables that occur anywhere in parts of a document."""
    collector = VariableCollector()
    for part in parts:
        visit(part, collector)
    return collector.names


#: Enough for a thousand ordinary pages.
DOCUMENT_CACHE_BYTES = 32_000_000
#: Memory of a document: fixed, per token, and per byte of its text. Measured for documents of many
#: shapes; an upper bound for each of them.
DOCUMENT_BYTES, BYTES_PER_TOKEN, BYTES_PER_TEXT_BYTE = 4_000, 450, 2


@dataclass(slots=True)
class ParsedDocument:
    ast: DocumentNode
    #: Estimated memory in bytes.
    size: int
    all_operations: list[ExecutableOperation] = field(init=False)
    #: By name; also by None if there is only one.
    operations: dict[str | None, ExecutableOperation] = field(init=False)
    #: By the `id()` of the operation's node.
    costs: dict[int, CostCache] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.all_operations = list_operations(self.ast)
        self.operations = {each.name: each for each in self.all_operations}
        if len(self.all_operations) == 1:
            self.operations[None] = self.all_operations[0]


class DocumentCache:
    """`on_evict` receives each document that leaves the cache."""

    def __init__(
        self,
        schema: GraphQLSchema,
        limits: OperationLimits,
        *,
        introspection: bool,
        suggestions: bool,
        on_evict: Callable[[ParsedDocument], None] | None = None,
    ) -> None:
        self.limits = limits
        self._schema = schema
        self._rules = create_validation_rules(introspection=introspection)
        self._suggestions = suggestions
        self._trusted: dict[str, ParsedDocument] = {}
        self._cache: SizedLRU[str, ParsedDocument] = SizedLRU(
            DOCUMENT_CACHE_BYTES, attrgetter("size"), on_evict
        )

    def trust_document(self, text: str) -> ParsedDocument:
        """Accept a document of any size and shape, for which the operator is responsible. The cost
        limit still applies: it depends on variables, which the operator does not know.

        Raises GraphQLError, InvalidDocument.
        """
        document = self._trusted[text] = self._validate(text, parse(text), is_trusted=True)
        return document

    def get(self, text: str) -> ParsedDocument:
        """A valid document within the limits. Raises GraphQLError, InvalidDocument."""
        if (trusted := self._trusted.get(text)) is not None:
            return trusted
        if (cached := self._cache.get(text)) is not None:
            return cached
        document = self._validate(text, self._parse(text))
        self._cache.put(text, document)
        return document

    def check_cost(
        self, document: ParsedDocument, node: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> OperationCost:
        """Raises RequestRejected if the response could have too many fields or bytes."""
        cost = self.estimate_cost(document, node, variables)
        fields, size = cost
        if fields > self.limits.cost:
            check_limit(
                "OPERATION_TOO_COSTLY",
                "estimated cost",
                fields,
                self.limits.cost,
                remedy="Ask for smaller pages, or for nested lists in an operation of their own.",
            )
        if size > self.limits.response.estimated_bytes:
            raise response_may_be_too_large(size, self.limits.response.estimated_bytes)
        return cost

    def cost(
        self, document: ParsedDocument, node: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> int:
        """The number of fields that the response could have."""
        return self.estimate_cost(document, node, variables).fields

    def estimate_cost(
        self, document: ParsedDocument, node: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> OperationCost:
        def compute(sizes: Sizes) -> OperationCost:
            return operation_cost(self._visitor(document.ast, sizes).measure_operation(node))

        return document.costs[id(node)].get(variables, compute)

    def _visitor(self, ast: DocumentNode, variables: Mapping[str, Any]) -> ComplexityVisitor:
        return ComplexityVisitor(self._schema, ast, variables, self.limits.pages)

    def _validate(
        self, text: str, ast: DocumentNode, *, is_trusted: bool = False
    ) -> ParsedDocument:
        document = ParsedDocument(ast, estimate_memory(text, ast))
        try:
            self._measure(document, is_trusted=is_trusted)
            errors = validate(
                self._schema,
                ast,
                self._rules,
                max_errors=MAX_ERRORS,
                hide_suggestions=not self._suggestions,
            )
        except RecursionError:
            raise RequestRejected(
                "DOCUMENT_TOO_DEEP", "The document is nested too deeply."
            ) from None
        if any(error.message == BUDGET_EXCEEDED_MESSAGE for error in errors):
            raise RequestRejected(
                "DOCUMENT_TOO_COMPLEX", "The document repeats the same fields too often."
            )
        if errors:
            raise InvalidDocument(errors)
        return document

    def _measure(self, document: ParsedDocument, *, is_trusted: bool) -> None:
        """Raises RequestRejected, RecursionError."""
        visitor = self._visitor(document.ast, {})
        for operation in document.all_operations:
            complexity = visitor.measure_operation(operation.node)
            if not is_trusted:
                self._check_shape(complexity)
            costs = CostCache(visitor.size_variables)
            if not costs.variables:
                costs.known[()] = operation_cost(complexity)
            document.costs[id(operation.node)] = costs

    def _parse(self, text: str) -> DocumentNode:
        limits = self.limits
        check_limit("DOCUMENT_TOO_LARGE", "size in bytes", utf8_size(text), limits.document_bytes)
        try:
            return parse(text, max_tokens=limits.tokens)
        except GraphQLSyntaxError as error:
            if error.message.endswith("Parsing aborted."):
                check_limit("TOO_MANY_TOKENS", "number of tokens", None, limits.tokens)
            raise

    def _check_shape(self, found: Complexity) -> None:
        limits = self.limits
        check_limit("DOCUMENT_TOO_DEEP", "depth", found.depth, limits.depth)
        check_limit("TOO_MANY_ALIASES", "number of aliases", found.aliases, limits.aliases)
        check_limit(
            "TOO_MANY_ROOT_FIELDS", "number of root fields", found.fields, limits.root_fields
        )
        check_limit(
            "TOO_MANY_DIRECTIVES", "number of directives", found.directives, limits.directives
        )


def check_limit(code: str, what: str, found: int | None, limit: int, *, remedy: str = "") -> None:
    """Raises RequestRejected unless `found` is within the limit; None is far beyond it."""
    if found is not None and found <= limit:
        return
    is_known = found is not None and found < 10**9
    actual = f"is {found:,}" if is_known else "is too large"
    message = f"The {what} of the document {actual}; the limit is {limit:,}. {remedy}"
    raise RequestRejected(code, message.rstrip())


def operation_cost(complexity: Complexity) -> OperationCost:
    return OperationCost(complexity.cost, complexity.bytes)


def utf8_size(text: str) -> int:
    return len(text.encode(errors="surrogatepass"))


def estimate_memory(text: str, document: DocumentNode) -> int:
    """Bytes that a document takes while it is cached."""
    tokens = document.token_count
    return DOCUMENT_BYTES + BYTES_PER_TOKEN * tokens + BYTES_PER_TEXT_BYTE * utf8_size(text)
