"""Documents composed from the record of a session."""

from collections.abc import Callable

from models import GenerationKind, SessionStatus
from services.ai.offline.session_record import (
    accepted_solution,
    flow_tree,
    number_lines,
    problem_statement,
    recorded_actions,
    shorten_line,
)
from services.ai.session_snapshot import SessionSnapshot
from services.flows.flow_tree import SolutionNode

NOTHING = "Nothing is recorded."
NOT_ESTABLISHED = "Not established."
MAX_NEXT_STEPS = 6


def compose_document(snapshot: SessionSnapshot, kind: GenerationKind) -> str:
    return COMPOSERS[kind](snapshot)


def join_sections(texts: dict[str, str]) -> str:
    return "\n\n".join(f"## {title}\n\n{text}" for title, text in texts.items())


def compose_ticket_notes(snapshot: SessionSnapshot) -> str:
    actions = [action.line for action in recorded_actions(snapshot) if action.result]
    return join_sections(
        {
            "Problem": problem_statement(snapshot),
            "What we confirmed": number_lines(actions) or NOTHING,
            "Root cause": root_cause(snapshot),
            "Resolution": resolution_text(snapshot),
        }
    )


def compose_escalation_package(snapshot: SessionSnapshot) -> str:
    actions = recorded_actions(snapshot)
    confirmed = [a.line for a in actions if a.result and not a.is_attempt]
    tried = [a.line for a in actions if a.is_attempt]
    return join_sections(
        {
            "Problem": f"{problem_statement(snapshot)}{escalation_reason(snapshot)}",
            "What we've confirmed": number_lines(confirmed) or NOTHING,
            "What we've tried": number_lines(tried) or NOTHING,
            "Current hypothesis": current_hypothesis(snapshot),
            "Suggested next steps": number_lines(suggested_next_steps(snapshot)),
        }
    )


def compose_knowledge_article(snapshot: SessionSnapshot) -> str:
    """Leaves out what belongs to one client: no names, no ticket."""
    problem = problem_statement(snapshot)
    title = snapshot.title or (snapshot.flow.title if snapshot.flow else shorten_line(problem))
    checks = [action.line for action in recorded_actions(snapshot) if action.result]
    parts = {
        "Symptoms": problem,
        "Cause": root_cause(snapshot),
        "Solution": resolution_text(snapshot),
        "How to verify": "Repeat what failed before; it must work now, for the same person on the "
        "same device."
        + (f"\n\nChecks made on the way:\n\n{number_lines(checks)}" if checks else ""),
    }
    return f"# {title}\n\n{join_sections(parts)}"


def compose_client_summary(snapshot: SessionSnapshot) -> str:
    problem = snapshot.problem_summary or shorten_line(problem_statement(snapshot))
    outcome = {
        SessionStatus.RESOLVED: f"It is solved. {snapshot.resolution_summary or ''}",
        SessionStatus.ESCALATED: "A senior colleague is looking into it now and has our findings.",
        SessionStatus.ABANDONED: "The work on it has ended. Write to us if it still bothers you.",
    }.get(snapshot.status, "We are still working on it.")
    return (
        f"You told us: {problem}\n\n{outcome.strip()}\n\nIf it comes back, answer to this message."
    )


COMPOSERS: dict[GenerationKind, Callable[[SessionSnapshot], str]] = {
    GenerationKind.TICKET_NOTES: compose_ticket_notes,
    GenerationKind.ESCALATION_PACKAGE: compose_escalation_package,
    GenerationKind.KNOWLEDGE_ARTICLE: compose_knowledge_article,
    GenerationKind.CLIENT_SUMMARY: compose_client_summary,
}


def root_cause(snapshot: SessionSnapshot) -> str:
    solution = accepted_solution(snapshot)
    return (solution and solution.root_cause) or NOT_ESTABLISHED


def resolution_text(snapshot: SessionSnapshot) -> str:
    solution, summary = accepted_solution(snapshot), snapshot.resolution_summary
    if solution is None:
        return summary or NOTHING
    text = f"{solution.title}:\n\n{solution.resolution}"
    # A summary that begins with the solution's title says the same.
    if not summary or summary.startswith(solution.title):
        return text
    return f"{summary}\n\n{text}"


def escalation_reason(snapshot: SessionSnapshot) -> str:
    reason = snapshot.escalation_reason
    return f"\n\nReason for the escalation: {reason}" if reason else ""


def current_hypothesis(snapshot: SessionSnapshot) -> str:
    flow = snapshot.flow or next(iter(snapshot.suggestions), None)
    if flow is None:
        return f"{NOT_ESTABLISHED} No known flow fits."
    failed = [a.title for a in recorded_actions(snapshot) if a.result and a.is_attempt]
    tail = f" What was tried has not solved it: {'; '.join(failed[-3:])}." if failed else ""
    return f"It looks like a known kind of problem: {flow.title}.{tail}"


def suggested_next_steps(snapshot: SessionSnapshot) -> list[str]:
    unanswered = [f"Finish: {a.title}" for a in recorded_actions(snapshot) if a.result is None]
    solutions = [f"Check for: {title}" for title in unreached_solutions(snapshot)]
    active = snapshot.flow.slug if snapshot.flow else None
    flows = [f"Try the flow: {flow.title}" for flow in snapshot.suggestions if flow.slug != active]
    steps = [*unanswered[-1:], *solutions, *flows][:MAX_NEXT_STEPS]
    return steps or ["Reproduce the problem and note the exact error message and its time."]


def unreached_solutions(snapshot: SessionSnapshot) -> list[str]:
    """Titles of the flow's solutions that no step of the session has reached."""
    tree = flow_tree(snapshot)
    reached = {step.flow_node_id for step in snapshot.steps}
    nodes = tree.nodes.items() if tree else ()
    return [
        node.title for id, node in nodes if isinstance(node, SolutionNode) and id not in reached
    ]
