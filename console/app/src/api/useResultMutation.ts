import type { OperationVariables, TypedDocumentNode } from '@apollo/client';
import { useMutation } from '@apollo/client/react';
import { useState } from 'react';

import type { ErrorCode } from '../gql/graphql';
import { isNetworkError, describeError } from './errorMessages';

export interface Failure {
  message: string;
  /** Null where it was not the server that refused. */
  code: ErrorCode | null;
}

type Success<Data> = Exclude<Data[keyof Data], { message: string }>;

const INPUT_KEPT = 'What you entered is still here: try again.';

interface Options {
  /** Names of queries that have changed by it; done when they are there again. */
  refetchQueries?: string[];
  /** The server has said no: asking the very same again is asking anew. */
  onRefused?: () => void;
}

/**
 * Runs a mutation. What can be expected to fail is a member of its result's union, with a sentence
 * for the user; what cannot comes as an exception. Both end up in `failure`.
 */
export function useResultMutation<Data extends object, Variables extends OperationVariables>(
  mutation: TypedDocumentNode<Data, Variables>,
  { refetchQueries: changes = [], onRefused }: Options = {},
) {
  const [mutate, { loading }] = useMutation<Data, OperationVariables>(mutation, {
    refetchQueries: changes,
    awaitRefetchQueries: true,
  });
  const [failure, setFailure] = useState<Failure | null>(null);

  async function run(variables: Variables): Promise<Success<Data> | null> {
    setFailure(null);
    try {
      const { data } = await mutate({ variables });
      const [outcome] = Object.values(data ?? {}) as object[];
      if (outcome && !isFailure(outcome)) return outcome as Success<Data>;
      if (outcome) setFailure(outcome);
      onRefused?.();
    } catch (error) {
      const sentence = describeError(error);
      setFailure({
        message: isNetworkError(error) ? `${sentence} ${INPUT_KEPT}` : sentence,
        code: null,
      });
    }
    return null;
  }

  return { run, isRunning: loading, failure, forget: () => setFailure(null) };
}

function isFailure(outcome: object): outcome is Failure {
  return 'message' in outcome && 'code' in outcome;
}
