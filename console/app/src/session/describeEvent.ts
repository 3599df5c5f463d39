import type { GenerationKind, GenerationStatus, SessionEventKind } from '../gql/graphql';
import { sentenceCase } from '../ui/format';

const LABELS: Record<SessionEventKind, string> = {
  CREATED: 'Created',
  MESSAGE_ADDED: 'Message added',
  MESSAGE_QUEUED: 'Message queued',
  STEP_ADDED: 'Step added',
  STEP_ANSWERED: 'Step answered',
  PAUSED: 'Paused',
  RESUMED: 'Resumed',
  RESOLVED: 'Resolved',
  ESCALATED: 'Escalated',
  CLAIMED: 'Claimed',
  ABANDONED: 'Closed without a solution',
  REOPENED: 'Reopened',
  RENAMED: 'Renamed',
  TICKET_LINKED: 'Ticket linked',
  TICKET_UNLINKED: 'Ticket unlinked',
  NOTE_PUSHED: 'Note put into the ticket',
  NOTE_PUSH_FAILED: 'Note could not be put into the ticket',
  DOCUMENT_READY: 'Document written',
  DOCUMENT_EDITED: 'Document edited',
  RATED: 'Rated',
  GENERATION_STARTED: 'Assistant began to write',
  GENERATION_FINISHED: 'Assistant finished writing',
  DELETED: 'Deleted',
};

const ENDS: Partial<Record<GenerationStatus, string>> = {
  COMPLETED: 'finished',
  CANCELLED: 'stopped',
  FAILED: 'failed',
};

/** The details of an event as far as they are shown. */
type Details = { __typename: string } | GenerationEnd | null;

interface GenerationEnd {
  __typename: 'GenerationFinishedDetails';
  generation: { kind: GenerationKind } | null;
  generationStatus: GenerationStatus;
}

/** What happened, in words. An answer that was stopped is told apart from one that is complete. */
export function describeEvent(kind: SessionEventKind, details: Details): string {
  if (details === null || !isGenerationEnd(details)) return LABELS[kind];
  const end = ENDS[details.generationStatus];
  return details.generation && end ? `${nameText(details.generation.kind)} ${end}` : LABELS[kind];
}

function isGenerationEnd(details: { __typename: string }): details is GenerationEnd {
  return details.__typename === 'GenerationFinishedDetails';
}

function nameText(kind: GenerationKind): string {
  if (kind === 'CHAT_REPLY') return 'Answer';
  return kind === 'GUIDED_STEP' ? 'Step' : sentenceCase(kind);
}
