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

/** One tab for each example, in the order of the file names. */
export const examples = Object.entries(queries).map(([path, query]) => ({
  query,
  variables: variables[path.replace('.graphql', '.json')],
}));
