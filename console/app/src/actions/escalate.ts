import { graphql } from '../gql';

export const ESCALATE_MUTATION = graphql(`
  mutation Escalate($input: EscalateInput!) {
    escalate(input: $input) {
      __typename
      ... on EscalateSuccess {
        session {
          ...ChangedSession
        }
        generation {
          id
          kind
        }
      }
      ... on Error {
        message
        code
      }
    }
  }
`);
