import { CombinedGraphQLErrors, ServerError } from '@apollo/client/errors';

/** `fetch` raises a `TypeError` when it gets no response. */
export function isNetworkError(error: unknown): boolean {
  return error instanceof TypeError;
}

/** The server has understood the request and refuses its values, however often it is sent. */
export function isInvalidInput(error: unknown): boolean {
  return (
    CombinedGraphQLErrors.is(error) &&
    error.errors.some(({ extensions }) => extensions?.code === 'INVALID_INPUT')
  );
}

/** The message for the user. A message of the server takes precedence. */
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
