import { graphql } from '../gql';

export const StatusUpdate = graphql(`
  mutation StatusUpdate($input: StatusUpdateInput!) {
    statusUpdate(input: $input) {
      __typename
      ... on StatusUpdateSuccess {
        generation {
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
