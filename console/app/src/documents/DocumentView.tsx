import type { FragmentType } from '@apollo/client';
import { Button, Flex, Text } from '@radix-ui/themes';
import { Pencil } from 'lucide-react';
import { useState } from 'react';

import { useFragment } from '../api/useFragment';
import { graphql } from '../gql';
import type { DocumentViewFragment } from '../gql/graphql';
import { CopyButton } from '../ui/CopyButton';
import { Markdown } from '../markdown/Markdown';
import { RelativeTime } from '../ui/RelativeTime';
import { DocumentEditor } from './DocumentEditor';
import { formatDocumentTitle } from './documentTitle';

const DOCUMENT_VIEW_FRAGMENT = graphql(`
  fragment DocumentView on SessionDocument {
    id
    kind
    audience
    markdown
    edited
    updatedAt
    ...DocumentEditor
  }
`);

interface Props {
  document: FragmentType<DocumentViewFragment>;
  canEdit: boolean;
}

export function DocumentView({ document, canEdit }: Props) {
  const data = useFragment(DOCUMENT_VIEW_FRAGMENT, document);
  const [isEditing, setEditing] = useState(false);
  const title = formatDocumentTitle(data.kind, data.audience);
  return (
    <details className="document">
      <summary>
        <span>{title}</span>
        <Text size="1" color="gray">
          {data.edited && 'edited · '}
          <RelativeTime at={data.updatedAt} />
        </Text>
      </summary>
      <div className="document-text">
        {isEditing ? (
          <DocumentEditor document={data} onDone={() => setEditing(false)} />
        ) : (
          <>
            <Markdown>{data.markdown}</Markdown>
            <Flex gap="4" align="center" justify="end">
              <CopyButton text={data.markdown} label={`Copy ${title.toLowerCase()}`} />
              {canEdit && (
                <Button size="1" variant="soft" onClick={() => setEditing(true)}>
                  <Pencil size={14} aria-hidden /> Edit
                </Button>
              )}
            </Flex>
          </>
        )}
      </div>
    </details>
  );
}
