import { ApolloLink } from '@apollo/client';
import { type FormattedExecutionResult, print } from 'graphql';
import { Observable } from 'rxjs';

import { socket } from './socket';

/**
 * Subscriptions that go on behind their last event after a connection is lost. The transport reads
 * `variables` anew at every attempt.
 */
export const resuming = new ApolloLink(
  (operation) =>
    new Observable((observer) => {
      let after: unknown = operation.variables.after;
      const payload = {
        operationName: operation.operationName,
        query: print(operation.query),
        get variables() {
          return { ...operation.variables, after };
        },
      };
      return socket.subscribe(payload, {
        next: (result) => {
          after = cursorOf(result.data) ?? after;
          observer.next(result as FormattedExecutionResult);
        },
        error: (error) => observer.error(error),
        complete: () => observer.complete(),
      });
    }),
);

function cursorOf(data: unknown): string | undefined {
  const [event] = Object.values((data ?? {}) as Record<string, { cursor?: string } | null>);
  return event?.cursor;
}
