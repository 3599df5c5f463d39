import type { DocumentKind, GenerationKind, StatusUpdateAudience } from '../gql/graphql';
import { inWords } from '../ui/format';

export function titleOf(kind: DocumentKind, audience: StatusUpdateAudience | null): string {
  return audience ? `${inWords(kind)} (${inWords(audience).toLowerCase()})` : inWords(kind);
}

/** Whether it is a document that is being written, or a turn of the session itself. */
export function isDocument(kind: GenerationKind): kind is DocumentKind {
  return kind !== 'CHAT_REPLY' && kind !== 'GUIDED_STEP';
}
