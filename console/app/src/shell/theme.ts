import { useSyncExternalStore } from 'react';

import { Store, useStore } from '../ui/store';

export const CHOICES = ['system', 'light', 'dark'] as const;
export type Choice = (typeof CHOICES)[number];

const KEY = 'unified-sessions.theme';
const stored = CHOICES.find((choice) => choice === localStorage.getItem(KEY));
const choice = new Store<Choice>(stored ?? 'system');
const dark = matchMedia('(prefers-color-scheme: dark)');

export const useChoice = () => useStore(choice);

export function choose(value: Choice) {
  localStorage.setItem(KEY, value);
  choice.set(value);
}

export function useAppearance(): 'light' | 'dark' {
  const isDark = useSyncExternalStore(
    (tell) => {
      dark.addEventListener('change', tell);
      return () => dark.removeEventListener('change', tell);
    },
    () => dark.matches,
  );
  const chosen = useChoice();
  if (chosen !== 'system') return chosen;
  return isDark ? 'dark' : 'light';
}
