"""Keys of field metadata (`strawberry.field(metadata={...})`) that the execution reads."""

#: True: the resolver only reads the object and has no side effect, so it may run more than once.
SAFE_TO_REPEAT = "safe_to_repeat"

#: Number of items that a list without page arguments may hold, for the query cost.
MAX_ITEMS = "max_items"

#: The largest size of the value in a response: bytes of text with one byte per character. For a
#: list, the whole list. Without it, `execution.limits.value_sizes` estimates by the type.
MAX_BYTES = "max_bytes"
