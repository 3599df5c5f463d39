import { Button, Flex, Heading, RadioCards, Text, TextArea } from '@radix-ui/themes';
import { Lock, MessageCircle, Route } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useNavigate } from 'react-router';

import { useResultMutation } from '../api/useResultMutation';
import { useIdempotencyKey } from '../api/useIdempotencyKey';
import type { CreateSessionInput, IntakeInput, SessionType } from '../gql/graphql';
import { buildSessionPath } from '../session/routes';
import { useViewer } from '../shell/useViewer';
import { Fieldset } from '../ui/Fieldset';
import { useDraft } from '../ui/useDraft';
import { Field } from '../ui/Field';
import { EmptyState } from '../ui/EmptyState';
import { MutationError } from '../ui/MutationError';
import { usePageTitle } from '../ui/usePageTitle';
import { CREATE_SESSION_MUTATION } from './createSession';
import { FlowHint } from './FlowHint';

export function NewSessionPage() {
  const problem = useDraft('new.problem');
  const log = useDraft('new.log');
  const [sessionType, setSessionType] = useState<SessionType>('GUIDED');
  const { keyed, known } = useIdempotencyKey<CreateSessionInput>('new');
  const { run, isRunning, failure } = useResultMutation(CREATE_SESSION_MUTATION, {
    onRefused: known,
  });
  const navigate = useNavigate();
  const { isLoaded: isKnown, canWrite: works } = useViewer();
  usePageTitle('New session');
  if (isKnown && !works) {
    return (
      <EmptyState icon={<Lock aria-hidden />} title="You can read here, not write">
        Sessions are started by engineers, leads and administrators.
      </EmptyState>
    );
  }

  const intake = buildIntake(problem.text.trim(), log.text.trim());

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (intake === null) return;
    const request = { sessionType, intake };
    const subject = (asked: CreateSessionInput) => [asked.sessionType, asked.intake];
    const created = await run({ input: keyed(request, subject) });
    if (created === null) return;
    known();
    problem.clear();
    log.clear();
    void navigate(buildSessionPath(created.session));
  }

  return (
    <form onSubmit={(event) => void submit(event)} className="new-session">
      <Heading as="h1" size="6" my="4">
        New session
      </Heading>
      <Flex direction="column" gap="5">
        <Field label="What is the problem?">
          <TextArea
            rows={5}
            size="3"
            autoFocus
            placeholder="Who has it, since when, what it says"
            value={problem.text}
            onChange={(event) => problem.type(event.target.value)}
          />
        </Field>
        <details>
          <summary>Add a log</summary>
          <TextArea
            className="log"
            mt="2"
            rows={6}
            aria-label="Log"
            value={log.text}
            onChange={(event) => log.type(event.target.value)}
          />
        </details>
        <Fieldset label="How do you want to work on it?">
          <RadioCards.Root
            columns={{ initial: '1', sm: '2' }}
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
          <Button type="submit" size="3" disabled={intake === null} loading={isRunning}>
            Start
          </Button>
        </Flex>
      </Flex>
    </form>
  );
}

function buildIntake(text: string, logText: string): IntakeInput | null {
  if (text && logText) return { type: 'COMBINED', text, logText };
  if (logText) return { type: 'LOG_PASTE', logText };
  return text ? { type: 'FREE_TEXT', text } : null;
}
