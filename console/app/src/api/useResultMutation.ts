import type { OperationVariables, TypedDocumentNode } from '@apollo/client';
import { useMutation } from '@apollo/client/react';
import { useState } from 'react';

import type { ErrorCode } from '../gql/graphql';
import { describeError, isNetworkError } from './errorMessages';
import { useIdempotencyKey } from './useIdempotencyKey';

export interface Failure {
  message: string;
  /** Null if the error is not a result of the server. */
  code: ErrorCode | null;
}

type Success<Data> = Exclude<Data[keyof Data], { message: string }>;

type Input = Record<string, unknown>;

const INPUT_KEPT = 'What you entered is still here: try again.';

interface Options {
  /** Names of queries to refetch. The mutation is running until they are there. */
  refetchQueries?: string[];
  /** The server refused the mutation: the same input sent again is a new request. */
  onRefused?: () => void;
  /**
   * Sends an idempotency key, which is kept under this name until the outcome is known: the same
   * input sent again after an error of the network is the same request.
   */
  keyName?: string;
}

/**
 * Runs a mutation whose result is a union of a success and the expected errors. These and
 * exceptions end up in `failure`.
 */
export function useResultMutation<Data extends object, Variables extends OperationVariables>(
  mutation: TypedDocumentNode<Data, Variables>,
  { refetchQueries = [], onRefused, keyName }: Options = {},
) {
  const [mutate, { loading }] = useMutation<Data, OperationVariables>(mutation, {
    refetchQueries,
    awaitRefetchQueries: true,
  });
  const [failure, setFailure] = useState<Failure | null>(null);
  const { withKey, forgetKey } = useIdempotencyKey<Input>(keyName ?? '');

  async function run(variables: Variables): Promise<Success<Data> | null> {
    setFailure(null);
    try {
      const { data } = await mutate({ variables: keyName ? keyed(variables) : variables });
      if (keyName) forgetKey();
      const [result] = Object.values(data ?? {}) as object[];
      if (result && !isFailure(result)) return result as Success<Data>;
      if (result) setFailure(result);
      onRefused?.();
    } catch (error) {
      const message = describeError(error);
      setFailure({
        message: isNetworkError(error) ? `${message} ${INPUT_KEPT}` : message,
        code: null,
      });
    }
    return null;
  }

  const keyed = (variables: OperationVariables) => ({
    ...variables,
    input: withKey(variables.input as Input, (one) => ({ ...one, idempotencyKey: null })),
  });

  return { run, isRunning: loading, failure, clearFailure: () => setFailure(null) };
}

function isFailure(result: object): result is Failure {
  return 'message' in result && 'code' in result;
}
