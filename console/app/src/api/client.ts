import { ApolloClient, ApolloLink, HttpLink } from '@apollo/client';
import { ServerError } from '@apollo/client/errors';
import { SetContextLink } from '@apollo/client/link/context';
import { ErrorLink } from '@apollo/client/link/error';
import { OperationTypeNode } from 'graphql';
import { tap } from 'rxjs';

import { graphql } from '../gql';
import { authorization, credential, keep, refusal } from '../signin/credentials';
import { forgetAll, placeOf } from '../ui/persistedState';
import { newCache } from './cache';
import { found, lost, reachable } from './connectionStatus';
import { resuming } from './resumableSubscriptionLink';
import { onBack, onForbidden, socket } from './socket';
import { isUnreachable, sentenceOf } from './errorMessages';

const UNAUTHENTICATED = 401;
const SETTLING_MS = 300;
const WELCOME = 'Whoever runs this server has a key or a token for you.';

const headers = new SetContextLink((context) => ({
  headers: { ...context.headers, ...authorization() },
}));

const failures = new ErrorLink(({ error }) => {
  if (ServerError.is(error)) {
    if (error.statusCode === UNAUTHENTICATED)
      refusal.set(credential.get() === null ? WELCOME : sentenceOf(error));
  } else if (isUnreachable(error)) lost();
});

const successes = new ApolloLink((operation, forward) => forward(operation).pipe(tap(found)));

export const client = new ApolloClient({
  cache: newCache(),
  dataMasking: true,
  // Who asks again wants to know what is so now, not what another was being told.
  queryDeduplication: false,
  // Lists keep what was scrolled to when their first page is asked for again.
  defaultOptions: { watchQuery: { refetchWritePolicy: 'merge' } },
  link: ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    resuming,
    ApolloLink.from([failures, headers, successes, new HttpLink({ uri: '/graphql' })]),
  ),
});

const StillIn = graphql(`
  query StillIn {
    viewer {
      id
    }
  }
`);

// The reason comes with a request of HTTP; a socket tells none.
onForbidden(() => {
  client.query({ query: StillIn, fetchPolicy: 'network-only' }).catch(() => {});
});

/** All that is shown. */
export const readAgain = () => {
  client.refetchQueries({ include: 'active' }).catch(() => {});
};
reachable.watch(() => {
  if (reachable.get()) readAgain();
});
// Once more when events arrive again: what has happened in between, no event tells.
onBack(() => setTimeout(readAgain, SETTLING_MS));

const owner = placeOf('viewer');

/**
 * Nothing of the one who was here before stays, but to whoever signs in again: what they have typed
 * is still theirs. Tells whether the server lets them in, as far as one can tell.
 */
export async function becomes(value: string | null): Promise<boolean> {
  keep(value);
  socket.terminate();
  await client.clearStore();
  const found = value === null ? null : await whoIsIn();
  if (found === REFUSED) return false;
  if (found === null || found !== owner.get()) forgetAll();
  if (found !== null) owner.set(found);
  return true;
}

const REFUSED = Symbol('refused');

async function whoIsIn(): Promise<string | null | typeof REFUSED> {
  try {
    const { data } = await client.query({ query: StillIn, fetchPolicy: 'network-only' });
    return data?.viewer.id ?? null;
  } catch (error) {
    return ServerError.is(error) && error.statusCode === UNAUTHENTICATED ? REFUSED : null;
  }
}
