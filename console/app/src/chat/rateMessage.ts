import { graphql } from '../gql';

export const RateMessage = graphql(`
  mutation RateMessage($input: RateMessageInput!) {
    rateMessage(input: $input) {
      __typename
      ... on RateMessageSuccess {
        rated: message {
          id
          rating
        }
      }
      ... on Error {
        message
        code
      }
    }
  }
`);
