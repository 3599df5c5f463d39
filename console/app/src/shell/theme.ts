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

export const useThemePreference = () => useStore(themeStore);

export function setThemePreference(preference: ThemePreference) {
  localStorage.setItem(STORAGE_KEY, preference);
  themeStore.setState(preference);
}

export function useAppearance(): 'light' | 'dark' {
  const isDark = useSyncExternalStore(
    (listener) => {
      darkMode.addEventListener('change', listener);
      return () => darkMode.removeEventListener('change', listener);
    },
    () => darkMode.matches,
  );
  const preference = useThemePreference();
  if (preference !== 'system') return preference;
  return isDark ? 'dark' : 'light';
}
