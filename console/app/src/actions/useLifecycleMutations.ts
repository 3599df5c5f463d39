import { useResultMutation } from '../api/useResultMutation';
import type { SessionAction } from '../gql/graphql';
import { PAUSE_MUTATION, REOPEN_MUTATION, RESUME_MUTATION } from './lifecycleMutations';

/** The actions that need no dialog: one click runs the mutation. */
export function useLifecycleMutations(sessionId: string) {
  const pause = useResultMutation(PAUSE_MUTATION);
  const resume = useResultMutation(RESUME_MUTATION);
  const reopen = useResultMutation(REOPEN_MUTATION);
  const mutations = [pause, resume, reopen];
  const byAction: Partial<Record<SessionAction, (typeof mutations)[number]>> = {
    PAUSE: pause,
    RESUME: resume,
    REOPEN: reopen,
  };

  /** Returns false for an action that needs more than a click. */
  function run(action: SessionAction): boolean {
    mutations.forEach(({ clearFailure }) => clearFailure());
    const mutation = byAction[action];
    void mutation?.run({ input: { sessionId } });
    return mutation !== undefined;
  }

  return {
    run,
    isRunning: mutations.some(({ isRunning }) => isRunning),
    failure: mutations.map(({ failure }) => failure).find((failure) => failure !== null) ?? null,
  };
}
