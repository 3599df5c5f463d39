"""Where compiled execution comes in: everything around it is the library's."""

from typing import Any

from graphql.type.definition import GraphQLResolveInfoHelpers
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from execution.compiled.plan_cache import PlanCache


class PlannedExecutor(StrawberryGraphQLCoreExecutionContext):
    """Runs an operation by its plan, where it has one."""

    @property
    def async_helpers(self) -> GraphQLResolveInfoHelpers:
        """Made for who asks. The library keeps them in the executor, which they hold: with all
        that an operation has, it would be left to the garbage collector."""
        return GraphQLResolveInfoHelpers(self.gather_async_work, self.track_async_work)

    @async_helpers.setter
    def async_helpers(self, helpers: GraphQLResolveInfoHelpers) -> None:
        pass

    def execute_operation(self, serially: bool | None = None) -> Any:
        plans: PlanCache | None = self.schema._strawberry_schema.plan_cache  # type: ignore[attr-defined]
        keeps_datetimes = getattr(self.context_value, "keeps_datetimes", False)
        plan = plans.get_plan(self, keeps_datetimes=keeps_datetimes) if plans else None
        if plan is None:
            return super().execute_operation(serially)
        return plan.execute(self, plan.is_serial if serially is None else serially)
