import { graphql } from '../gql';

export const RespondToStep = graphql(`
  mutation RespondToStep($input: RespondToStepInput!) {
    respondToStep(input: $input) {
      __typename
      ... on RespondToStepSuccess {
        step {
          id
          ...StepCard
        }
      }
      ... on Error {
        message
        code
      }
    }
  }
`);
