import { graphql } from '../gql';

export const STOP_GENERATION_MUTATION = graphql(`
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
