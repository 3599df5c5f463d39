import strawberry


@strawberry.interface(description="Anything with an id that `node` can find again.")
class Node:
    id: strawberry.ID
