import { graphql } from '../gql';

export const RESUME_MUTATION = graphql(`
  mutation Resume($input: ResumeInput!) {
    resume(input: $input) {
      __typename
      ... on ResumeSuccess {
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
