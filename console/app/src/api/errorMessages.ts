import { ServerError } from '@apollo/client/errors';

/** `fetch` raises this when nobody answers. */
export function isNetworkError(error: unknown): boolean {
  return error instanceof TypeError;
}

/** What to tell a user of an error, in the server's words where it has some. */
export function describeError(error: unknown): string {
  if (isNetworkError(error)) return 'The server cannot be reached.';
  if (ServerError.is(error)) return parseServerMessage(error) ?? error.message;
  return error instanceof Error ? error.message : String(error);
}

function parseServerMessage(error: ServerError): string | undefined {
  try {
    const { errors } = JSON.parse(error.bodyText) as { errors: { message: string }[] };
    return errors[0]?.message;
  } catch {
    return undefined;
  }
}
