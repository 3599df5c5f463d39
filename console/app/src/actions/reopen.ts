import { graphql } from '../gql';

export const REOPEN_MUTATION = graphql(`
  mutation Reopen($input: ReopenInput!) {
    reopen(input: $input) {
      __typename
      ... on ReopenSuccess {
        session {
          id
          ...SessionHeader
          ...ActionBar
        }
      }
      ... on Error {
        message
        code
      }
    }
  }
`);
