import { expect, test } from 'vitest';

import styles from './styles.ts?raw';

const COLORS =
  'amber|blue|bronze|brown|crimson|cyan|gold|grass|gray|green|indigo|iris|jade|lime|mauve|mint|' +
  'olive|orange|pink|plum|purple|red|ruby|sage|sand|sky|slate|teal|tomato|violet|yellow';
const sources = import.meta.glob<string>(['./**/*.{ts,tsx}', '!./**/*.test.ts', '!./styles.ts'], {
  query: '?raw',
  import: 'default',
  eager: true,
});

test('the theme has the colors that are used, and no others', () => {
  const named = new RegExp(`['"](${COLORS})['"]|var\\(--(${COLORS})-`, 'g');
  const used = new Set(
    Object.values(sources).flatMap((source) =>
      [...source.matchAll(named)].map(([, quoted, variable]) => quoted ?? variable),
    ),
  );
  const imported = [...styles.matchAll(/colors\/(\w+)\.css/g)].map(([, color]) => color);
  expect(imported.sort()).toEqual([...used].sort());
});
