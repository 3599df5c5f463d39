import type { OperationVariables, TypedDocumentNode } from '@apollo/client';
import { useSubscription } from '@apollo/client/react';
import { useEffect, useRef, useState } from 'react';

/** Between a refusal and the next try. */
export const RESTART_DELAY_MS = 3000;

interface Options<Data, Variables> {
  variables: Variables;
  skip?: boolean;
  onData: (data: Data) => void;
  /** It has ended in order: there is no more to tell. */
  onEnd?: () => void;
  /** It could not be had, or has broken off. It is asked for again after a while. */
  onLost?: () => void;
}

/** Follows a subscription. Lost connections are the transport's; here are the server's refusals. */
export function useResumableSubscription<Data, Variables extends OperationVariables>(
  document: TypedDocumentNode<Data, Variables>,
  { variables, skip = false, onData, onEnd, onLost }: Options<Data, Variables>,
) {
  const [error, setError] = useState<Error | null>(null);
  const timer = useRef<number>(undefined);
  const isWanted = useRef(true);
  useEffect(() => {
    isWanted.current = !skip;
  });
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const { restart } = useSubscription<Data, OperationVariables>(document, {
    variables,
    skip,
    ignoreResults: true,
    onComplete: onEnd,
    onData: ({ data: { data } }) => {
      setError(null);
      if (data) onData(data as Data);
    },
    onError: (lost) => {
      setError(lost as Error);
      onLost?.();
      window.clearTimeout(timer.current);
      timer.current = window.setTimeout(again, RESTART_DELAY_MS);
    },
  });

  function again() {
    if (isWanted.current) restart();
  }

  return { error, again };
}
