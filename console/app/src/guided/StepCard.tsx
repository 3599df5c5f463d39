import type { FragmentType } from '@apollo/client';
import { Badge, Card, Flex, Text } from '@radix-ui/themes';
import { CircleCheck } from 'lucide-react';

import { useFragment } from '../api/useFragment';
import { graphql } from '../gql';
import type { StepCardFragment } from '../gql/graphql';
import { sentenceCase } from '../ui/format';
import { Markdown } from '../markdown/Markdown';
import { StepForm } from './StepForm';

const STEP_CARD_FRAGMENT = graphql(`
  fragment StepCard on SessionStep {
    id
    order
    stepType
    content
    contextMessage
    expectedOutcome
    confidenceScore
    answer {
      option {
        label
        value
      }
      text
      skipped
      answeredBy {
        id
        name
      }
    }
    ...StepForm
  }
`);

interface Props {
  step: FragmentType<StepCardFragment>;
  sessionId: string;
  canAnswer: boolean;
}

export function StepCard({ step, sessionId, canAnswer }: Props) {
  const data = useFragment(STEP_CARD_FRAGMENT, step);
  const { answer } = data;
  return (
    <li className="step" data-answered={answer !== null}>
      <Card>
        <Flex gap="2" align="center" mb="2" wrap="wrap">
          <Text size="2" weight="bold" color="gray">
            Step {data.order}
          </Text>
          <Badge color="gray">{sentenceCase(data.stepType)}</Badge>
          {data.confidenceScore !== null && (
            <Text size="1" color="gray">
              {Math.round(data.confidenceScore * 100)} % sure
            </Text>
          )}
        </Flex>
        <Markdown>{data.content}</Markdown>
        {data.contextMessage && (
          <Text as="div" size="2" color="gray" mt="2">
            <Markdown>{data.contextMessage}</Markdown>
          </Text>
        )}
        {data.expectedOutcome && (
          <Text as="div" size="2" mt="2">
            <Markdown>{`**Expected:** ${data.expectedOutcome}`}</Markdown>
          </Text>
        )}
        {answer === null && <StepForm sessionId={sessionId} step={data} canAnswer={canAnswer} />}
        {answer !== null && (
          <Flex gap="2" mt="3" className="answer">
            <CircleCheck size={18} aria-hidden className="fixed" />
            <Text size="2" className="typed" dir="auto">
              <strong>
                {answer.skipped ? 'Skipped' : (answer.option?.label ?? answer.text ?? 'Answered')}
              </strong>
              {answer.option && answer.text && ` – ${answer.text}`}
              <Text color="gray"> · {answer.answeredBy.name}</Text>
            </Text>
          </Flex>
        )}
      </Card>
    </li>
  );
}
