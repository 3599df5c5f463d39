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

const LEADS_FROM = 0.8;

/** What a guided session goes by. */
export function FlowLine({ session }: { session: FragmentType<FlowLineFragment> }) {
  const data = useFragment(FlowLineDocument, session);
  const leads = data.confidenceTier === 'GUIDED';
  return (
    <Flex gap="2" align="center" wrap="wrap" mb="3">
      {data.confidenceTier && <Badge color="gray">{TIERS[data.confidenceTier]}</Badge>}
      {data.flow && (
        <Text size="2" color="gray">
          {leads ? 'Follows' : 'Close to'} “{data.flow.title}”
          {/* One that was chosen from several has no score of its own. */}
          {data.matchScore !== null &&
            leads === data.matchScore >= LEADS_FROM &&
            `, which fits by ${Math.round(data.matchScore * 100)} %`}
        </Text>
      )}
    </Flex>
  );
}
