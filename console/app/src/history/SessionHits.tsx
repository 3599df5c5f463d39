import { Text } from '@radix-ui/themes';

import type { HistoryPageQuery, SessionSearchSource } from '../gql/graphql';
import { stripEmphasis } from '../ui/stripMarkdown';

export type Hits = NonNullable<HistoryPageQuery['sessions']>['edges'][number]['matches'];

const SOURCE_LABELS: Record<SessionSearchSource, string> = {
  TITLE: 'Title',
  SUMMARY: 'Summary',
  RESOLUTION: 'Resolution',
  INTAKE: 'Problem',
  ESCALATION: 'Escalation',
  MESSAGE: 'Message',
  STEP: 'Step',
};

/** Where the search has found its words; the row shows the title already. */
export function SessionHits({ hits }: { hits: Hits }) {
  return hits
    ?.filter(({ source }) => source !== 'TITLE')
    .slice(0, 2)
    .map(({ source, fragment }, place) => (
      <Text key={place} as="div" size="2" className="row-hit" truncate>
        <Text color="gray">{SOURCE_LABELS[source]}: </Text>
        <span dir="auto">
          {fragment.map(({ text, isMatch }, part) =>
            isMatch ? (
              <mark key={part}>{text}</mark>
            ) : (
              <span key={part}>{stripEmphasis(text)}</span>
            ),
          )}
        </span>
      </Text>
    ));
}
