"""Builds the schema; the lists below are its table of contents."""

from dataclasses import replace
from datetime import datetime
from functools import cache

from strawberry.schema.config import StrawberryConfig
from strawberry.schema.types.base_scalars import DateTimeDefinition
from strawberry.tools import create_type

from execution.limits.operation_limits import DEFAULT_LIMITS, OperationLimits, PageLimits
from execution.schema import Schema
from resolvers.error_classification import classify_error
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
from resolvers.mutations.update_account import update_account
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
from schema.dashboard import DashboardSessionChanged, DashboardSessionRemoved, DashboardSnapshot
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
from services.limits import PAGE_MAX, SLICE_DEFAULT

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
    description="Read operations; none changes anything.",
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
        update_account,
    ],
    description="Write operations. Each is one transaction; failures that a client can handle are "
    "members of the result's union.",
)
Subscription = create_type(
    "Subscription",
    [chat_tokens, generation_events, session_events, dashboard_events],
    description="Live streams. Each event has a cursor, to resume after a disconnect.",
)


#: With a specification, which the library's own lacks.
DATETIME = replace(
    DateTimeDefinition,
    description="Time with its offset from UTC, as in 2026-01-31T08:00:00+00:00.",
    specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
)
PAGE_LIMITS = PageLimits(default=SLICE_DEFAULT, maximum=PAGE_MAX)


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
            DashboardSessionRemoved,
        ],
        exception_handlers=EXCEPTION_HANDLERS,
        classify_error=classify_error,
        config=StrawberryConfig(scalar_map={datetime: DATETIME}),
        limits=replace(limits, pages=PAGE_LIMITS),
        introspection=introspection,
        suggestions=suggestions,
        compiled=compiled,
    )


# All arguments are given, so that the server gets the cached schema where it asks for the same.
schema = build_schema(DEFAULT_LIMITS, introspection=True, suggestions=False, compiled=True)
