import type { StepType } from '../gql/graphql';

/** The option of the flow library that confirms a suggested solution. */
const SOLVED_OPTION = 'solved';

interface Step {
  stepType: StepType;
  answer: { option: { value: string } | null } | null;
}

/** Whether the last step has suggested a solution, and somebody has said that it is one. */
export function isConfirmedSolution(step: Step | null): boolean {
  return step?.stepType === 'RESOLUTION_SUGGESTION' && step.answer?.option?.value === SOLVED_OPTION;
}

/** The option that confirms the last step as the solution; null if it is none, or is answered. */
export function findConfirmingOption(
  step: (Step & { options: { value: string }[] }) | null,
): string | null {
  if (step?.stepType !== 'RESOLUTION_SUGGESTION' || step.answer !== null) return null;
  return step.options.find(({ value }) => value === SOLVED_OPTION)?.value ?? null;
}
