import type { OperationVariables, TypedDocumentNode } from '@apollo/client';
import { useSubscription } from '@apollo/client/react';
import { useEffect, useRef, useState } from 'react';

/** The delay between an error and the next attempt. */
export const RESTART_DELAY_MS = 3000;

interface Options<Data, Variables> {
  variables: Variables;
  skip?: boolean;
  onData: (data: Data) => void;
  /** The server completed the subscription: there are no more events. */
  onEnd?: () => void;
  /** The subscription failed. It restarts after a delay. */
  onLost?: () => void;
}

/**
 * Subscribes and restarts after an error of the server. The link resumes after a lost connection.
 */
export function useResumableSubscription<Data, Variables extends OperationVariables>(
  subscription: TypedDocumentNode<Data, Variables>,
  { variables, skip = false, onData, onEnd, onLost }: Options<Data, Variables>,
) {
  const [error, setError] = useState<Error | null>(null);
  const timer = useRef<number>(undefined);
  const isActive = useRef(true);
  useEffect(() => {
    isActive.current = !skip;
  });
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const { restart: resubscribe } = useSubscription<Data, OperationVariables>(subscription, {
    variables,
    skip,
    ignoreResults: true,
    onComplete: onEnd,
    onData: ({ data: { data } }) => {
      setError(null);
      if (data) onData(data as Data);
    },
    onError: (cause) => {
      setError(cause as Error);
      onLost?.();
      window.clearTimeout(timer.current);
      timer.current = window.setTimeout(restart, RESTART_DELAY_MS);
    },
  });

  function restart() {
    if (isActive.current) resubscribe();
  }

  return { error, restart };
}
