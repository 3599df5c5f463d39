import type { FragmentType } from '@apollo/client';
import { Button, Flex, Text, TextArea } from '@radix-ui/themes';

import { useFragment } from '../api/useFragment';
import { useResultMutation } from '../api/useResultMutation';
import { graphql } from '../gql';
import type { DocumentEditorFragment } from '../gql/graphql';
import { CopyButton } from '../ui/CopyButton';
import { useDraft } from '../ui/useDraft';
import { MutationError } from '../ui/MutationError';
import { EDIT_DOCUMENT_MUTATION } from './editDocument';
import { formatDocumentTitle } from './documentTitle';

export const DOCUMENT_EDITOR_FRAGMENT = graphql(`
  fragment DocumentEditor on SessionDocument {
    id
    kind
    audience
    markdown
    edited
  }
`);

interface Props {
  document: FragmentType<DocumentEditorFragment>;
  /** After it has been saved, or left as it was. */
  onDone?: () => void;
}

export function DocumentEditor({ document, onDone: done }: Props) {
  const data = useFragment(DOCUMENT_EDITOR_FRAGMENT, document);
  const { text, type, clear, sent } = useDraft(`document.${data.id}`, data.markdown);
  const { run, isRunning, failure } = useResultMutation(EDIT_DOCUMENT_MUTATION);
  const title = formatDocumentTitle(data.kind, data.audience);
  const isChanged = text !== data.markdown;

  async function save() {
    const saved = await run({ input: { documentId: data.id, markdown: text } });
    if (saved === null) return;
    if (sent(text)) done?.();
  }

  return (
    <Flex direction="column" gap="2">
      <Flex align="center" justify="between" gap="3">
        <Text weight="bold" size="2">
          {title}
        </Text>
        <CopyButton text={text} label={`Copy ${title.toLowerCase()}`} />
      </Flex>
      <TextArea
        className="editor"
        aria-label={title}
        value={text}
        onChange={(event) => type(event.target.value)}
      />
      <Flex align="center" gap="3" justify="end" wrap="wrap">
        <Text size="1" color="gray" role="status">
          {isChanged ? 'Not saved yet' : data.edited ? 'Saved' : ''}
        </Text>
        {(isChanged || done) && (
          <Button
            variant="soft"
            color="gray"
            onClick={() => {
              clear();
              done?.();
            }}
          >
            {isChanged ? 'Discard changes' : 'Cancel'}
          </Button>
        )}
        <Button disabled={!isChanged} loading={isRunning} onClick={() => void save()}>
          Save
        </Button>
      </Flex>
      <MutationError failure={failure} />
    </Flex>
  );
}
