import type { FragmentType } from '@apollo/client';
import { useSuspenseFragment } from '@apollo/client/react';
import { Box, Flex, Heading, Text } from '@radix-ui/themes';

import { graphql } from '../gql';
import type { DocumentsFragment } from '../gql/graphql';
import { Markdown } from '../ui/Markdown';
import { RelativeTime } from '../ui/RelativeTime';
import { inWords } from '../ui/words';

export const DocumentsDocument = graphql(`
  fragment Documents on AISession {
    id
    documents {
      id
      kind
      audience
      markdown
      edited
      updatedAt
    }
  }
`);

export function Documents({ session }: { session: FragmentType<DocumentsFragment> }) {
  const { data } = useSuspenseFragment({ fragment: DocumentsDocument, from: session });
  return (
    <Box asChild>
      <section aria-labelledby="documents">
        <Heading as="h2" size="4" mb="2" id="documents">
          Documents
        </Heading>
        {data.documents.length === 0 && (
          <Text color="gray" size="2">
            Nothing has been written yet.
          </Text>
        )}
        <Flex direction="column" gap="2">
          {data.documents.map((each) => (
            <details key={each.id} className="document">
              <summary>
                <span>
                  {inWords(each.kind)}
                  {each.audience && ` (${inWords(each.audience).toLowerCase()})`}
                </span>
                <Text size="1" color="gray">
                  {each.edited && 'edited · '}
                  <RelativeTime at={each.updatedAt} />
                </Text>
              </summary>
              <Markdown>{each.markdown}</Markdown>
            </details>
          ))}
        </Flex>
      </section>
    </Box>
  );
}
