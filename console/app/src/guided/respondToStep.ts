import { graphql } from '../gql';

export const RespondToStep = graphql(`
  mutation RespondToStep($input: RespondToStepInput!) {
    respondToStep(input: $input) {
      __typename
      ... on RespondToStepSuccess {
        session {
          id
          activeGeneration {
            id
            kind
          }
          currentStep {
            id
            ...StepCard
          }
        }
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
