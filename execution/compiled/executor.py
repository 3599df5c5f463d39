"""Connects compiled execution to the library's executor."""

from typing import Any

from graphql.type.definition import GraphQLResolveInfoHelpers
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from execution.compiled.plan_cache import PlanCache


class PlannedExecutor(StrawberryGraphQLCoreExecutionContext):
    """Executes an operation by its compiled plan, or by the library if there is none."""

    @property
    def strawberry_schema(self) -> Any:
        return self.schema._strawberry_schema  # type: ignore[attr-defined]

    @property
    def async_helpers(self) -> GraphQLResolveInfoHelpers:
        """Created on access. The library stores them on the executor, to which they refer back:
        each executed operation would be a reference cycle, left to the garbage collector."""
        return GraphQLResolveInfoHelpers(self.gather_async_work, self.track_async_work)

    @async_helpers.setter
    def async_helpers(self, helpers: GraphQLResolveInfoHelpers) -> None:
        pass

    def execute_operation(self, serially: bool | None = None) -> Any:
        plans: PlanCache | None = self.strawberry_schema.plan_cache
        keeps_datetimes = getattr(self.context_value, "keeps_datetimes", False)
        plan = plans.get_plan(self, keeps_datetimes=keeps_datetimes) if plans else None
        if plan is None:
            return super().execute_operation(serially)
        return plan.execute(self, plan.is_serial if serially is None else serially)
