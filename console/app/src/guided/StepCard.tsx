import type { FragmentType } from '@apollo/client';
import { useSuspenseFragment } from '@apollo/client/react';
import { Badge, Card, Flex, Text } from '@radix-ui/themes';
import { CircleCheck } from 'lucide-react';

import { graphql } from '../gql';
import type { StepCardFragment } from '../gql/graphql';
import { Markdown } from '../ui/Markdown';
import { inWords } from '../ui/words';

export const StepCardDocument = graphql(`
  fragment StepCard on SessionStep {
    id
    order
    stepType
    content
    contextMessage
    options {
      label
      value
    }
    expectedOutcome
    confidenceScore
    answer {
      option {
        label
      }
      text
      skipped
      answeredBy {
        id
        name
      }
    }
  }
`);

export function StepCard({ step }: { step: FragmentType<StepCardFragment> }) {
  const { data } = useSuspenseFragment({ fragment: StepCardDocument, from: step });
  const { answer } = data;
  return (
    <li className="step" data-answered={answer !== null}>
      <Card>
        <Flex gap="2" align="center" mb="2" wrap="wrap">
          <Text size="2" weight="bold" color="gray">
            Step {data.order}
          </Text>
          <Badge color="gray">{inWords(data.stepType)}</Badge>
          {data.confidenceScore !== null && (
            <Text size="1" color="gray">
              {Math.round(data.confidenceScore * 100)} % sure
            </Text>
          )}
        </Flex>
        <Markdown>{data.content}</Markdown>
        {data.contextMessage && (
          <Text as="p" size="2" color="gray" mt="2" className="breaks">
            {data.contextMessage}
          </Text>
        )}
        {data.expectedOutcome && (
          <Text as="p" size="2" mt="2" className="breaks">
            <strong>Expected:</strong> {data.expectedOutcome}
          </Text>
        )}
        {answer === null && data.options.length > 0 && (
          <ul className="options" aria-label="Possible answers">
            {data.options.map((option) => (
              <li key={option.value}>{option.label}</li>
            ))}
          </ul>
        )}
        {answer !== null && (
          <Flex gap="2" mt="3" className="answer">
            <CircleCheck size={18} aria-hidden className="fixed" />
            <Text size="2" className="breaks">
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
