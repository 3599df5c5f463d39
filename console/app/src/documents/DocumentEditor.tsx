import type { FragmentType } from '@apollo/client';
import { Button, Flex, Text, TextArea } from '@radix-ui/themes';
import type { FormEvent } from 'react';

import { useFragment } from '../api/useFragment';
import { useResultMutation } from '../api/useResultMutation';
import { graphql } from '../gql';
import type { DocumentEditorFragment } from '../gql/graphql';
import { CharacterCount } from '../ui/CharacterCount';
import { isTooLong } from '../ui/characterCount';
import { CopyButton } from '../ui/CopyButton';
import { MAX_DOCUMENT_CHARS } from '../ui/limits';
import { MutationError } from '../ui/MutationError';
import { submitOnCtrlEnter } from '../ui/submitOnCtrlEnter';
import { formatDocumentTitle } from './documentTitle';
import { EDIT_DOCUMENT_MUTATION } from './editDocument';
import { NewerText } from './NewerText';
import { useDocumentDraft } from './useDocumentDraft';

const DOCUMENT_EDITOR_FRAGMENT = graphql(`
  fragment DocumentEditor on SessionDocument {
    id
    kind
    audience
    markdown
    edited
    version
  }
`);

interface Props {
  document: FragmentType<DocumentEditorFragment>;
  /** Called after saving or cancelling. */
  onDone?: () => void;
}

export function DocumentEditor({ document, onDone }: Props) {
  const data = useFragment(DOCUMENT_EDITOR_FRAGMENT, document);
  const draft = useDocumentDraft(data);
  const { text, setText, clear, clearIfSent, isChanged, isOutdated } = draft;
  const { run, isRunning, failure } = useResultMutation(EDIT_DOCUMENT_MUTATION);
  const title = formatDocumentTitle(data.kind, data.audience);
  const canSave = isChanged && !isTooLong(text, MAX_DOCUMENT_CHARS);

  /** Replaces the version that the user has seen, and no other. */
  async function save(event: FormEvent) {
    event.preventDefault();
    if (!canSave) return;
    const expectedVersion = isOutdated ? data.version : draft.version;
    const saved = await run({ input: { documentId: data.id, markdown: text, expectedVersion } });
    if (saved === null) return;
    draft.rebase(saved.document.version);
    if (clearIfSent(text)) onDone?.();
  }

  return (
    <Flex direction="column" gap="2" asChild>
      <form onSubmit={(event) => void save(event)} onKeyDown={submitOnCtrlEnter}>
        <Flex align="center" justify="between" gap="3">
          <Text weight="bold" size="2">
            {title}
          </Text>
          <CopyButton text={text} label={`Copy ${title.toLowerCase()}`} />
        </Flex>
        <TextArea
          className="editor"
          dir="auto"
          aria-label={title}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <CharacterCount text={text} max={MAX_DOCUMENT_CHARS} />
        {isOutdated && <NewerText title={title} markdown={data.markdown} />}
        <Flex align="center" gap="3" justify="end" wrap="wrap">
          <Text size="1" color="gray" role="status">
            {isChanged ? 'Not saved yet' : data.edited ? 'Saved' : ''}
          </Text>
          {(isChanged || onDone) && (
            <Button
              type="button"
              variant="soft"
              color="gray"
              onClick={() => {
                clear();
                onDone?.();
              }}
            >
              {isOutdated ? 'Take the newer text' : isChanged ? 'Discard changes' : 'Cancel'}
            </Button>
          )}
          <Button type="submit" disabled={!canSave} loading={isRunning}>
            {isOutdated ? 'Save mine over it' : 'Save'}
          </Button>
        </Flex>
        <MutationError failure={failure?.code === 'STALE_STATE' ? null : failure} />
      </form>
    </Flex>
  );
}
