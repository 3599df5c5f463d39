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

from execution.limits.complexity import Measure, Measuring
from execution.limits.cost_cache import Costs, Sizes
from execution.limits.errors import Invalid, Refusal
from execution.limits.limits import Limits
from execution.limits.sized_lru import Kept
from execution.limits.validation_rules import ABORTED, rules, violations
from execution.operations import Operation, by_name, operations_in

#: Of memory: a thousand ordinary pages.
KEPT_BYTES = 32_000_000
#: What a document takes, and of it each token and each byte of text: measured of documents of many
#: shapes, and no less than any of them took.
DOCUMENT_BYTES, PER_TOKEN, PER_BYTE = 4_000, 450, 2


@dataclass(slots=True)
class Document:
    ast: DocumentNode
    all_operations: list[Operation] = field(init=False)
    #: By name; without a name the only one.
    operations: dict[str | None, Operation] = field(init=False)
    #: By the identity of the operation.
    costs: dict[int, Costs] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.all_operations = operations_in(self.ast)
        self.operations = by_name(self.all_operations)


class Documents:
    def __init__(
        self,
        schema: GraphQLSchema,
        limits: Limits,
        *,
        introspection: bool,
        suggestions: bool,
        forgotten: Callable[[Document], None] | None = None,
    ) -> None:
        self.limits = limits
        self._schema = schema
        self._rules = rules(introspection=introspection)
        self._suggestions = suggestions
        self._trusted: dict[str, Document] = {}
        self._kept: Kept[str, Document] = Kept(KEPT_BYTES, forgotten)

    def trust(self, text: str) -> None:
        """Have a document run whatever its size and shape, for which the operator answers. What
        it may cost depends on its variables, which the operator does not know.

        Raises GraphQLError, Invalid.
        """
        self._trusted[text] = self._checked(parse(text), is_trusted=True)

    def get(self, text: str) -> Document:
        """The document, valid and in shape. Raises GraphQLError, Invalid."""
        if (trusted := self._trusted.get(text)) is not None:
            return trusted
        if (known := self._kept.get(text)) is not None:
            return known
        document = self._checked(self._parsed(text))
        self._kept.put(text, document, memory_of(text, document.ast))
        return document

    def refuse_costly(
        self, document: Document, node: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> None:
        """Raises Refusal where the answer could have too many fields."""
        cost = self.cost(document, node, variables)
        refuse("OPERATION_TOO_COSTLY", "estimated cost", cost, self.limits.cost)

    def cost(
        self, document: Document, node: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> int:
        def measured(sizes: Sizes) -> int:
            return Measuring(self._schema, document.ast, sizes).operation(node).cost

        return document.costs[id(node)].of(variables, measured)

    def _checked(self, ast: DocumentNode, *, is_trusted: bool = False) -> Document:
        document = Document(ast)
        measuring = Measuring(self._schema, document.ast, {})
        try:
            for operation in document.all_operations:
                measure = measuring.operation(operation.node)
                if not is_trusted:
                    self._refuse_shape(measure)
                costs = document.costs[id(operation.node)] = Costs(measuring.sizing)
                if not costs.defaults:
                    costs.known[()] = measure.cost
            errors = violations(
                self._schema, document.ast, self._rules, suggestions=self._suggestions
            )
        except RecursionError:
            raise Refusal("DOCUMENT_TOO_DEEP", "The document is nested too deeply.") from None
        if any(error.message == ABORTED for error in errors):
            raise Refusal("DOCUMENT_TOO_COMPLEX", "The document repeats the same fields too often.")
        if errors:
            raise Invalid(errors)
        return document

    def _parsed(self, text: str) -> DocumentNode:
        refuse("DOCUMENT_TOO_LARGE", "size in bytes", bytes_in(text), self.limits.document_bytes)
        try:
            return parse(text, max_tokens=self.limits.tokens)
        except GraphQLSyntaxError as error:
            if error.message.endswith("Parsing aborted."):
                refuse("TOO_MANY_TOKENS", "number of tokens", None, self.limits.tokens)
            raise

    def _refuse_shape(self, measure: Measure) -> None:
        limits = self.limits
        refuse("DOCUMENT_TOO_DEEP", "depth", measure.depth, limits.depth)
        refuse("TOO_MANY_ALIASES", "number of aliases", measure.aliases, limits.aliases)
        refuse("TOO_MANY_ROOT_FIELDS", "number of root fields", measure.fields, limits.root_fields)
        refuse("TOO_MANY_DIRECTIVES", "number of directives", measure.directives, limits.directives)


def refuse(code: str, what: str, found: int | None, limit: int) -> None:
    """Raises Refusal unless what was found is within the limit."""
    if found is not None and found <= limit:
        return
    has = f"is {found:,}" if found is not None and found < 10**9 else "is far beyond that"
    raise Refusal(code, f"At most {limit:,} is allowed: the {what} of this document {has}.")


def bytes_in(text: str) -> int:
    return len(text.encode(errors="surrogatepass"))


def memory_of(text: str, document: DocumentNode) -> int:
    """Bytes that a document takes as long as it is kept, about."""
    return DOCUMENT_BYTES + PER_TOKEN * document.token_count + PER_BYTE * bytes_in(text)
