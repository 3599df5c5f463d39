import { describeError } from '../api/errorMessages';

/** Why a search is refused, and what to do. The server names its argument. */
export function describeSearchProblem(error: unknown): { title: string; reason: string } {
  const reason = describeError(error).replace(/^`search`/, 'The search');
  const isTooLong = reason.includes('at most');
  return {
    title: isTooLong ? 'This search is too long' : 'This search cannot be run',
    reason: `${reason} Search for a few of its words, such as an error number.`,
  };
}
