/**
 * Limits of the server, in characters as it counts them: by code points. A test compares them with
 * the server's.
 */
export const MAX_MESSAGE_CHARS = 32_000;
export const MAX_INTAKE_CHARS = 20_000;
export const MAX_LOG_CHARS = 200_000;
export const MAX_ANSWER_CHARS = 8_000;
export const MAX_REASON_CHARS = 8_000;
export const MAX_DOCUMENT_CHARS = 200_000;
