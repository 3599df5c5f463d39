import type { FragmentType } from '@apollo/client';
import { Box, Flex, Heading, Text } from '@radix-ui/themes';

import { useFragment } from '../api/useFragment';
import { graphql } from '../gql';
import type { DocumentsFragment } from '../gql/graphql';
import { DocumentView } from './DocumentView';
import { LiveDocument } from './LiveDocument';
import { isDocument } from './documentTitle';

export const DocumentsDocument = graphql(`
  fragment Documents on AISession {
    id
    allowedActions
    activeGeneration {
      id
      kind
    }
    documents {
      id
      ...DocumentView
    }
  }
`);

export function Documents({ session }: { session: FragmentType<DocumentsFragment> }) {
  const data = useFragment(DocumentsDocument, session);
  const writing = data.activeGeneration;
  // Whoever may write about a session may also correct what is written.
  const mayEdit = data.allowedActions.includes('STATUS_UPDATE');
  return (
    <Box asChild>
      <section aria-labelledby="documents">
        <Heading as="h2" size="4" mb="2" id="documents">
          Documents
        </Heading>
        <Flex direction="column" gap="2">
          {data.documents.map((each) => (
            <DocumentView key={each.id} document={each} mayEdit={mayEdit} />
          ))}
          {writing && isDocument(writing.kind) ? (
            <LiveDocument key={writing.id} generation={writing} mayEdit={mayEdit} />
          ) : (
            data.documents.length === 0 && (
              <Text color="gray" size="2">
                Nothing has been written yet.
              </Text>
            )
          )}
        </Flex>
      </section>
    </Box>
  );
}
