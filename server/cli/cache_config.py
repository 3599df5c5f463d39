"""What the caches of GraphQL clients need to know of the schema."""

from graphql import build_schema, is_abstract_type, is_object_type


def describe_for_caches(sdl: str) -> dict[str, object]:
    """`possibleTypes` of interfaces and unions, for Apollo Client and Graphcache; `embeddedTypes`,
    the object types without an id, which have no place of their own in a normalized cache."""
    schema = build_schema(sdl)
    types = [type_ for name, type_ in sorted(schema.type_map.items()) if name[:2] != "__"]
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    return {
        "possibleTypes": {
            type_.name: sorted(possible.name for possible in schema.get_possible_types(type_))
            for type_ in types
            if is_abstract_type(type_)
        },
        "embeddedTypes": [
            type_.name
            for type_ in types
            if is_object_type(type_) and "id" not in type_.fields and type_ not in roots
        ],
    }
