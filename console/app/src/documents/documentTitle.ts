import type { DocumentKind, GenerationKind, StatusUpdateAudience } from '../gql/graphql';
import { sentenceCase } from '../ui/format';

export function formatDocumentTitle(
  kind: DocumentKind,
  audience: StatusUpdateAudience | null,
): string {
  return audience
    ? `${sentenceCase(kind)} (${sentenceCase(audience).toLowerCase()})`
    : sentenceCase(kind);
}

/** Whether the generation writes a document, not a message or a step. */
export function isDocumentKind(kind: GenerationKind): kind is DocumentKind {
  return kind !== 'CHAT_REPLY' && kind !== 'GUIDED_STEP';
}
