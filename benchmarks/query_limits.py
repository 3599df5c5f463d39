"""Query limits: the CPU cost of the most expensive operations, relative to the smallest one.

Measures the CPU from the text of an operation to the decision whether to execute it, with the
default limits and an empty cache. The shapes are known denial-of-service patterns, each as large as
the token limit allows. `library` is the time of graphql-core to parse and validate the same text.
"""

import time
from collections.abc import Callable

from graphql import GraphQLError, get_introspection_query, parse, validate
from graphql.language import Lexer, Source, TokenKind

from benchmarks.support import results_page
from benchmarks.support.figures import is_comparison_run, record_figure
from execution.limits.errors import InvalidDocument
from execution.limits.operation_limits import DEFAULT_LIMITS
from execution.operations import DocumentCache
from resolvers.schema import schema
from tests import operations

SMALLEST = "{ __typename }"
TIMES = 25
#: The maximum cost as a multiple of the smallest operation.
MAX_RATIO = 20

Shape = Callable[[int], str]


def repeat_part(part: str, around: str = "{{ {} }}") -> Shape:
    return lambda count: around.format(" ".join(part.format(n=n, next=n + 1) for n in range(count)))


def chain_fragments(part: str, end: str, on: str = "{{ viewer {{ ...F0 }} }} ") -> Shape:
    """Fragments that each spread the next one."""
    links = repeat_part(part, "{}")
    return lambda count: f"{on.format()}{links(count)} {end.format(count)}"


def nest_part(part: str, inner: str) -> Shape:
    return lambda count: f"{{ {part * count} {inner} {'}' * count} }}"


PAGE = (
    'a{n}: session(id: "{n}") {{ id status title owner {{ id name }} documents {{ id kind }}'
    " ... on ChatSession {{ messages(last: 5) {{ edges {{ node {{ id content }} }} }} }} }}"
)
ITEM = 'a{n}: session(id: "{n}") {{ id status title createdAt updatedAt owner {{ id name }} }}'
USER = "fragment F{} on User {{ name }}"
SESSIONS = "{{ sessions {{ edges {{ node {{ ...F0 }} }} }} }} "

SHAPES: dict[str, Shape] = {
    "ordinary pages, many": repeat_part(PAGE),
    "ordinary sessions, many": repeat_part(ITEM),
    "one object, repeated": repeat_part("viewer {{ name }}"),
    "one field, repeated": repeat_part("name", "{{ viewer {{ {} }} }}"),
    "one field, 40 times": lambda count: repeat_part("name", "{{ viewer {{ {} }} }}")(
        min(count, 40)
    ),
    "repeated objects and ordinary sessions": lambda count: repeat_part(
        ITEM, "{{ viewer {{" + " account {{ id }}" * 14 + " }} {} }}"
    )(count),
    "aliases": repeat_part("a{n}: viewer {{ id }}"),
    "30 aliases": lambda count: repeat_part(ITEM)(min(count, 30)),
    "doubling fragments": chain_fragments(
        "fragment F{n} on User {{ ...F{next} ...F{next} }}", USER
    ),
    "doubling fragments with fields": chain_fragments(
        "fragment F{n} on User {{ account {{ id }} ...F{next} ...F{next} }}", USER
    ),
    "chained fragments": chain_fragments("fragment F{n} on User {{ name ...F{next} }}", USER),
    "cyclic fragments": chain_fragments(
        "fragment F{n} on User {{ ...F{next} }}", "fragment F{} on User {{ ...F0 }}"
    ),
    "fragments with nested objects": chain_fragments(
        "fragment F{n} on AISession {{ owner {{ id }} ...F{next} }}",
        "fragment F{} on AISession {{ id }}",
        SESSIONS,
    ),
    "separate fragments": lambda count: (
        repeat_part("...F{n}", "{{ viewer {{ {} }} }} ")(count)
        + repeat_part("fragment F{n} on User {{ name }}", "{}")(count)
    ),
    "nested inline fragments": nest_part("... {", "viewer { name }"),
    "nested objects": nest_part("a {", "a"),
    "unknown fields": repeat_part("nam{n}"),
    "unknown directives": repeat_part("@a{n}", "{{ viewer {{ name {} }} }}"),
    "directives": repeat_part("@include(if: true)", "{{ viewer {{ name {} }} }}"),
    "many operations": repeat_part(
        "query Q{n} {{ ...F }}", "{} fragment F on Query {{ viewer {{ name }} }}"
    ),
    "many operations with fragments": lambda count: (
        repeat_part("query Q{n} {{ ...F0 }}", "{} ")(count)
        + repeat_part("fragment F{n} on Query {{ ...F{next} }}", "{} ")(count)
        + f"fragment F{count} on Query {{ viewer {{ name }} }}"
    ),
    "unused variables": repeat_part("$v{n}: Int", "query ({}) {{ viewer {{ name }} }}"),
    "used variables": lambda count: (
        repeat_part("$v{n}: ID!", "query ({}) ")(count)
        + repeat_part("a{n}: session(id: $v{n}) {{ id }}")(count)
    ),
    "long list": repeat_part("1", "{{ sessions(filter: {{ status: [{}] }}) {{ totalCount }} }}"),
    "deeply nested value": lambda count: (
        "{ sessions(filter: " + "{ a: " * count + "1" + " }" * count + ") { totalCount } }"
    ),
    "nested pages": lambda _: (
        "{ sessions(first: 100) { edges { node { history(first: 100)"
        " { edges { node { id } } } } } } }"
    ),
}

#: Operations of a fixed size.
TEXTS = {
    "introspection": get_introspection_query(),
    "ordinary page": operations.GET,
    "long string": '{ session(id: "' + "\\u0041" * 2_600 + '") { id } }',
    "comments": SMALLEST + "#aaaaaaaaaaaaaaaaaa\n" * 800,
    "commas": SMALLEST + "," * 16_000,
    "comment of 1 MB": SMALLEST + "#" + "a" * 1_000_000,
    "one object, 250 times": repeat_part("viewer {{ name }}")(250),
    "30 doubling fragments": chain_fragments(
        "fragment F{n} on User {{ ...F{next} ...F{next} }}", USER
    )(30),
}


def largest_text(shape: Shape) -> str:
    count = 1
    while count_tokens(shape(count + 1)) <= DEFAULT_LIMITS.tokens and count < DEFAULT_LIMITS.tokens:
        count += 1
    return shape(count)


def count_tokens(text: str) -> int:
    lexer, count = Lexer(Source(text)), 0
    while lexer.advance().kind is not TokenKind.EOF:
        count += 1
    return count


def cpu(work: Callable[[], object]) -> float:
    """CPU milliseconds."""
    started_at = time.process_time()
    work()
    return (time.process_time() - started_at) * 1000


def measure_text(work: Callable[[str], object], text: str) -> tuple[float, float]:
    """The cost of a text, and its ratio to the smallest operation. Both are minimums of alternating
    runs, because the speed of the machine varies."""
    large, smallest = [], []
    for _ in range(TIMES):
        large.append(cpu(lambda: work(text)))
        smallest += [cpu(lambda: work(SMALLEST)) for _ in range(5)]
    return min(large), min(large) / min(smallest)


def parse_and_validate(text: str) -> object:
    try:
        return validate(schema._schema, parse(text))
    except GraphQLError:
        return None


def check_operation(text: str) -> None:
    cache = DocumentCache(schema._schema, DEFAULT_LIMITS, introspection=True, suggestions=False)
    try:
        document = cache.get(text)
        cache.check_cost(document, document.all_operations[0].node, {})
    except (GraphQLError, InvalidDocument):
        pass


HEAD = ["operation", "ours", "ratio to the smallest", "library", "ratio to the smallest"]


def main() -> int:
    texts = (
        {"smallest operation": SMALLEST}
        | TEXTS
        | {name: largest_text(shape) for name, shape in SHAPES.items()}
    )
    rows, worst = [], 0.0
    for name, text in texts.items():
        ours, ratio = measure_text(check_operation, text)
        record_figure(f"{name}: CPU, µs", ours * 1000)
        worst = max(worst, ratio)
        row = [name, f"{ours:.2f} ms", f"{ratio:.1f}"]
        if not is_comparison_run():
            library, library_ratio = measure_text(parse_and_validate, text)
            row += [f"{library:.2f} ms", f"{library_ratio:.1f}"]
        rows.append(row)
    summary = f"The worst operation costs {worst:.1f} times the smallest; the limit is {MAX_RATIO}."
    results_page.write_section(
        "query limits", f"{results_page.markdown_table(HEAD, rows)}\n\n{summary}"
    )
    return int(worst > MAX_RATIO)


if __name__ == "__main__":
    raise SystemExit(main())
