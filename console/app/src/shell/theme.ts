import { useSyncExternalStore } from 'react';

import { Store, useStore } from '../ui/store';

export const THEME_PREFERENCES = ['system', 'light', 'dark'] as const;
export type ThemePreference = (typeof THEME_PREFERENCES)[number];

const KEY = 'unified-sessions.theme';
const stored = THEME_PREFERENCES.find((choice) => choice === localStorage.getItem(KEY));
const choice = new Store<ThemePreference>(stored ?? 'system');
const dark = matchMedia('(prefers-color-scheme: dark)');

export const useThemePreference = () => useStore(choice);

export function setThemePreference(value: ThemePreference) {
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
  const chosen = useThemePreference();
  if (chosen !== 'system') return chosen;
  return isDark ? 'dark' : 'light';
}
