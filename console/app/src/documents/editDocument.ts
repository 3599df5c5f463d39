import { graphql } from '../gql';

export const EDIT_DOCUMENT_MUTATION = graphql(`
  mutation EditDocument($input: EditDocumentInput!) {
    editDocument(input: $input) {
      __typename
      ... on EditDocumentSuccess {
        document {
          id
          version
          ...DocumentEditor
          ...DocumentView
        }
      }
      ... on StaleDocument {
        document {
          id
          ...DocumentEditor
          ...DocumentView
        }
      }
      ... on Error {
        message
        code
      }
    }
  }
`);
