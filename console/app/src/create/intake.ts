import type { IntakeInput } from '../gql/graphql';

/** Null if the user has entered neither a text nor a log. */
export function buildIntake(text: string, logText: string): IntakeInput | null {
  if (text && logText) return { type: 'COMBINED', text, logText };
  if (logText) return { type: 'LOG_PASTE', logText };
  return text ? { type: 'FREE_TEXT', text } : null;
}
