import { Button, Flex, Heading, RadioCards, Text, TextArea } from '@radix-ui/themes';
import { Lock, MessageCircle, Route } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useNavigate } from 'react-router';

import { useIdempotencyKey } from '../api/useIdempotencyKey';
import { useResultMutation } from '../api/useResultMutation';
import type { CreateSessionInput, SessionType } from '../gql/graphql';
import { buildSessionPath } from '../session/routes';
import { useViewer } from '../shell/useViewer';
import { CharacterCount } from '../ui/CharacterCount';
import { isTooLong } from '../ui/characterCount';
import { EmptyState } from '../ui/EmptyState';
import { Field } from '../ui/Field';
import { Fieldset } from '../ui/Fieldset';
import { MAX_INTAKE_CHARS, MAX_LOG_CHARS } from '../ui/limits';
import { MutationError } from '../ui/MutationError';
import { submitOnCtrlEnter } from '../ui/submitOnCtrlEnter';
import { useDraft } from '../ui/useDraft';
import { usePageTitle } from '../ui/usePageTitle';
import { CREATE_SESSION_MUTATION } from './createSession';
import { FlowHint } from './FlowHint';
import { buildIntake } from './intake';

export function NewSessionPage() {
  const problem = useDraft('new.problem');
  const log = useDraft('new.log');
  const [sessionType, setSessionType] = useState<SessionType>('GUIDED');
  const { withKey, forgetKey } = useIdempotencyKey<CreateSessionInput>('new');
  const { run, isRunning, failure } = useResultMutation(CREATE_SESSION_MUTATION, {
    onRefused: forgetKey,
  });
  const navigate = useNavigate();
  const { isLoaded, canWrite } = useViewer();
  usePageTitle('New session');
  if (isLoaded && !canWrite) {
    return (
      <EmptyState
        icon={<Lock aria-hidden />}
        title="You can read sessions, but not start one"
        isPage
      >
        Sessions are started by engineers, leads and administrators.
      </EmptyState>
    );
  }

  const intake = buildIntake(problem.text.trim(), log.text.trim());
  const isReady =
    intake !== null &&
    !isTooLong(problem.text, MAX_INTAKE_CHARS) &&
    !isTooLong(log.text, MAX_LOG_CHARS);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!isReady) return;
    const request = { sessionType, intake };
    const input = withKey(request, (one) => [one.sessionType, one.intake]);
    const created = await run({ input });
    if (created === null) return;
    forgetKey();
    problem.clear();
    log.clear();
    void navigate(buildSessionPath(created.session));
  }

  return (
    <form
      onSubmit={(event) => void submit(event)}
      onKeyDown={submitOnCtrlEnter}
      className="new-session"
    >
      <Heading as="h1" size="6" my="4">
        New session
      </Heading>
      <Flex direction="column" gap="5">
        <Field label="What is the problem?">
          <TextArea
            rows={5}
            size="3"
            dir="auto"
            autoFocus
            placeholder="Who has it, since when, and what the error says"
            value={problem.text}
            onChange={(event) => problem.setText(event.target.value)}
          />
          <CharacterCount text={problem.text} max={MAX_INTAKE_CHARS} />
        </Field>
        <details>
          <summary>Add a log</summary>
          <TextArea
            className="log"
            mt="2"
            rows={6}
            aria-label="Log"
            value={log.text}
            onChange={(event) => log.setText(event.target.value)}
          />
          <CharacterCount text={log.text} max={MAX_LOG_CHARS} />
        </details>
        <Fieldset label="How do you want to work on it?">
          <RadioCards.Root
            columns="repeat(auto-fit, minmax(16rem, 1fr))"
            value={sessionType}
            onValueChange={(value) => setSessionType(value as SessionType)}
          >
            <RadioCards.Item value="GUIDED">
              <Flex direction="column" gap="1" width="100%">
                <Flex gap="2" align="center">
                  <Route size={18} aria-hidden color="var(--cyan-11)" />
                  <Text weight="bold">Guided</Text>
                </Flex>
                <Text size="2" color="gray">
                  The assistant leads, one step at a time.
                </Text>
              </Flex>
            </RadioCards.Item>
            <RadioCards.Item value="CHAT">
              <Flex direction="column" gap="1" width="100%">
                <Flex gap="2" align="center">
                  <MessageCircle size={18} aria-hidden color="var(--violet-11)" />
                  <Text weight="bold">Chat</Text>
                </Flex>
                <Text size="2" color="gray">
                  You lead, and talk it through with the assistant.
                </Text>
              </Flex>
            </RadioCards.Item>
          </RadioCards.Root>
        </Fieldset>
        <FlowHint text={problem.text} />
        <MutationError failure={failure} />
        <Flex justify="end">
          <Button type="submit" size="3" disabled={!isReady} loading={isRunning}>
            Start
          </Button>
        </Flex>
      </Flex>
    </form>
  );
}
