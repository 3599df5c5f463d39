import { ApolloClient, ApolloLink, HttpLink } from '@apollo/client';
import { ServerError } from '@apollo/client/errors';
import { SetContextLink } from '@apollo/client/link/context';
import { ErrorLink } from '@apollo/client/link/error';
import { OperationTypeNode } from 'graphql';
import { tap } from 'rxjs';

import { graphqlUrl } from '../basePath';
import { graphql } from '../gql';
import { authStore, buildAuthorizationHeaders, saveCredential } from '../signin/credentials';
import { clearPersistedItems, persistedItem } from '../ui/persistedState';
import { createCache } from './cache';
import { markOffline, markOnline, onlineStore } from './connectionStatus';
import { describeError, isNetworkError } from './errorMessages';
import { createNewestResponseLink } from './newestResponseLink';
import { createResumableSubscriptionLink } from './resumableSubscriptionLink';
import { onForbidden, onReconnected, socket } from './socket';

const UNAUTHENTICATED = 401;
const REFETCH_DELAY_MS = 300;
const SIGN_IN_HINT = 'Ask the people who run this server for a key or a token.';

const authorizationLink = new SetContextLink((context) => ({
  headers: { ...context.headers, ...buildAuthorizationHeaders() },
}));

const errorLink = new ErrorLink(({ error }) => {
  if (ServerError.is(error)) {
    if (error.statusCode === UNAUTHENTICATED) showSignIn(error);
  } else if (isNetworkError(error)) markOffline();
});

function showSignIn(error: ServerError) {
  const isSignedIn = authStore.getState().credential !== null;
  authStore.setState({ signInReason: isSignedIn ? describeError(error) : SIGN_IN_HINT });
}

const onlineLink = new ApolloLink((operation, forward) => forward(operation).pipe(tap(markOnline)));

export const client = new ApolloClient({
  cache: createCache(),
  dataMasking: true,
  // A refetch needs the state of now, not the result of a request that is already under way.
  queryDeduplication: false,
  // Lists keep the pages that were scrolled to when page one is refetched.
  defaultOptions: { watchQuery: { refetchWritePolicy: 'merge' } },
  link: ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    createResumableSubscriptionLink(socket),
    ApolloLink.from([
      errorLink,
      authorizationLink,
      onlineLink,
      createNewestResponseLink(),
      new HttpLink({ uri: graphqlUrl }),
    ]),
  ),
});

const CURRENT_VIEWER_QUERY = graphql(`
  query CurrentViewer {
    viewer {
      id
    }
  }
`);

// A closed socket carries no reason. The HTTP response to this query does.
onForbidden(() => {
  client.query({ query: CURRENT_VIEWER_QUERY, fetchPolicy: 'network-only' }).catch(() => {});
});

/** Refetches every query on the page. */
const refetchActive = () => {
  client.refetchQueries({ include: 'active' }).catch(() => {});
};
onlineStore.subscribe((isOnline) => {
  if (isOnline) refetchActive();
});
// Also what no subscription follows, such as the history.
onReconnected(() => setTimeout(refetchActive, REFETCH_DELAY_MS));

const storedViewerId = persistedItem('viewer');

/**
 * Replaces the credential and clears the data of the previous user. Drafts stay if the same user
 * signs in again. Returns false if the server rejects the credential.
 */
export async function switchUser(credential: string | null): Promise<boolean> {
  saveCredential(credential);
  socket.terminate();
  await client.clearStore();
  const viewerId = credential === null ? null : await fetchViewerId();
  if (viewerId === REJECTED) return false;
  if (viewerId === null || viewerId !== storedViewerId.get()) clearPersistedItems();
  if (viewerId !== null) storedViewerId.set(viewerId);
  return true;
}

const REJECTED = Symbol('rejected');

/** Null if the server cannot be reached. */
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
