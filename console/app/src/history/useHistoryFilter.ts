import { useEffect, useMemo, useRef, useState } from 'react';
import { useSearchParams } from 'react-router';
import { useDebouncedCallback } from 'use-debounce';

import {
  buildSessionFilter,
  changeParams,
  type FilterName,
  type FilterValues,
  readFilterValues,
} from './sessionFilter';

const DEBOUNCE_MS = 300;

/**
 * The filter lives in the URL, so that it survives a reload, can be shared and has a history. What
 * is typed into the search field gets there after a pause, with the next choice, or when it is
 * cleared.
 */
export function useHistoryFilter() {
  const [params, setParams] = useSearchParams();
  const values = useMemo(() => readFilterValues(params), [params]);
  const filter = useMemo(() => buildSessionFilter(values), [values]);
  // The URL follows a change only after a render. Another one before that adds to it.
  const newest = useRef(params);
  useEffect(() => {
    newest.current = params;
  }, [params]);
  const [typed, setTyped] = useState(values.q);
  const [lastQuery, setLastQuery] = useState(values.q);
  // The URL has changed by other means than typing, such as the back button.
  if (values.q !== lastQuery) {
    setLastQuery(values.q);
    if (values.q !== typed.trim()) setTyped(values.q);
  }
  const searchLater = useDebouncedCallback((text: string) => {
    if (text === typed) change({ q: text.trim() }, true);
  }, DEBOUNCE_MS);

  function change(changes: Partial<FilterValues>, replace: boolean) {
    newest.current = changeParams(newest.current, changes);
    setParams(newest.current, { replace });
  }

  function search(text: string) {
    setTyped(text);
    searchLater.cancel();
    // Otherwise every pause while typing would be an entry of the browser's history.
    if (text.trim() === '') change({ q: '' }, true);
    else searchLater(text);
  }

  function setFilter(name: FilterName, value: string) {
    searchLater.cancel();
    change({ q: typed.trim(), [name]: value }, false);
  }

  function clearFilters() {
    searchLater.cancel();
    setTyped('');
    newest.current = new URLSearchParams();
    setParams(newest.current);
  }

  const isFiltered = params.size > 0 || typed.trim() !== '';
  return { values, filter, typed, search, setFilter, clearFilters, isFiltered };
}
