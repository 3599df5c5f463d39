import { expect, test } from 'vitest';

import { formatDocumentTitle, isDocumentKind } from './documentTitle';

test('a document is named by its kind, a status update also by its audience', () => {
  expect(formatDocumentTitle('TICKET_NOTES', null)).toBe('Ticket notes');
  expect(formatDocumentTitle('STATUS_UPDATE', 'EMAIL_DRAFT')).toBe('Status update (email draft)');
});

test('an answer and a step are not documents', () => {
  expect(isDocumentKind('CHAT_REPLY')).toBe(false);
  expect(isDocumentKind('GUIDED_STEP')).toBe(false);
  expect(isDocumentKind('TICKET_NOTES')).toBe(true);
  expect(isDocumentKind('ESCALATION_PACKAGE')).toBe(true);
});
