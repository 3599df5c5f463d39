import { ApolloClient, ApolloLink, HttpLink } from '@apollo/client';
import { ServerError } from '@apollo/client/errors';
import { SetContextLink } from '@apollo/client/link/context';
import { ErrorLink } from '@apollo/client/link/error';
import { OperationTypeNode } from 'graphql';
import { tap } from 'rxjs';

import { graphql } from '../gql';
import { authorization, credential, keep, refusal } from '../signin/credentials';
import { forgetDrafts } from '../ui/drafts';
import { newCache } from './cache';
import { found, lost, reachable } from './reachable';
import { resuming } from './resuming';
import { onForbidden, socket } from './socket';
import { isUnreachable } from './trouble';

const UNAUTHENTICATED = 401;
const WELCOME = 'Whoever runs this server has a key or a token for you.';

const headers = new SetContextLink((context) => ({
  headers: { ...context.headers, ...authorization() },
}));

const failures = new ErrorLink(({ error }) => {
  if (ServerError.is(error)) {
    if (error.statusCode === UNAUTHENTICATED)
      refusal.set(credential.get() === null ? WELCOME : reasonOf(error));
  } else if (isUnreachable(error)) lost();
});

const successes = new ApolloLink((operation, forward) => forward(operation).pipe(tap(found)));

export const client = new ApolloClient({
  cache: newCache(),
  dataMasking: true,
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

reachable.watch(() => {
  if (reachable.get()) void client.refetchQueries({ include: 'active' });
});

/** Nothing of the one who was here before stays. */
export async function becomes(value: string | null) {
  keep(value);
  forgetDrafts();
  socket.terminate();
  await client.clearStore();
}

function reasonOf(error: ServerError): string {
  try {
    const { errors } = JSON.parse(error.bodyText) as { errors: { message: string }[] };
    return errors[0]?.message ?? error.message;
  } catch {
    return error.message;
  }
}
