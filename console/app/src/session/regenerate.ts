import { graphql } from '../gql';

export const REGENERATE_MUTATION = graphql(`
  mutation Regenerate($input: RegenerateInput!) {
    regenerate(input: $input) {
      __typename
      ... on RegenerateSuccess {
        generation {
          id
        }
      }
      ... on Error {
        message
        code
      }
    }
  }
`);
