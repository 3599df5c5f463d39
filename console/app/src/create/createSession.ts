import { graphql } from '../gql';

export const CreateSession = graphql(`
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
