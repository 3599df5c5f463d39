import { graphql } from '../gql';

export const SEND_CHAT_MESSAGE_MUTATION = graphql(`
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
