import hooks from 'eslint-plugin-react-hooks';
import { defineConfig } from 'eslint/config';
import typescript from 'typescript-eslint';

export default defineConfig(
  { ignores: ['src/gql', 'node_modules'] },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [...typescript.configs.recommended, hooks.configs.flat.recommended],
    rules: { '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'always' }] },
  },
);
