"""Documents that may be run: parsed, measured and validated once per text."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    parse,
)

from execution.limits.complexity import Complexity, ComplexityVisitor
from execution.limits.cost_cache import CostCache, PageSizes
from execution.limits.errors import InvalidDocument, RequestRejected
from execution.limits.limits import OperationLimits
from execution.limits.sized_lru import SizedLRU
from execution.limits.validation_rules import (
    BUDGET_EXCEEDED_MESSAGE,
    create_validation_rules,
    validate_document,
)
from execution.operations import ExecutableOperation, index_operations, list_operations

#: Of memory: a thousand ordinary pages.
DOCUMENT_CACHE_BYTES = 32_000_000
#: What a document takes, and of it each token and each byte of text: measured of documents of many
#: shapes, and no less than any of them took.
DOCUMENT_BYTES, PER_TOKEN, PER_BYTE = 4_000, 450, 2


@dataclass(slots=True)
class ParsedDocument:
    ast: DocumentNode
    all_operations: list[ExecutableOperation] = field(init=False)
    #: By name; without a name the only one.
    operations: dict[str | None, ExecutableOperation] = field(init=False)
    #: By the identity of the operation.
    costs: dict[int, CostCache] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.all_operations = list_operations(self.ast)
        self.operations = index_operations(self.all_operations)


class DocumentCache:
    def __init__(
        self,
        schema: GraphQLSchema,
        limits: OperationLimits,
        *,
        introspection: bool,
        suggestions: bool,
        forgotten: Callable[[ParsedDocument], None] | None = None,
    ) -> None:
        self.limits = limits
        self._schema = schema
        self._rules = create_validation_rules(introspection=introspection)
        self._suggestions = suggestions
        self._trusted: dict[str, ParsedDocument] = {}
        self._kept: SizedLRU[str, ParsedDocument] = SizedLRU(DOCUMENT_CACHE_BYTES, forgotten)

    def trust_document(self, text: str) -> None:
        """Have a document run whatever its size and shape, for which the operator answers. What
        it may cost depends on its variables, which the operator does not know.

        Raises GraphQLError, Invalid.
        """
        self._trusted[text] = self._validate(parse(text), is_trusted=True)

    def get(self, text: str) -> ParsedDocument:
        """The document, valid and in shape. Raises GraphQLError, Invalid."""
        if (trusted := self._trusted.get(text)) is not None:
            return trusted
        if (known := self._kept.get(text)) is not None:
            return known
        document = self._validate(self._parse(text))
        self._kept.put(text, document, estimate_memory(text, document.ast))
        return document

    def check_cost(
        self, document: ParsedDocument, node: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> None:
        """Raises Refusal where the answer could have too many fields."""
        cost = self.cost(document, node, variables)
        check_limit("OPERATION_TOO_COSTLY", "estimated cost", cost, self.limits.cost)

    def cost(
        self, document: ParsedDocument, node: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> int:
        def measured(sizes: PageSizes) -> int:
            return ComplexityVisitor(self._schema, document.ast, sizes).measure_operation(node).cost

        return document.costs[id(node)].get(variables, measured)

    def _validate(self, ast: DocumentNode, *, is_trusted: bool = False) -> ParsedDocument:
        document = ParsedDocument(ast)
        measuring = ComplexityVisitor(self._schema, document.ast, {})
        try:
            for operation in document.all_operations:
                measure = measuring.measure_operation(operation.node)
                if not is_trusted:
                    self._check_shape(measure)
                costs = document.costs[id(operation.node)] = CostCache(
                    measuring.page_size_variables
                )
                if not costs.defaults:
                    costs.known[()] = measure.cost
            errors = validate_document(
                self._schema, document.ast, self._rules, suggestions=self._suggestions
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

    def _parse(self, text: str) -> DocumentNode:
        check_limit(
            "DOCUMENT_TOO_LARGE", "size in bytes", utf8_size(text), self.limits.document_bytes
        )
        try:
            return parse(text, max_tokens=self.limits.tokens)
        except GraphQLSyntaxError as error:
            if error.message.endswith("Parsing aborted."):
                check_limit("TOO_MANY_TOKENS", "number of tokens", None, self.limits.tokens)
            raise

    def _check_shape(self, measure: Complexity) -> None:
        limits = self.limits
        check_limit("DOCUMENT_TOO_DEEP", "depth", measure.depth, limits.depth)
        check_limit("TOO_MANY_ALIASES", "number of aliases", measure.aliases, limits.aliases)
        check_limit(
            "TOO_MANY_ROOT_FIELDS", "number of root fields", measure.fields, limits.root_fields
        )
        check_limit(
            "TOO_MANY_DIRECTIVES", "number of directives", measure.directives, limits.directives
        )


def check_limit(code: str, what: str, found: int | None, limit: int) -> None:
    """Raises Refusal unless what was found is within the limit."""
    if found is not None and found <= limit:
        return
    has = f"is {found:,}" if found is not None and found < 10**9 else "is far beyond that"
    raise RequestRejected(code, f"At most {limit:,} is allowed: the {what} of this document {has}.")


def utf8_size(text: str) -> int:
    return len(text.encode(errors="surrogatepass"))


def estimate_memory(text: str, document: DocumentNode) -> int:
    """Bytes that a document takes as long as it is kept, about."""
    return DOCUMENT_BYTES + PER_TOKEN * document.token_count + PER_BYTE * utf8_size(text)
