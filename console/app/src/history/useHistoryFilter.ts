import { useMemo } from 'react';
import { useSearchParams } from 'react-router';

import { buildSessionFilter, type FilterName, readFilterValues } from './sessionFilter';

/** The filter lives in the URL, so that it survives a reload, can be shared and has a history. */
export function useHistoryFilter() {
  const [params, setParams] = useSearchParams();
  const values = useMemo(() => readFilterValues(params), [params]);
  const filter = useMemo(() => buildSessionFilter(values), [values]);

  function setFilter(name: FilterName, value: string) {
    setParams(
      (current) => {
        const next = new URLSearchParams(current);
        if (value === '') next.delete(name);
        else next.set(name, value);
        return next;
      },
      // Otherwise every pause while typing would be an entry of the browser's history.
      { replace: name === 'q' },
    );
  }

  const clearFilters = () => setParams({});
  return { values, filter, setFilter, clearFilters, isFiltered: params.size > 0 };
}
