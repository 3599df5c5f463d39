import { graphql } from '../gql';

export const RESOLVE_MUTATION = graphql(`
  mutation Resolve($input: ResolveInput!) {
    resolve(input: $input) {
      __typename
      ... on ResolveSuccess {
        session {
          ...ChangedSession
        }
        generations {
          id
          kind
        }
      }
      ... on Error {
        message
        code
      }
    }
  }
`);
