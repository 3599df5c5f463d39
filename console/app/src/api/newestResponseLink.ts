import { ApolloLink } from '@apollo/client';
import { OperationTypeNode } from 'graphql';
import { finalize, map } from 'rxjs';

/** The requests of one query with the same variables that are under way. */
interface Series {
  started: number;
  running: number;
  /** The response to the newest request that has one. */
  newest: { number: number; result: ApolloLink.Result } | null;
}

/**
 * Responses may overtake each other. One that comes after the response to a later request is
 * replaced by that one: otherwise the page would show a state from before the last event.
 */
export function createNewestResponseLink(): ApolloLink {
  const byKey = new Map<string, Series>();
  return new ApolloLink((operation, forward) => {
    if (operation.operationType !== OperationTypeNode.QUERY) return forward(operation);
    const key = `${operation.operationName} ${JSON.stringify(operation.variables)}`;
    const series = byKey.get(key) ?? { started: 0, running: 0, newest: null };
    byKey.set(key, series);
    const number = (series.started += 1);
    series.running += 1;
    return forward(operation).pipe(
      map((result) => {
        if (series.newest && series.newest.number > number) return series.newest.result;
        series.newest = { number, result };
        return result;
      }),
      finalize(() => {
        series.running -= 1;
        if (series.running === 0) byKey.delete(key);
      }),
    );
  });
}
