from types import NoneType
from typing import Annotated, Any, get_args

from pydantic import BaseModel, ValidationInfo, field_validator
from pydantic_settings import NoDecode

#: A list in one environment variable, separated by commas.
CommaSeparated = Annotated[tuple[str, ...], NoDecode]


class SettingsSection(BaseModel):
    """Base of the sections: for a setting that may be unset, an empty variable unsets it."""

    @field_validator("*", mode="before")
    @classmethod
    def unset_if_empty(cls, value: Any, info: ValidationInfo) -> Any:
        assert info.field_name is not None
        is_optional = NoneType in get_args(cls.model_fields[info.field_name].annotation)
        return None if value == "" and is_optional else value
