/** Path below which the server is reached, with a slash at the end: the parent of the built files. */
export const basePath = import.meta.env.PROD ? new URL('..', import.meta.url).pathname : '/';

/** Address of the API. */
export const graphqlUrl = new URL(`${basePath}graphql`, location.href).href;
