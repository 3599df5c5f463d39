import { graphql } from '../gql';

export const Pause = graphql(`
  mutation Pause($input: PauseInput!) {
    pause(input: $input) {
      __typename
      ... on PauseSuccess {
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
