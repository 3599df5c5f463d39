import { useQuery } from '@apollo/client/react';
import { Callout } from '@radix-ui/themes';
import { Route } from 'lucide-react';
import { useDebounce } from 'use-debounce';

import { graphql } from '../gql';
import type { ConfidenceTier } from '../gql/graphql';

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

const TIER_HINTS: Record<ConfidenceTier, (title: string) => string> = {
  GUIDED: (title) => `“${title}” fits: guided, that flow leads you step by step.`,
  EXPLORING: (title) => `“${title}” may fit: guided, it is kept at hand.`,
  DISCOVERY: () => 'No flow of the library fits so far: guided, the assistant finds its own way.',
};

const DEBOUNCE_MS = 400;

/** The flow that a guided session would follow for this description of the problem. */
export function FlowHint({ text }: { text: string }) {
  const [debouncedText] = useDebounce(text.trim(), DEBOUNCE_MS);
  const { data, previousData } = useQuery(FLOW_HINT_QUERY, {
    variables: { text: debouncedText },
    skip: debouncedText === '',
  });
  if (debouncedText === '') return null;
  const shown = data ?? previousData;
  if (!shown) return null;
  const match = shown.matchFlow;
  const tier = match?.confidenceTier ?? 'DISCOVERY';
  return (
    <Callout.Root color="cyan" size="1" role="status">
      <Callout.Icon>
        <Route size={16} aria-hidden />
      </Callout.Icon>
      <Callout.Text>{TIER_HINTS[tier](match?.flow.title ?? '')}</Callout.Text>
    </Callout.Root>
  );
}
