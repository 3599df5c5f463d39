const queries = import.meta.glob('../examples/*.graphql', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const variables = import.meta.glob('../examples/*.json', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** One tab each, in the order of their numbers. */
export const examples = Object.entries(queries).map(([path, query]) => ({
  query,
  variables: variables[path.replace('.graphql', '.json')],
}));
