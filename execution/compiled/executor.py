"""Where compiled execution comes in: everything around it is the library's."""

from typing import Any

from graphql.type.definition import GraphQLResolveInfoHelpers
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from execution.compiled.plan_cache import Plans


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
        plans: Plans | None = self.schema._strawberry_schema.plans  # type: ignore[attr-defined]
        keeps_times = getattr(self.context_value, "keeps_times", False)
        plan = plans.of(self, keeps_times=keeps_times) if plans else None
        if plan is None:
            return super().execute_operation(serially)
        return plan.run(self, plan.is_serial if serially is None else serially)
