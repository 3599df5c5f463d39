import { expect, test } from 'vitest';

import { countCharacters, describeLength, isTooLong } from './characterCount';

test('characters are counted as the server counts them', () => {
  expect(countCharacters('')).toBe(0);
  expect(countCharacters('café')).toBe(4);
  expect(countCharacters('😀😀')).toBe(2);
  // Half of a pair is a character, too.
  expect(countCharacters('\ude00a\ud83d')).toBe(3);
});

test('the room that is left is told from nine tenths of the limit on', () => {
  const words = (length: number) => describeLength('x'.repeat(length), 100).words;
  expect(words(89)).toBe('');
  expect(words(90)).toBe('10 characters left');
  expect(words(99)).toBe('1 character left');
  expect(words(100)).toBe('0 characters left');
  expect(words(101)).toBe('1 character too many');
  expect(describeLength('x'.repeat(33_234), 32_000).words).toBe('1,234 characters too many');
});

test('a text is too long behind the limit, without the spaces around it', () => {
  expect(isTooLong('x'.repeat(100), 100)).toBe(false);
  expect(isTooLong(`${'x'.repeat(100)} \n`, 100)).toBe(false);
  expect(isTooLong('x'.repeat(101), 100)).toBe(true);
  expect(isTooLong('😀'.repeat(100), 100)).toBe(false);
});
