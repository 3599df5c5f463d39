import { IconButton } from '@radix-ui/themes';
import { Monitor, Moon, Sun } from 'lucide-react';

import { CHOICES, type Choice, choose, useChoice } from './theme';

const ICONS: Record<Choice, typeof Sun> = { system: Monitor, light: Sun, dark: Moon };

export function ThemeToggle() {
  const choice = useChoice();
  const next = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length] ?? 'system';
  const Icon = ICONS[choice];
  const label = `Theme: ${choice}. Switch to ${next}`;
  return (
    <IconButton
      variant="ghost"
      color="gray"
      size="3"
      aria-label={label}
      title={label}
      onClick={() => choose(next)}
    >
      <Icon size={18} aria-hidden />
    </IconButton>
  );
}
