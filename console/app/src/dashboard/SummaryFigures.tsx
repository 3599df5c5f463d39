import { Card, Text } from '@radix-ui/themes';

import { graphql } from '../gql';
import type { SessionStatus, SummaryFiguresFragment } from '../gql/graphql';
import { formatMilliseconds, formatMinutes } from '../ui/format';

export const SUMMARY_FIGURES_FRAGMENT = graphql(`
  fragment SummaryFigures on DashboardSummary {
    byStatus {
      status
      count
    }
    generating
    unclaimedEscalations
    resolvedToday
    timeZone
    medianMinutesToResolve
    medianTimeToFirstTokenMs
  }
`);

const TODAY = 'Resolved today';

export function SummaryFigures({ summary }: { summary: SummaryFiguresFragment }) {
  const count = (status: SessionStatus) =>
    summary.byStatus.find((each) => each.status === status)?.count ?? 0;
  const figures = [
    ['Active', String(count('ACTIVE'))],
    ['Paused', String(count('PAUSED'))],
    ['To be claimed', String(summary.unclaimedEscalations)],
    ['Being answered', String(summary.generating)],
    [TODAY, String(summary.resolvedToday)],
    ['Time to resolve', formatMinutes(summary.medianMinutesToResolve)],
    ['Time to first word', formatMilliseconds(summary.medianTimeToFirstTokenMs)],
  ];
  return (
    <dl className="figures" aria-label="The desk at a glance">
      {figures.map(([label, value]) => (
        <Card key={label} asChild>
          <div title={label === TODAY ? `Since midnight, ${summary.timeZone}` : undefined}>
            <Text as="div" size="1" color="gray" asChild>
              <dt>{label}</dt>
            </Text>
            <Text as="div" size="5" weight="bold" asChild>
              <dd>{value}</dd>
            </Text>
          </div>
        </Card>
      ))}
    </dl>
  );
}
