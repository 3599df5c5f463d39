import type { FragmentType } from '@apollo/client';
import { Box, Flex, Heading, Text } from '@radix-ui/themes';

import { useFragment } from '../api/useFragment';
import { graphql } from '../gql';
import type { DocumentListFragment } from '../gql/graphql';
import { DocumentView } from './DocumentView';
import { LiveDocument } from './LiveDocument';
import { isDocumentKind } from './documentTitle';

export const DOCUMENT_LIST_FRAGMENT = graphql(`
  fragment DocumentList on AISession {
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

export function DocumentList({ session }: { session: FragmentType<DocumentListFragment> }) {
  const data = useFragment(DOCUMENT_LIST_FRAGMENT, session);
  const writing = data.activeGeneration;
  // Whoever may write about a session may also correct what is written.
  const canEdit = data.allowedActions.includes('STATUS_UPDATE');
  return (
    <Box asChild>
      <section aria-labelledby="documents">
        <Heading as="h2" size="4" mb="2" id="documents">
          Documents
        </Heading>
        <Flex direction="column" gap="2">
          {data.documents.map((each) => (
            <DocumentView key={each.id} document={each} canEdit={canEdit} />
          ))}
          {writing && isDocumentKind(writing.kind) ? (
            <LiveDocument key={writing.id} generation={writing} canEdit={canEdit} />
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
