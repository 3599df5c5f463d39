import { graphql } from '../gql';

export const SendChatMessage = graphql(`
  mutation SendChatMessage($input: SendChatMessageInput!) {
    sendChatMessage(input: $input) {
      __typename
      ... on SendChatMessageSuccess {
        generation {
          id
        }
      }
      ... on Error {
        message
        code
      }
    }
  }
`);
