import { useSyncExternalStore } from 'react';
import { createStore, useStore } from 'zustand';

export const THEME_PREFERENCES = ['system', 'light', 'dark'] as const;
export type ThemePreference = (typeof THEME_PREFERENCES)[number];

const STORAGE_KEY = 'unified-sessions.theme';
const stored = localStorage.getItem(STORAGE_KEY);
const themeStore = createStore<ThemePreference>()(
  () => THEME_PREFERENCES.find((preference) => preference === stored) ?? 'system',
);
const darkMode = matchMedia('(prefers-color-scheme: dark)');
const printing = matchMedia('print');

export const useThemePreference = () => useStore(themeStore);

export function setThemePreference(preference: ThemePreference) {
  localStorage.setItem(STORAGE_KEY, preference);
  // The page around the theme: its canvas and its scroll bars.
  document.documentElement.style.colorScheme = preference === 'system' ? '' : preference;
  themeStore.setState(preference);
}

/** Light on paper: browsers print light text, but no dark background. */
export function useAppearance(): 'light' | 'dark' {
  const isDark = useMediaQuery(darkMode);
  const isPrinting = useMediaQuery(printing);
  const preference = useThemePreference();
  if (isPrinting) return 'light';
  if (preference !== 'system') return preference;
  return isDark ? 'dark' : 'light';
}

function useMediaQuery(query: MediaQueryList): boolean {
  return useSyncExternalStore(
    (listener) => {
      query.addEventListener('change', listener);
      return () => query.removeEventListener('change', listener);
    },
    () => query.matches,
  );
}
