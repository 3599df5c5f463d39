import { useMemo } from 'react';
import { useSearchParams } from 'react-router';

import type { SessionFilter, SessionStatus, SessionType } from '../gql/graphql';

export const TYPES: SessionType[] = ['GUIDED', 'CHAT'];
export const STATUSES: SessionStatus[] = ['ACTIVE', 'PAUSED', 'ESCALATED', 'RESOLVED', 'ABANDONED'];

export type Name = 'type' | 'status' | 'domain' | 'owner' | 'from' | 'to' | 'q';
export type Values = Record<Name, string>;
const NAMES: Name[] = ['type', 'status', 'domain', 'owner', 'from', 'to', 'q'];

/** The filter as the address has it, so that it can be reloaded, shared and gone back to. */
export function useFilter() {
  const [params, setParams] = useSearchParams();
  const values = useMemo(
    () => Object.fromEntries(NAMES.map((name) => [name, params.get(name) ?? ''])) as Values,
    [params],
  );
  const filter = useMemo(() => filterOf(values), [values]);

  function change(name: Name, value: string) {
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

function filterOf(values: Values): SessionFilter {
  const filter: SessionFilter = {};
  const sessionType = TYPES.find((type) => type === values.type.toUpperCase());
  const status = STATUSES.find((each) => each === values.status.toUpperCase());
  if (sessionType) filter.sessionType = sessionType;
  if (status) filter.status = [status];
  if (values.q) filter.search = values.q;
  if (values.domain) filter.problemDomain = values.domain;
  if (values.owner) filter.ownerId = values.owner;
  const from = midnight(values.from, 0);
  const to = midnight(values.to, 1);
  if (from) filter.createdAfter = from;
  if (to) filter.createdBefore = to;
  return filter;
}

/** Days are those of whoever looks. */
function midnight(day: string, later: number): string | null {
  const [year, month, date] = day.split('-').map(Number);
  if (!year || !month || !date) return null;
  const at = new Date(year, month - 1, date + later);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}
