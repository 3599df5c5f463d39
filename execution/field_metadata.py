"""Keys of field metadata (`strawberry.field(metadata={...})`) that the execution reads."""

#: True: the resolver only reads the object and has no side effect, so it may run more than once.
SAFE_TO_REPEAT = "safe_to_repeat"

#: Number of items that a list without page arguments may hold, for the query cost.
MAX_ITEMS = "max_items"
