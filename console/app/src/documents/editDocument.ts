import { graphql } from '../gql';

export const EditDocument = graphql(`
  mutation EditDocument($input: EditDocumentInput!) {
    editDocument(input: $input) {
      __typename
      ... on EditDocumentSuccess {
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
