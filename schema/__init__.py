from schema import enums  # noqa: F401 - described before any type of the API asks for one
