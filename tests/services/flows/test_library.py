"""A bad flow is refused by file, line and reason; the bundled ones are good."""

from pathlib import Path

import pytest

from server.bootstrap import FLOWS
from services import limits
from services.flows import flow_tree
from services.flows.flow_tree import DecisionNode, SolutionNode, StepOption, next_node_ids
from services.flows.library import InvalidFlowFile, load_flow_file, load_flow_library

GOOD = """\
slug: a-flow
title: A flow
description: For tests.
domain: Testing
symptoms: [it does not work]
root: ask
nodes:
  ask:
    type: decision
    question: Which one?
    options:
      - {value: one, label: The one, next: do_it}
      - {value: other, label: The other, next: solved}
    unsure: do_it
  do_it:
    type: action
    title: Do it
    instructions: Turn it off and on.
    next: solved
  solved:
    type: solution
    title: It works
    resolution: Leave it on.
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a-flow.yaml"
    path.write_text(GOOD)
    return path


def change(file: Path, old: str, new: str) -> Path:
    assert old in GOOD
    file.write_text(GOOD.replace(old, new, 1))
    return file


def test_a_good_flow_is_loaded(file):
    flow = load_flow_file(file)
    assert (flow.slug, flow.root, len(flow.nodes)) == ("a-flow", "ask", 3)
    assert flow.tree["nodes"]["do_it"]["next"] == "solved"


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("root: ask", "root: do_it", 6, "must be a decision"),
        ("root: ask", "root: nowhere", 6, "'nowhere' is not a node"),
        ("    next: solved", "    next: nowhere", 19, "there is no node 'nowhere'"),
        ("next: solved}", "next: nowhere}", 13, "there is no node 'nowhere'"),
        ("unsure: do_it", "unsure: nowhere", 14, "there is no node 'nowhere'"),
        (
            "    next: solved",
            "    next: ask",
            8,
            "never reaches a solution: ask -> do_it -> ask",
        ),
        ("value: other", "value: one", 13, "the option 'one' is a duplicate"),
        ("  solved:\n", "  do_it:\n", 20, "'do_it' is a duplicate key"),
        ("    type: solution", "    type: end", 20, "nodes.solved"),
        ("label: The one", "label: yes", 12, "should be a valid string"),
        ("    title: Do it\n", "", 15, "title: field required"),
        ("      - {value: other, label: The other, next: solved}\n", "", 11, "at least 2 items"),
        ("domain: Testing", "domain: Testing\nnotes: none", 5, "notes: extra inputs"),
        ("slug: a-flow", "slug: another", 1, "must be the name of its file"),
        ("symptoms: [it", "symptoms: [it: [", 6, "not YAML"),
    ],
)
def test_a_bad_flow_is_named_with_line_and_reason(file, old, new, line, reason):
    change(file, old, new)
    with pytest.raises(InvalidFlowFile) as invalid:
        load_flow_file(file)
    assert reason in invalid.value.reason
    assert invalid.value.line == line
    assert str(invalid.value).startswith(f"{file}, line {line}: ")


@pytest.mark.parametrize(
    ("old", "longer"),
    [
        ("Which one?", "w" * (limits.FLOW_TEXT_CHARS + 1)),
        ("Turn it off and on.", "t" * (limits.FLOW_TEXT_CHARS + 1)),
        ("The other", "o" * 256),
        ("For tests.", "f" * (limits.FLOW_DESCRIPTION_CHARS + 1)),
        ("it does not work", "i" * 256),
    ],
)
def test_a_text_longer_than_a_response_counts_it_is_refused(file, old, longer):
    with pytest.raises(InvalidFlowFile, match="at most"):
        load_flow_file(change(file, old, longer))


def test_a_tree_larger_than_a_response_counts_it_is_refused(file):
    action = "  more{n}: {{type: action, title: t, instructions: {text}, next: {then}}}\n"
    count = limits.FLOW_TREE_CHARS // limits.FLOW_TEXT_CHARS + 1
    nodes = "".join(
        action.format(
            n=n,
            text="x" * limits.FLOW_TEXT_CHARS,
            then=f"more{n + 1}" if n < count - 1 else "solved",
        )
        for n in range(count)
    )
    file.write_text(GOOD.replace("    next: solved\n", "    next: more0\n", 1) + nodes)
    with pytest.raises(InvalidFlowFile, match="the tree has"):
        load_flow_file(file)


def test_a_node_nothing_leads_to_is_named(file):
    file.write_text(
        change(file, "next: do_it}", "next: solved}").read_text().replace("    unsure: do_it\n", "")
    )
    with pytest.raises(InvalidFlowFile, match="line 14: the node 'do_it' is unreachable"):
        load_flow_file(file)


@pytest.mark.parametrize("content", [b"", b"- a list", b"\xff\xfe\x00", b"\x00"])
def test_what_is_no_flow_at_all_is_named_too(file, content):
    file.write_bytes(content)
    with pytest.raises(InvalidFlowFile, match="line 1"):
        load_flow_file(file)


STEP = """\
  step{0}:
    type: action
    title: Go on
    instructions: Go.
    next: step{1}
"""


def test_a_way_longer_than_a_session_is_refused(file):
    steps = "".join(STEP.format(n, n + 1) for n in range(30)).replace("step30", "solved")
    long = GOOD.replace("next: do_it}", "next: step0}").replace(
        "  solved:\n", f"{steps}  solved:\n"
    )
    file.write_text(long)
    with pytest.raises(InvalidFlowFile, match="more than 29 steps"):
        load_flow_file(file)


LIBRARY = load_flow_library(FLOWS)


def test_the_library_has_at_least_fifteen_flows():
    assert len(LIBRARY) >= 15


@pytest.mark.parametrize("flow", LIBRARY, ids=lambda flow: flow.slug)
def test_a_bundled_flow_is_worth_following(flow):
    solutions = [node for node in flow.nodes.values() if isinstance(node, SolutionNode)]
    assert len(solutions) >= 4
    assert all(solution.root_cause for solution in solutions)
    assert 5 <= len(flow.symptoms) <= 15
    assert all(symptom == symptom.lower() for symptom in flow.symptoms)
    assert any("```" in str(node) for node in flow.nodes.values()), "no command in it"


@pytest.mark.parametrize("flow", LIBRARY, ids=lambda flow: flow.slug)
def test_every_answer_to_a_bundled_flow_leads_to_a_solution(flow):
    ahead = [flow.root]
    while ahead:
        node = flow.nodes[ahead.pop()]
        ahead += next_node_ids(node).values()
        assert next_node_ids(node) or isinstance(node, SolutionNode)


@pytest.mark.parametrize("flow", LIBRARY, ids=lambda flow: flow.slug)
def test_an_option_of_a_bundled_flow_is_meant_by_its_number_value_and_label(flow):
    for node_id, node in flow.nodes.items():
        if not isinstance(node, DecisionNode):
            continue
        options = list(flow_tree.step_from_node(flow, node_id).options)
        for number, option in enumerate(options, 1):
            for said in (str(number), option.value, option.label, f" {option.label.upper()}. "):
                assert flow_tree.parse_option(options, said) == option


@pytest.mark.parametrize(
    "said", ["\u00b2", "9" * 5_000, "0", "7", "-1", "abcdefgh" * 4_000, ""], ids=len
)
def test_an_answer_that_means_no_option_is_none(said):
    options = [StepOption(f"value {n}", f"Label {n}") for n in range(3)]
    assert flow_tree.parse_option(options, said) is None
    assert flow_tree.parse_option([], said) is None
