import { graphql } from "relay-runtime";

graphql`
  query HistoryQuery($count: Int = 20, $cursor: String) {
    ...History_list @arguments(count: $count, cursor: $cursor)
  }
`;
graphql`
  fragment History_list on Query
  @refetchable(queryName: "HistoryPageQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 20 }, cursor: { type: "String" }) {
    sessions(first: $count, after: $cursor) @connection(key: "History_sessions") {
      edges {
        node {
          ...History_row
        }
      }
    }
  }
`;
graphql`
  fragment History_row on AISession {
    __typename
    id
    displayTitle
    owner {
      name
    }
    ... on ChatSession {
      ...History_chat @alias(as: "chat")
    }
    ... on GuidedSession {
      currentStep {
        content
      }
    }
  }
`;
graphql`
  fragment History_chat on ChatSession
  @refetchable(queryName: "HistoryChatQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 20 }, cursor: { type: "String" }) {
    messages(last: $count, before: $cursor) @connection(key: "History_messages") {
      edges {
        node {
          content
        }
      }
    }
  }
`;
graphql`
  subscription HistorySubscription($session: ID!) {
    sessionEvents(sessionId: $session) {
      kind
      session {
        ...History_row
      }
    }
  }
`;
graphql`
  mutation HistoryResolveMutation($input: ResolveInput!) {
    resolve(input: $input) {
      __typename
      ... on ResolveSuccess {
        session {
          ...History_row
        }
      }
      ... on Error {
        message
      }
    }
  }
`;
