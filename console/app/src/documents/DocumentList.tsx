import type { FragmentType } from '@apollo/client';
import { Box, Flex, Heading, Text } from '@radix-ui/themes';

import { useFragment } from '../api/useFragment';
import { graphql } from '../gql';
import type { DocumentListFragment } from '../gql/graphql';
import { isDocumentKind } from './documentTitle';
import { DocumentView } from './DocumentView';
import { LiveDocument } from './LiveDocument';

const DOCUMENT_LIST_FRAGMENT = graphql(`
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
  const generation = data.activeGeneration;
  const canEdit = data.allowedActions.includes('EDIT_DOCUMENT');
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
          {generation && isDocumentKind(generation.kind) ? (
            <LiveDocument key={generation.id} generation={generation} canEdit={canEdit} />
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
