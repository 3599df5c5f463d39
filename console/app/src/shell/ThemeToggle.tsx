import { IconButton } from '@radix-ui/themes';
import { Monitor, Moon, Sun } from 'lucide-react';

import {
  setThemePreference,
  THEME_PREFERENCES,
  type ThemePreference,
  useThemePreference,
} from './theme';

const ICONS: Record<ThemePreference, typeof Sun> = { system: Monitor, light: Sun, dark: Moon };

export function ThemeToggle() {
  const choice = useThemePreference();
  const next =
    THEME_PREFERENCES[(THEME_PREFERENCES.indexOf(choice) + 1) % THEME_PREFERENCES.length] ??
    'system';
  const Icon = ICONS[choice];
  const label = `Theme: ${choice}. Switch to ${next}`;
  return (
    <IconButton
      variant="ghost"
      color="gray"
      size="3"
      aria-label={label}
      title={label}
      onClick={() => setThemePreference(next)}
    >
      <Icon size={18} aria-hidden />
    </IconButton>
  );
}
