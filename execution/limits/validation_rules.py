"""The specification's rules of validation, each within bounds."""

from graphql import DocumentNode, GraphQLError, GraphQLSchema, specified_rules, validate
from graphql.validation import (
    ASTValidationRule,
    NoSchemaIntrospectionCustomRule,
    OverlappingFieldsCanBeMergedRule,
    ValidationContext,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

#: Comparisons of fields that share a name, in the library's unit. Our largest examples need a
#: few dozen; the number grows with the square of how often a name is repeated.
MAX_COMPARISONS = 600

#: That one answer lists. Each has to be located in the document.
MAX_ERRORS = 10

#: What the library says when comparisons run out.
BUDGET_EXCEEDED_MESSAGE = "Validation aborted."


class BoundedOverlappingFieldsRule(OverlappingFieldsCanBeMergedRule):
    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self.rule_context.remaining_complexity_budget = MAX_COMPARISONS


def create_validation_rules(*, introspection: bool) -> tuple[type[ASTValidationRule], ...]:
    bounded = tuple(
        BoundedOverlappingFieldsRule if rule is OverlappingFieldsCanBeMergedRule else rule
        for rule in specified_rules
    )
    closed = () if introspection else (NoSchemaIntrospectionCustomRule,)
    return (*bounded, MaybeNullValidationRule, OneOfInputValidationRule, *closed)


def validate_document(
    schema: GraphQLSchema,
    document: DocumentNode,
    rules: tuple[type[ASTValidationRule], ...],
    *,
    suggestions: bool,
) -> list[GraphQLError]:
    return validate(
        schema, document, rules, max_errors=MAX_ERRORS, hide_suggestions=not suggestions
    )
