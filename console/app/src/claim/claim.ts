import { graphql } from '../gql';

export const Claim = graphql(`
  mutation Claim($input: ClaimInput!) {
    claim(input: $input) {
      __typename
      ... on ClaimSuccess {
        session {
          id
          sessionType
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
