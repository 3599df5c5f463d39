import { ApolloLink } from '@apollo/client';
import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { type FormattedExecutionResult, type GraphQLFormattedError, print } from 'graphql';
import type { Client } from 'graphql-ws';
import { Observable } from 'rxjs';

/**
 * A link for subscriptions that resume after their last event when the connection is lost. The
 * client reads `variables` again at every attempt, so `after` is the cursor of the last event.
 */
export const createResumableSubscriptionLink = (client: Pick<Client, 'subscribe'>) =>
  new ApolloLink(
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
        return client.subscribe(payload, {
          next: (result) => {
            after = readCursor(result.data) ?? after;
            observer.next(result as FormattedExecutionResult);
          },
          error: (error) => observer.error(toError(error)),
          complete: () => observer.complete(),
        });
      }),
  );

/** `graphql-ws` reports errors of the server as a list, and a closed socket as a `CloseEvent`. */
function toError(error: unknown): Error {
  if (Array.isArray(error))
    return new CombinedGraphQLErrors({ errors: error as GraphQLFormattedError[] });
  if (error instanceof Error) return error;
  const { reason } = error as CloseEvent;
  return new Error(reason || 'The connection was closed.');
}

/** A subscription has one root field; its value is the event. */
function readCursor(data: unknown): string | undefined {
  const [event] = Object.values((data ?? {}) as Record<string, { cursor?: string } | null>);
  return event?.cursor;
}
