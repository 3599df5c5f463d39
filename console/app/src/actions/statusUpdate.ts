import { graphql } from '../gql';

export const STATUS_UPDATE_MUTATION = graphql(`
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
