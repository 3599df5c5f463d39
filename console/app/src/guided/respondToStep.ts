import { graphql } from '../gql';

export const RESPOND_TO_STEP_MUTATION = graphql(`
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
