"""What a document costs a server at most, beside the smallest there is.

CPU from the text of an operation to the decision whether it is run, as the limits stand by default,
with nothing remembered of the text. Shapes are those that are known to keep servers busy, each as
large as the number of tokens allows. `stock` is what the library alone takes to parse and validate
the same text.
"""

import time
from collections.abc import Callable

from graphql import GraphQLError, get_introspection_query, parse, validate
from graphql.language import Lexer, Source, TokenKind

from benchmarks.support import results_page
from execution.limits.document_cache import DocumentCache
from execution.limits.errors import InvalidDocument
from execution.limits.operation_limits import DEFAULT_LIMITS
from resolvers.schema import schema
from tests import operations

TINY = "{ __typename }"
TIMES = 25
#: Times a tiny one.
AT_MOST = 20

Shape = Callable[[int], str]


def many(part: str, around: str = "{{ {} }}") -> Shape:
    return lambda count: around.format(" ".join(part.format(n=n, next=n + 1) for n in range(count)))


def chain(part: str, end: str, on: str = "{{ viewer {{ ...F0 }} }} ") -> Shape:
    """Fragments that spread the one that follows them."""
    links = many(part, "{}")
    return lambda count: f"{on.format()}{links(count)} {end.format(count)}"


def nested(part: str, inner: str) -> Shape:
    return lambda count: f"{{ {part * count} {inner} {'}' * count} }}"


PAGE = (
    'a{n}: session(id: "{n}") {{ id status title owner {{ id name }} documents {{ id kind }}'
    " ... on ChatSession {{ messages(last: 5) {{ edges {{ node {{ id content }} }} }} }} }}"
)
ITEM = 'a{n}: session(id: "{n}") {{ id status title createdAt updatedAt owner {{ id name }} }}'
USER = "fragment F{} on User {{ name }}"
SESSIONS = "{{ sessions {{ edges {{ node {{ ...F0 }} }} }} }} "

SHAPES: dict[str, Shape] = {
    "ordinary pages": many(PAGE),
    "ordinary items": many(ITEM),
    "an object again and again": many("viewer {{ name }}"),
    "a field again and again": many("name", "{{ viewer {{ {} }} }}"),
    "a field 40 times": lambda count: many("name", "{{ viewer {{ {} }} }}")(min(count, 40)),
    "and ordinary items beside": lambda count: many(
        ITEM, "{{ viewer {{" + " account {{ id }}" * 14 + " }} {} }}"
    )(count),
    "aliases": many("a{n}: viewer {{ id }}"),
    "aliases, 30": lambda count: many(ITEM)(min(count, 30)),
    "fragments that double": chain("fragment F{n} on User {{ ...F{next} ...F{next} }}", USER),
    "fragments that double fields": chain(
        "fragment F{n} on User {{ account {{ id }} ...F{next} ...F{next} }}", USER
    ),
    "fragments in a chain": chain("fragment F{n} on User {{ name ...F{next} }}", USER),
    "fragments in a circle": chain(
        "fragment F{n} on User {{ ...F{next} }}", "fragment F{} on User {{ ...F0 }}"
    ),
    "fragments that nest objects": chain(
        "fragment F{n} on AISession {{ owner {{ id }} ...F{next} }}",
        "fragment F{} on AISession {{ id }}",
        SESSIONS,
    ),
    "fragments side by side": lambda count: (
        many("...F{n}", "{{ viewer {{ {} }} }} ")(count)
        + many("fragment F{n} on User {{ name }}", "{}")(count)
    ),
    "inline fragments": nested("... {", "viewer { name }"),
    "objects nested": nested("a {", "a"),
    "unknown fields": many("nam{n}"),
    "unknown directives": many("@a{n}", "{{ viewer {{ name {} }} }}"),
    "directives": many("@include(if: true)", "{{ viewer {{ name {} }} }}"),
    "many operations": many(
        "query Q{n} {{ ...F }}", "{} fragment F on Query {{ viewer {{ name }} }}"
    ),
    "operations by fragments": lambda count: (
        many("query Q{n} {{ ...F0 }}", "{} ")(count)
        + many("fragment F{n} on Query {{ ...F{next} }}", "{} ")(count)
        + f"fragment F{count} on Query {{ viewer {{ name }} }}"
    ),
    "variables": many("$v{n}: Int", "query ({}) {{ viewer {{ name }} }}"),
    "variables in use": lambda count: (
        many("$v{n}: ID!", "query ({}) ")(count) + many("a{n}: session(id: $v{n}) {{ id }}")(count)
    ),
    "a long list": many("1", "{{ sessions(filter: {{ status: [{}] }}) {{ totalCount }} }}"),
    "a deep value": lambda count: (
        "{ sessions(filter: " + "{ a: " * count + "1" + " }" * count + ") { totalCount } }"
    ),
    "pages in pages": lambda _: (
        "{ sessions(first: 100) { edges { node { history(first: 100)"
        " { edges { node { id } } } } } } }"
    ),
}

#: As large as they are, whatever the limits.
TEXTS = {
    "the schema itself": get_introspection_query(),
    "an ordinary page": operations.GET,
    "one long text": '{ session(id: "' + "\\u0041" * 2_600 + '") { id } }',
    "comments": TINY + "#aaaaaaaaaaaaaaaaaa\n" * 800,
    "commas": TINY + "," * 16_000,
    "a megabyte": TINY + "#" + "a" * 1_000_000,
    "an object 250 times": many("viewer {{ name }}")(250),
    "fragments that double, 30": chain("fragment F{n} on User {{ ...F{next} ...F{next} }}", USER)(
        30
    ),
}


def largest(shape: Shape) -> str:
    count = 1
    while tokens(shape(count + 1)) <= DEFAULT_LIMITS.tokens and count < DEFAULT_LIMITS.tokens:
        count += 1
    return shape(count)


def tokens(text: str) -> int:
    lexer, count = Lexer(Source(text)), 0
    while lexer.advance().kind is not TokenKind.EOF:
        count += 1
    return count


def cpu(work: Callable[[], object]) -> float:
    """Milliseconds."""
    begun = time.process_time()
    work()
    return (time.process_time() - begun) * 1000


def start_server(work: Callable[[str], object], text: str) -> tuple[float, float]:
    """What a text takes, and how many times a tiny one that is: both at their quickest, and taken
    in turns, for the machine is not equally quick all the time."""
    large, tiny = [], []
    for _ in range(TIMES):
        large.append(cpu(lambda: work(text)))
        tiny += [cpu(lambda: work(TINY)) for _ in range(5)]
    return min(large), min(large) / min(tiny)


def stock(text: str) -> object:
    try:
        return validate(schema._schema, parse(text))
    except GraphQLError:
        return None


def ours(text: str) -> object:
    documents = DocumentCache(schema._schema, DEFAULT_LIMITS, introspection=True, suggestions=False)
    try:
        document = documents.get(text)
        return documents.check_cost(document, document.all_operations[0].node, {})
    except (GraphQLError, InvalidDocument):
        return None


HEAD = ["document", "ours", "times a tiny one", "the library", "times a tiny one"]


def main() -> int:
    texts = {"a tiny one": TINY} | TEXTS | {name: largest(shape) for name, shape in SHAPES.items()}
    rows, worst = [], 0.0
    for name, text in texts.items():
        (taken, times), (by_stock, times_stock) = (
            start_server(ours, text),
            start_server(stock, text),
        )
        worst = max(worst, times)
        found = f"{taken:.2f} ms", f"{times:.1f}", f"{by_stock:.2f} ms", f"{times_stock:.1f}"
        rows.append([name, *found])
    says = f"The worst takes {worst:.1f} times a tiny one; at most {AT_MOST} are allowed."
    results_page.write_section("documents", f"{results_page.markdown_table(HEAD, rows)}\n\n{says}")
    return int(worst > AT_MOST)


raise SystemExit(main())
