import { ApolloLink } from '@apollo/client';
import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { type FormattedExecutionResult, type GraphQLFormattedError, print } from 'graphql';
import { Observable } from 'rxjs';

import { socket } from './socket';

/**
 * Subscriptions that go on behind their last event after a connection is lost. The transport reads
 * `variables` anew at every attempt.
 */
export const resumableSubscriptionLink = new ApolloLink(
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
          after = readCursor(result.data) ?? after;
          observer.next(result as FormattedExecutionResult);
        },
        error: (error) => observer.error(toError(error)),
        complete: () => observer.complete(),
      });
    }),
);

/** The transport gives errors of the server as a list, and the end of a connection as its event. */
function toError(error: unknown): Error {
  if (Array.isArray(error))
    return new CombinedGraphQLErrors({ errors: error as GraphQLFormattedError[] });
  if (error instanceof Error) return error;
  const { reason } = error as CloseEvent;
  return new Error(reason || 'The connection was closed.');
}

function readCursor(data: unknown): string | undefined {
  const [event] = Object.values((data ?? {}) as Record<string, { cursor?: string } | null>);
  return event?.cursor;
}
