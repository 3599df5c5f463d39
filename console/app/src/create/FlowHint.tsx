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
  GUIDED: (title) => `The flow “${title}” fits: a guided session follows it step by step.`,
  EXPLORING: (title) => `The flow “${title}” may fit: a guided session keeps it at hand.`,
  DISCOVERY: () =>
    'No flow of the library fits so far: in a guided session the assistant finds its own way.',
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
