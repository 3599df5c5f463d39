import { graphql } from '../gql';

export const RATE_MESSAGE_MUTATION = graphql(`
  mutation RateMessage($input: RateMessageInput!) {
    rateMessage(input: $input) {
      __typename
      ... on RateMessageSuccess {
        chatMessage {
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
