import type { FragmentType } from '@apollo/client';
import { Button, Flex, Kbd, Text, TextArea } from '@radix-ui/themes';
import { SendHorizontal, SkipForward } from 'lucide-react';
import type { FormEvent } from 'react';

import { useFragment } from '../api/useFragment';
import { useIdempotencyKey } from '../api/useIdempotencyKey';
import { useResultMutation } from '../api/useResultMutation';
import { graphql } from '../gql';
import type { RespondToStepInput, StepAnswerInput, StepFormFragment } from '../gql/graphql';
import { CharacterCount } from '../ui/CharacterCount';
import { isTooLong } from '../ui/characterCount';
import { MAX_ANSWER_CHARS } from '../ui/limits';
import { MutationError } from '../ui/MutationError';
import { submitOnCtrlEnter } from '../ui/submitOnCtrlEnter';
import { useDraft } from '../ui/useDraft';
import { RESPOND_TO_STEP_MUTATION } from './respondToStep';
import { useNumberKeys } from './useNumberKeys';

const STEP_FORM_FRAGMENT = graphql(`
  fragment StepForm on SessionStep {
    id
    options {
      label
      value
      followupHint
    }
    allowFreeText
    allowSkip
  }
`);

interface Props {
  sessionId: string;
  step: FragmentType<StepFormFragment>;
  canAnswer: boolean;
}

/** Answers the current step by an option, in free text, or skips it. */
export function StepForm({ sessionId, step, canAnswer }: Props) {
  const data = useFragment(STEP_FORM_FRAGMENT, step);
  const { text, setText, clear } = useDraft(`step.${data.id}`);
  const { withKey, forgetKey } = useIdempotencyKey<RespondToStepInput>(`step.${data.id}`);
  const { run, isRunning, failure } = useResultMutation(RESPOND_TO_STEP_MUTATION, {
    refetchQueries: ['GuidedPage'],
    onRefused: forgetKey,
  });

  async function submitAnswer(given: StepAnswerInput) {
    if (isRunning || !canAnswer) return;
    const request = { sessionId, stepId: data.id, answer: given };
    const input = withKey(request, (one) => one.answer);
    if ((await run({ input })) === null) return;
    forgetKey();
    clear();
  }

  const canSubmit = text.trim() !== '' && !isTooLong(text, MAX_ANSWER_CHARS);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (canSubmit) void submitAnswer({ text: text.trim() });
  }

  useNumberKeys(data.options.length, (index) => {
    const option = data.options[index];
    if (option) void submitAnswer({ option: option.value });
  });

  return (
    <Flex direction="column" gap="3" mt="4">
      {data.options.length > 0 && (
        <ol className="answers" aria-label="Possible answers">
          {data.options.map((option, index) => (
            <li key={option.value}>
              <Button
                variant="surface"
                disabled={isRunning || !canAnswer}
                aria-keyshortcuts={index < 9 ? String(index + 1) : undefined}
                onClick={() => void submitAnswer({ option: option.value })}
              >
                {index < 9 && (
                  <Kbd size="1" aria-hidden>
                    {index + 1}
                  </Kbd>
                )}
                <span dir="auto">{option.label}</span>
              </Button>
              {option.followupHint && (
                <Text size="1" color="gray" as="div" mt="1">
                  {option.followupHint}
                </Text>
              )}
            </li>
          ))}
        </ol>
      )}
      {canAnswer && (
        <form onSubmit={submit} onKeyDown={submitOnCtrlEnter}>
          {data.allowFreeText && (
            <TextArea
              rows={2}
              mb="2"
              dir="auto"
              aria-label="Answer in your own words"
              placeholder={
                data.options.length > 0 ? 'Or answer in your own words' : 'Answer in your own words'
              }
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
          <CharacterCount text={text} max={MAX_ANSWER_CHARS} />
          <Flex gap="2" justify="end">
            {data.allowSkip && (
              <Button
                type="button"
                variant="soft"
                color="gray"
                disabled={isRunning}
                onClick={() => void submitAnswer({ skip: true })}
              >
                <SkipForward size={16} aria-hidden /> Skip
              </Button>
            )}
            {data.allowFreeText && (
              <Button type="submit" disabled={!canSubmit} loading={isRunning}>
                <SendHorizontal size={16} aria-hidden /> Answer
              </Button>
            )}
          </Flex>
        </form>
      )}
      <MutationError failure={failure} />
    </Flex>
  );
}
