/** For the `default` of a switch that handles every case. */
export function assertNever(value: never): never {
  throw new Error(`Unknown: ${JSON.stringify(value)}`);
}
