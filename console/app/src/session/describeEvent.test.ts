import { expect, test } from 'vitest';

import type { GenerationKind, GenerationStatus } from '../gql/graphql';
import { describeEvent } from './describeEvent';

const end = (kind: GenerationKind | null, generationStatus: GenerationStatus) => ({
  __typename: 'GenerationFinishedDetails' as const,
  generation: kind && { kind },
  generationStatus,
});

test.each([
  ['CHAT_REPLY', 'COMPLETED', 'Answer finished'],
  ['CHAT_REPLY', 'CANCELLED', 'Answer stopped'],
  ['GUIDED_STEP', 'FAILED', 'Step failed'],
  ['TICKET_NOTES', 'COMPLETED', 'Ticket notes finished'],
] as const)('the end of a %s that is %s is %j', (kind, status, label) => {
  expect(describeEvent('GENERATION_FINISHED', end(kind, status))).toBe(label);
});

test('the end of an unknown answer, and other events, have one name', () => {
  expect(describeEvent('GENERATION_FINISHED', end(null, 'COMPLETED'))).toBe(
    'Assistant finished writing',
  );
  expect(describeEvent('ESCALATED', { __typename: 'EscalatedDetails' })).toBe('Escalated');
  expect(describeEvent('PAUSED', null)).toBe('Paused');
});
