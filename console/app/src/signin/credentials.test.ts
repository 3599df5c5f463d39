// @vitest-environment happy-dom
import { expect, test } from 'vitest';

import { parseCredential } from './credentials';

test.each([
  'us_key',
  ' us_key\n',
  'Bearer us_key',
  'bearer  us_key',
  'Authorization: Bearer us_key',
  '"Bearer us_key"',
  "'us_key'",
  // A terminal has broken the line.
  'us_\nkey',
])('%j is the key us_key', (pasted) => {
  expect(parseCredential(pasted)).toBe('us_key');
});

test.each(['', '  ', 'Bearer', 'Bearer '])('%j is no key', (pasted) => {
  expect(parseCredential(pasted)).toBe('');
});
