import { graphql } from '../gql';

export const CREATE_SESSION_MUTATION = graphql(`
  mutation CreateSession($input: CreateSessionInput!) {
    createSession(input: $input) {
      __typename
      ... on CreateSessionSuccess {
        session {
          id
          sessionType
        }
      }
      ... on Error {
        message
        code
      }
    }
  }
`);
