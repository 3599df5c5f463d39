import type { SessionFilter, SessionStatus, SessionType } from '../gql/graphql';

const SESSION_TYPES: SessionType[] = ['GUIDED', 'CHAT'];
export const SESSION_STATUSES: SessionStatus[] = [
  'ACTIVE',
  'PAUSED',
  'ESCALATED',
  'RESOLVED',
  'ABANDONED',
];

const FILTER_NAMES = ['type', 'status', 'domain', 'owner', 'from', 'to', 'q'] as const;
export type FilterName = (typeof FILTER_NAMES)[number];
export type FilterValues = Record<FilterName, string>;

/** The filter from the URL. An absent parameter is an empty string. */
export function readFilterValues(params: URLSearchParams): FilterValues {
  const entries = FILTER_NAMES.map((name) => [name, params.get(name) ?? '']);
  return Object.fromEntries(entries) as FilterValues;
}

/** The URL with some of its filters changed. An empty string removes one. */
export function changeParams(
  params: URLSearchParams,
  changes: Partial<FilterValues>,
): URLSearchParams {
  const changed = new URLSearchParams(params);
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') changed.delete(name);
    else changed.set(name, value);
  }
  return changed;
}

/** The filter for the query. Unknown types and statuses, and invalid days, are ignored. */
export function buildSessionFilter(values: FilterValues): SessionFilter {
  const filter: SessionFilter = {};
  const sessionType = SESSION_TYPES.find((type) => type === values.type.toUpperCase());
  const status = SESSION_STATUSES.find((each) => each === values.status.toUpperCase());
  if (sessionType) filter.sessionType = sessionType;
  if (status) filter.status = [status];
  if (values.q) filter.search = values.q;
  if (values.domain) filter.problemDomain = values.domain;
  if (values.owner) filter.ownerId = values.owner;
  const createdAfter = startOfDay(values.from);
  const createdBefore = startOfDay(values.to, 1);
  if (createdAfter) filter.createdAfter = createdAfter;
  if (createdBefore) filter.createdBefore = createdBefore;
  return filter;
}

/** Midnight in the time zone of the user. */
function startOfDay(day: string, daysLater = 0): string | null {
  const [year, month, date] = day.split('-').map(Number);
  if (!year || !month || !date) return null;
  const midnight = new Date(year, month - 1, date + daysLater);
  return Number.isNaN(midnight.getTime()) ? null : midnight.toISOString();
}
