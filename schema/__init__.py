from schema import enums  # noqa: F401 - describes the enums before a type of the API uses one
