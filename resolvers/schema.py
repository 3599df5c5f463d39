"""Where the schema is put together; the lists below are its table of contents."""

from functools import cache

from strawberry.schema.config import StrawberryConfig
from strawberry.tools import create_type

from execution.error_masking import ErrorMasking
from execution.limits.limits import DEFAULT_LIMITS, OperationLimits
from execution.schema import Schema
from resolvers.mutations.abandon import abandon_session
from resolvers.mutations.claim import claim_session
from resolvers.mutations.create_session import create_session
from resolvers.mutations.delete_session import delete_session
from resolvers.mutations.edit_document import edit_document
from resolvers.mutations.escalate import escalate_session
from resolvers.mutations.pause import pause_session
from resolvers.mutations.rate_message import rate_message
from resolvers.mutations.rate_session import rate_session
from resolvers.mutations.regenerate import regenerate_answer
from resolvers.mutations.rename_session import rename_session
from resolvers.mutations.reopen import reopen_session
from resolvers.mutations.resolve import resolve_session
from resolvers.mutations.respond_to_step import respond_to_step
from resolvers.mutations.resume import resume_session
from resolvers.mutations.send_chat_message import send_chat_message
from resolvers.mutations.status_update import write_status_update
from resolvers.mutations.stop_generation import stop_generation
from resolvers.queries.dashboard import load_dashboard
from resolvers.queries.flows import find_flow, list_flows
from resolvers.queries.generation import find_generation
from resolvers.queries.match_flow import match_flow
from resolvers.queries.node import find_node
from resolvers.queries.session import find_session
from resolvers.queries.sessions import list_sessions
from resolvers.queries.users import list_users
from resolvers.queries.viewer import load_viewer
from resolvers.subscriptions.chat_tokens import chat_tokens
from resolvers.subscriptions.dashboard_events import dashboard_events
from resolvers.subscriptions.generation_events import generation_events
from resolvers.subscriptions.session_events import session_events
from schema.dashboard_events import DashboardSessionChanged, DashboardSnapshot
from schema.errors import EXCEPTION_HANDLERS
from schema.generations import (
    GenerationCancelled,
    GenerationCompleted,
    GenerationFailed,
    GenerationResumed,
    GenerationStarted,
    TokenDelta,
)
from schema.people import Account
from schema.sessions import ChatSession, GuidedSession

Query = create_type(
    "Query",
    [
        load_viewer,
        list_users,
        find_node,
        find_session,
        list_sessions,
        find_generation,
        list_flows,
        find_flow,
        match_flow,
        load_dashboard,
    ],
)
Mutation = create_type(
    "Mutation",
    [
        create_session,
        send_chat_message,
        respond_to_step,
        resolve_session,
        escalate_session,
        claim_session,
        pause_session,
        resume_session,
        abandon_session,
        reopen_session,
        write_status_update,
        stop_generation,
        regenerate_answer,
        rename_session,
        delete_session,
        rate_session,
        rate_message,
        edit_document,
    ],
)
Subscription = create_type(
    "Subscription", [chat_tokens, generation_events, session_events, dashboard_events]
)


@cache
def build_schema(
    limits: OperationLimits, *, introspection: bool, suggestions: bool, compiled: bool = True
) -> Schema:
    return Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[
            GuidedSession,
            ChatSession,
            Account,
            GenerationStarted,
            TokenDelta,
            GenerationResumed,
            GenerationCompleted,
            GenerationFailed,
            GenerationCancelled,
            DashboardSnapshot,
            DashboardSessionChanged,
        ],
        exception_handlers=EXCEPTION_HANDLERS,
        extensions=[ErrorMasking],
        config=StrawberryConfig(),
        limits=limits,
        introspection=introspection,
        suggestions=suggestions,
        compiled=compiled,
    )


# Told all of it, so that the server's own, where it asks for the same, is this one.
schema = build_schema(DEFAULT_LIMITS, introspection=True, suggestions=False, compiled=True)
