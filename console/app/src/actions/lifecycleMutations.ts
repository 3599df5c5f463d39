import { graphql } from '../gql';

/** The fields of a session that a change of its status updates in the cache. */
export const CHANGED_SESSION_FRAGMENT = graphql(`
  fragment ChangedSession on AISession {
    id
    ...SessionHeader
    ...ActionBar
  }
`);

export const PAUSE_MUTATION = graphql(`
  mutation Pause($input: PauseInput!) {
    pause(input: $input) {
      __typename
      ... on PauseSuccess {
        session {
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

export const RESUME_MUTATION = graphql(`
  mutation Resume($input: ResumeInput!) {
    resume(input: $input) {
      __typename
      ... on ResumeSuccess {
        session {
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

export const REOPEN_MUTATION = graphql(`
  mutation Reopen($input: ReopenInput!) {
    reopen(input: $input) {
      __typename
      ... on ReopenSuccess {
        session {
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

export const ABANDON_MUTATION = graphql(`
  mutation Abandon($input: AbandonInput!) {
    abandon(input: $input) {
      __typename
      ... on AbandonSuccess {
        session {
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
