import { ApolloClient, ApolloLink, HttpLink } from '@apollo/client';
import { ServerError } from '@apollo/client/errors';
import { SetContextLink } from '@apollo/client/link/context';
import { ErrorLink } from '@apollo/client/link/error';
import { OperationTypeNode } from 'graphql';
import { tap } from 'rxjs';

import { graphql } from '../gql';
import {
  buildAuthorizationHeaders,
  credential,
  saveCredential,
  refusal,
} from '../signin/credentials';
import { clearPersistedItems, persistedItem } from '../ui/persistedState';
import { createCache } from './cache';
import { markOnline, markOffline, reachable } from './connectionStatus';
import { resumableSubscriptionLink } from './resumableSubscriptionLink';
import { onReconnected, onForbidden, socket } from './socket';
import { isNetworkError, describeError } from './errorMessages';

const UNAUTHENTICATED = 401;
const REFETCH_DELAY_MS = 300;
const SIGN_IN_HINT = 'Whoever runs this server has a key or a token for you.';

const authorizationLink = new SetContextLink((context) => ({
  headers: { ...context.headers, ...buildAuthorizationHeaders() },
}));

const errorLink = new ErrorLink(({ error }) => {
  if (ServerError.is(error)) {
    if (error.statusCode === UNAUTHENTICATED)
      refusal.set(credential.get() === null ? SIGN_IN_HINT : describeError(error));
  } else if (isNetworkError(error)) markOffline();
});

const onlineLink = new ApolloLink((operation, forward) => forward(operation).pipe(tap(markOnline)));

export const client = new ApolloClient({
  cache: createCache(),
  dataMasking: true,
  // Who asks again wants to know what is so now, not what another was being told.
  queryDeduplication: false,
  // Lists keep what was scrolled to when their first page is asked for again.
  defaultOptions: { watchQuery: { refetchWritePolicy: 'merge' } },
  link: ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    resumableSubscriptionLink,
    ApolloLink.from([errorLink, authorizationLink, onlineLink, new HttpLink({ uri: '/graphql' })]),
  ),
});

const CURRENT_VIEWER_QUERY = graphql(`
  query CurrentViewer {
    viewer {
      id
    }
  }
`);

// The reason comes with a request of HTTP; a socket tells none.
onForbidden(() => {
  client.query({ query: CURRENT_VIEWER_QUERY, fetchPolicy: 'network-only' }).catch(() => {});
});

/** All that is shown. */
export const refetchActive = () => {
  client.refetchQueries({ include: 'active' }).catch(() => {});
};
reachable.watch(() => {
  if (reachable.get()) refetchActive();
});
// Once more when events arrive again: what has happened in between, no event tells.
onReconnected(() => setTimeout(refetchActive, REFETCH_DELAY_MS));

const storedViewerId = persistedItem('viewer');

/**
 * Nothing of the one who was here before stays, but to whoever signs in again: what they have typed
 * is still theirs. Tells whether the server lets them in, as far as one can tell.
 */
export async function switchUser(value: string | null): Promise<boolean> {
  saveCredential(value);
  socket.terminate();
  await client.clearStore();
  const found = value === null ? null : await fetchViewerId();
  if (found === REJECTED) return false;
  if (found === null || found !== storedViewerId.get()) clearPersistedItems();
  if (found !== null) storedViewerId.set(found);
  return true;
}

const REJECTED = Symbol('refused');

async function fetchViewerId(): Promise<string | null | typeof REJECTED> {
  try {
    const { data } = await client.query({
      query: CURRENT_VIEWER_QUERY,
      fetchPolicy: 'network-only',
    });
    return data?.viewer.id ?? null;
  } catch (error) {
    return ServerError.is(error) && error.statusCode === UNAUTHENTICATED ? REJECTED : null;
  }
}
