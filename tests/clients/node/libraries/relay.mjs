// The runtime of Relay, with subscriptions by `graphql-ws`. Its compiler has read the documents
// (`write_relay_sources.mjs`) and written an artifact for each.
import { createClient } from 'graphql-ws';
import relay from 'relay-runtime';
import WebSocket from 'ws';

const ARTIFACTS = process.env.RELAY_ARTIFACTS;
const { Environment, Network, Observable, RecordSource, Store } = relay;

export async function connect(url) {
  const socket = createClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket });
  const post = async ({ text: query }, variables) => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ query, variables });
    return (await fetch(url, { method: 'POST', headers, body })).json();
  };
  const follow = ({ text: query }, variables) =>
    Observable.create((sink) => socket.subscribe({ query, variables }, sink));
  const environment = new Environment({
    network: Network.create(post, follow),
    store: new Store(new RecordSource()),
  });
  return {
    query: async (document, variables) =>
      relay.fetchQuery(environment, await artifact(document), variables).toPromise(),
    async readCache(document, variables) {
      const request = relay.getRequest(await artifact(document));
      const operation = relay.createOperationDescriptor(request, variables);
      return environment.lookup(operation.fragment).data;
    },
    mutate: async (document, variables) => {
      const mutation = await artifact(document);
      return new Promise((onCompleted, onError) =>
        relay.commitMutation(environment, {
          mutation,
          variables,
          onCompleted: (data, errors) =>
            errors ? onError(new Error(JSON.stringify(errors))) : onCompleted(data),
          onError,
        }),
      );
    },
    subscribe(document, variables, onNext) {
      let stopped = false;
      let subscription = null;
      void artifact(document).then((compiled) => {
        if (stopped) return;
        const config = { subscription: compiled, variables, onNext, onError: fail };
        subscription = relay.requestSubscription(environment, config);
      });
      return () => {
        stopped = true;
        subscription?.dispose();
      };
    },
    close: () => socket.dispose(),
  };
}

async function artifact(document) {
  const [, name] = /(?:query|mutation|subscription) (\w+)/.exec(document);
  return (await import(`${ARTIFACTS}/${name}.graphql.js`)).default;
}

function fail(error) {
  throw error;
}
