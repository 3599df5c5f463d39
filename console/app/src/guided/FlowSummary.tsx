import type { FragmentType } from '@apollo/client';
import { Badge, Flex, Text } from '@radix-ui/themes';

import { useFragment } from '../api/useFragment';
import { graphql } from '../gql';
import type { ConfidenceTier, FlowSummaryFragment } from '../gql/graphql';

const FLOW_SUMMARY_FRAGMENT = graphql(`
  fragment FlowSummary on GuidedSession {
    id
    confidenceTier
    matchScore
    flow {
      id
      title
    }
  }
`);

const TIER_LABELS: Record<ConfidenceTier, string> = {
  GUIDED: 'The flow leads',
  EXPLORING: 'The assistant leads, the flow helps',
  DISCOVERY: 'No flow fits: the assistant finds its way',
};

const LEADING_SCORE = 0.8;

/** The flow of a guided session, and how well it matches. */
export function FlowSummary({ session }: { session: FragmentType<FlowSummaryFragment> }) {
  const data = useFragment(FLOW_SUMMARY_FRAGMENT, session);
  const leads = data.confidenceTier === 'GUIDED';
  return (
    <Flex gap="2" align="center" wrap="wrap" mb="3">
      {data.confidenceTier && <Badge color="gray">{TIER_LABELS[data.confidenceTier]}</Badge>}
      {data.flow && (
        <Text size="2" color="gray">
          {leads ? 'Follows' : 'Close to'} “{data.flow.title}”
          {/* A flow that was chosen from several candidates has no score of its own. */}
          {data.matchScore !== null &&
            leads === data.matchScore >= LEADING_SCORE &&
            `, a match of ${Math.round(data.matchScore * 100)} %`}
        </Text>
      )}
    </Flex>
  );
}
