import { graphql } from '../gql';

export const CLAIM_MUTATION = graphql(`
  mutation Claim($input: ClaimInput!) {
    claim(input: $input) {
      __typename
      ... on ClaimSuccess {
        session {
          id
          sessionType
          ...ChangedSession
        }
      }
      ... on Error {
        message
        code
      }
    }
  }
`);
