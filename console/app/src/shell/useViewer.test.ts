import { expect, test } from 'vitest';

import { toViewer } from './useViewer';

test('until the query has loaded, the viewer cannot write', () => {
  expect(toViewer(undefined)).toEqual({ id: null, isLoaded: false, canWrite: false });
});

test('everybody but a viewer can write', () => {
  for (const role of ['ENGINEER', 'LEAD', 'ADMIN'] as const)
    expect(toViewer({ id: 'u1', role })).toEqual({ id: 'u1', isLoaded: true, canWrite: true });
  expect(toViewer({ id: 'u1', role: 'VIEWER' }).canWrite).toBe(false);
});
