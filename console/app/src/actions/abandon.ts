import { graphql } from '../gql';

export const ABANDON_MUTATION = graphql(`
  mutation Abandon($input: AbandonInput!) {
    abandon(input: $input) {
      __typename
      ... on AbandonSuccess {
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
