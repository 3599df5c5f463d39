import { graphql } from '../gql';

export const StopGeneration = graphql(`
  mutation StopGeneration($input: StopGenerationInput!) {
    stopGeneration(input: $input) {
      __typename
      ... on StopGenerationSuccess {
        generation {
          id
          status
        }
      }
      ... on Error {
        message
        code
      }
    }
  }
`);
