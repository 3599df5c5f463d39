"""The steps of an operation, of which those that no extension takes part in cost nothing."""

from contextlib import nullcontext
from typing import Any

from strawberry.extensions import SchemaExtension
from strawberry.extensions.runner import SchemaExtensionsRunner

NOTHING: Any = nullcontext()


class LazyExtensionRunner(SchemaExtensionsRunner):
    def parsing(self) -> Any:
        return super().parsing() if self._is_overridden("on_parse") else NOTHING

    def validation(self) -> Any:
        return super().validation() if self._is_overridden("on_validate") else NOTHING

    def executing(self) -> Any:
        return super().executing() if self._is_overridden("on_execute") else NOTHING

    def _is_overridden(self, step: str) -> bool:
        usual = getattr(SchemaExtension, step)
        return any(getattr(type(each), step) is not usual for each in self.extensions)
