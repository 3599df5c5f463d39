import { defineConfig } from 'vitest/config';

// A test that needs a DOM says so in its first line: `@vitest-environment happy-dom`.
// The deadline is for a machine that has much else to do.
export default defineConfig({ test: { include: ['src/**/*.test.ts'], testTimeout: 60_000 } });
