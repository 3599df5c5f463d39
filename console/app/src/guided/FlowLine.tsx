import type { FragmentType } from '@apollo/client';
import { Badge, Flex, Text } from '@radix-ui/themes';

import { useFragment } from '../api/useFragment';
import { graphql } from '../gql';
import type { ConfidenceTier, FlowLineFragment } from '../gql/graphql';

export const FlowLineDocument = graphql(`
  fragment FlowLine on GuidedSession {
    id
    confidenceTier
    matchScore
    flow {
      id
      title
    }
  }
`);

const TIERS: Record<ConfidenceTier, string> = {
  GUIDED: 'The flow leads',
  EXPLORING: 'The assistant leads, the flow helps',
  DISCOVERY: 'No flow fits: the assistant finds its way',
};

/** What a guided session goes by. */
export function FlowLine({ session }: { session: FragmentType<FlowLineFragment> }) {
  const data = useFragment(FlowLineDocument, session);
  return (
    <Flex gap="2" align="center" wrap="wrap" mb="3">
      {data.confidenceTier && <Badge color="gray">{TIERS[data.confidenceTier]}</Badge>}
      {data.flow && (
        <Text size="2" color="gray">
          Follows “{data.flow.title}”
          {data.matchScore !== null && `, which fits by ${Math.round(data.matchScore * 100)} %`}
        </Text>
      )}
    </Flex>
  );
}
