import { expect, test } from 'vitest';

import { buildIntake } from './intake';

test('nothing entered is no intake', () => {
  expect(buildIntake('', '')).toBeNull();
});

test('a text, a log or both decide the type of the intake', () => {
  expect(buildIntake('It fails', '')).toEqual({ type: 'FREE_TEXT', text: 'It fails' });
  expect(buildIntake('', '0x80')).toEqual({ type: 'LOG_PASTE', logText: '0x80' });
  expect(buildIntake('It fails', '0x80')).toEqual({
    type: 'COMBINED',
    text: 'It fails',
    logText: '0x80',
  });
});
