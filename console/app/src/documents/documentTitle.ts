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

/** Whether it is a document that is being written, or a turn of the session itself. */
export function isDocumentKind(kind: GenerationKind): kind is DocumentKind {
  return kind !== 'CHAT_REPLY' && kind !== 'GUIDED_STEP';
}
