import { useMemo } from 'react';
import { useSearchParams } from 'react-router';

import type { SessionFilter, SessionStatus, SessionType } from '../gql/graphql';

export const SESSION_TYPES: SessionType[] = ['GUIDED', 'CHAT'];
export const SESSION_STATUSES: SessionStatus[] = [
  'ACTIVE',
  'PAUSED',
  'ESCALATED',
  'RESOLVED',
  'ABANDONED',
];

export type FilterName = 'type' | 'status' | 'domain' | 'owner' | 'from' | 'to' | 'q';
export type FilterValues = Record<FilterName, string>;
const FILTER_NAMES: FilterName[] = ['type', 'status', 'domain', 'owner', 'from', 'to', 'q'];

/** The filter as the address has it, so that it can be reloaded, shared and gone back to. */
export function useHistoryFilter() {
  const [params, setParams] = useSearchParams();
  const values = useMemo(
    () =>
      Object.fromEntries(
        FILTER_NAMES.map((name) => [name, params.get(name) ?? '']),
      ) as FilterValues,
    [params],
  );
  const filter = useMemo(() => buildSessionFilter(values), [values]);

  function change(name: FilterName, value: string) {
    setParams(
      (before) => {
        const now = new URLSearchParams(before);
        if (value === '') now.delete(name);
        else now.set(name, value);
        return now;
      },
      // Every few letters of a search would be a page to go back through.
      { replace: name === 'q' },
    );
  }

  return { values, filter, change, clear: () => setParams({}), isSet: params.size > 0 };
}

function buildSessionFilter(values: FilterValues): SessionFilter {
  const filter: SessionFilter = {};
  const sessionType = SESSION_TYPES.find((type) => type === values.type.toUpperCase());
  const status = SESSION_STATUSES.find((each) => each === values.status.toUpperCase());
  if (sessionType) filter.sessionType = sessionType;
  if (status) filter.status = [status];
  if (values.q) filter.search = values.q;
  if (values.domain) filter.problemDomain = values.domain;
  if (values.owner) filter.ownerId = values.owner;
  const from = startOfDay(values.from, 0);
  const to = startOfDay(values.to, 1);
  if (from) filter.createdAfter = from;
  if (to) filter.createdBefore = to;
  return filter;
}

/** Days are those of whoever looks. */
function startOfDay(day: string, later: number): string | null {
  const [year, month, date] = day.split('-').map(Number);
  if (!year || !month || !date) return null;
  const at = new Date(year, month - 1, date + later);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}
