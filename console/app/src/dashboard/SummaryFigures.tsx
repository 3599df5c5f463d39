import { Card, Text } from '@radix-ui/themes';

import { graphql } from '../gql';
import type { SummaryFiguresFragment, SessionStatus } from '../gql/graphql';

export const SUMMARY_FIGURES_FRAGMENT = graphql(`
  fragment SummaryFigures on DashboardSummary {
    byStatus {
      status
      count
    }
    generating
    unclaimedEscalations
    resolvedToday
    medianMinutesToResolve
    medianTimeToFirstTokenMs
  }
`);

export function SummaryFigures({ summary }: { summary: SummaryFiguresFragment }) {
  const count = (status: SessionStatus) =>
    summary.byStatus.find((each) => each.status === status)?.count ?? 0;
  const figures = [
    ['Active', String(count('ACTIVE'))],
    ['Paused', String(count('PAUSED'))],
    ['To be claimed', String(summary.unclaimedEscalations)],
    ['Being answered', String(summary.generating)],
    ['Resolved today', String(summary.resolvedToday)],
    ['Time to resolve', formatMinutes(summary.medianMinutesToResolve)],
    ['Time to first word', formatSeconds(summary.medianTimeToFirstTokenMs)],
  ];
  return (
    <dl className="figures" aria-label="The desk at a glance">
      {figures.map(([label, value]) => (
        <Card key={label} asChild>
          <div>
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

const UNKNOWN = '–';

function formatMinutes(minutes: number | null): string {
  if (minutes === null) return UNKNOWN;
  if (minutes < 1) return '< 1 min';
  if (minutes < 120) return `${Math.round(minutes)} min`;
  const hours = minutes / 60;
  return hours < 48 ? `${Math.round(hours)} h` : `${Math.round(hours / 24)} days`;
}

function formatSeconds(ms: number | null): string {
  return ms === null ? UNKNOWN : `${(ms / 1000).toFixed(1)} s`;
}
