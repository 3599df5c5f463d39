import { useQuery } from '@apollo/client/react';
import { Callout } from '@radix-ui/themes';
import { Route } from 'lucide-react';

import { graphql } from '../gql';
import type { ConfidenceTier } from '../gql/graphql';
import { useSettled } from '../ui/useDebouncedValue';

const FLOW_HINT_QUERY = graphql(`
  query FlowHint($text: String!) {
    matchFlow(text: $text) {
      score
      confidenceTier
      flow {
        id
        title
      }
    }
  }
`);

const HINTS: Record<ConfidenceTier, (title: string) => string> = {
  GUIDED: (title) => `“${title}” fits: guided, that flow leads you step by step.`,
  EXPLORING: (title) => `“${title}” may fit: guided, it is kept at hand.`,
  DISCOVERY: () => 'No flow of the library fits so far: guided, the assistant finds its own way.',
};

/** Which flow a guided session would follow, as far as the problem is described. */
export function FlowHint({ text }: { text: string }) {
  const settled = useSettled(text.trim());
  const { data, previousData } = useQuery(FLOW_HINT_QUERY, {
    variables: { text: settled },
    skip: settled === '',
  });
  if (settled === '') return null;
  const known = data ?? previousData;
  if (!known) return null;
  const match = known.matchFlow;
  const tier = match?.confidenceTier ?? 'DISCOVERY';
  return (
    <Callout.Root color="cyan" size="1" role="status">
      <Callout.Icon>
        <Route size={16} aria-hidden />
      </Callout.Icon>
      <Callout.Text>{HINTS[tier](match?.flow.title ?? '')}</Callout.Text>
    </Callout.Root>
  );
}
