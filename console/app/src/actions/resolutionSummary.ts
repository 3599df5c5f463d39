import type { ResolvableSessionFragment } from '../gql/graphql';
import { findConfirmingOption, isConfirmedSolution } from '../guided/solution';

/** What the dialog asks for, by what the session already says about its solution. */
export interface SummaryRule {
  isRequired: boolean;
  hint: string;
  /** The answer that confirms the suggested solution; null if there is none to confirm. */
  confirmation: { stepId: string; option: string; suggestion: string } | null;
}

const NOTHING_KNOWN: SummaryRule = {
  isRequired: true,
  hint: 'The session does not say it yet, and the documents need it.',
  confirmation: null,
};
const CONFIRMED: SummaryRule = {
  isRequired: false,
  hint: 'The solution is confirmed. Add anything else worth knowing, or leave this empty.',
  confirmation: null,
};
const IN_CONVERSATION: SummaryRule = {
  isRequired: false,
  hint: 'If you leave this empty, the documents are based on the conversation alone.',
  confirmation: null,
};

export function findSummaryRule(session: ResolvableSessionFragment | null): SummaryRule {
  if (session === null) return NOTHING_KNOWN;
  // A chat begins with the first message of the technician.
  if (session.__typename === 'ChatSession')
    return session.stepCount > 1 ? IN_CONVERSATION : NOTHING_KNOWN;
  const step = session.currentStep;
  if (isConfirmedSolution(step)) return CONFIRMED;
  const option = findConfirmingOption(step);
  if (step === null || option === null) return NOTHING_KNOWN;
  return {
    ...NOTHING_KNOWN,
    hint: 'Not needed if the suggested solution is confirmed.',
    confirmation: { stepId: step.id, option, suggestion: step.content },
  };
}
