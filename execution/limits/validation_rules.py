"""The validation rules of the specification, with a bound on their work."""

from graphql import specified_rules
from graphql.validation import (
    ASTValidationRule,
    NoSchemaIntrospectionCustomRule,
    OverlappingFieldsCanBeMergedRule,
    ValidationContext,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

#: Budget for comparing fields of the same response name, in the unit of graphql-core. The largest
#: operations of our clients need a few dozen; the work grows with the square of the repetitions.
MAX_COMPARISONS = 600

#: Errors in one response. Each of them has to be located in the document.
MAX_ERRORS = 10

#: The message of graphql-core when the budget is exhausted.
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
