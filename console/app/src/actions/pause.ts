import { graphql } from '../gql';

export const PAUSE_MUTATION = graphql(`
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
