import { expect, test } from 'vitest';

import { buildClaimPath, buildSessionPath } from './routes';

test('each kind of session has a page of its own', () => {
  expect(buildSessionPath({ id: 's1', sessionType: 'CHAT' })).toBe('/chat/s1');
  expect(buildSessionPath({ id: 's1', sessionType: 'GUIDED' })).toBe('/guided/s1');
});

test('a global id is escaped in the path', () => {
  expect(buildSessionPath({ id: 'QQ==', sessionType: 'CHAT' })).toBe('/chat/QQ%3D%3D');
  expect(buildClaimPath({ id: 'a/b' })).toBe('/claim/a%2Fb');
});
