/** Lint and layout rules: one tool for both. */
import stylistic from '@stylistic/eslint-plugin';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Packages that load native code, and who may import them. */
const nativePackages = {
  group: ['koffi', 'koffi/*', '@koromix/*'],
  message: 'Only sidecar/src/native and sidecar/src/engine/{native,portable} talk to native code.',
};
/** Functions that run a command line through a shell. */
const shellFunctions = ['child_process', 'node:child_process'].map((name) => ({
  name, importNames: ['exec', 'execSync'], message: 'Nothing is run through a shell: use spawn or execFile.',
}));

export default defineConfig(
  { ignores: ['dist/', 'module/', 'node_modules/', '**/node_modules/'] },
  stylistic.configs.customize({ indent: 2, quotes: 'single', semi: true, arrowParens: true, braceStyle: '1tbs' }),
  {
    rules: {
      'no-console': 'error',
      eqeqeq: 'error',
      'no-restricted-imports': ['error', { paths: shellFunctions, patterns: [nativePackages] }],
      // Several short statements of one kind on consecutive lines read as a table.
      '@stylistic/max-statements-per-line': 'off',
      '@stylistic/multiline-ternary': 'off',
      '@stylistic/indent-binary-ops': 'off',
      '@stylistic/quotes': ['error', 'single', { avoidEscape: true, allowTemplateLiterals: 'always' }],
      '@stylistic/quote-props': ['error', 'as-needed'],
      '@stylistic/operator-linebreak': ['error', 'before', { overrides: { '=': 'after' } }],
      '@stylistic/max-len': ['error', { code: 160, ignoreUrls: true, ignoreStrings: true, ignoreTemplateLiterals: true }],
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['vitest.config.ts'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
    },
  },
  {
    // Types of koffi are types of the wrapper there; the value comes from native/koffi.ts alone.
    files: ['sidecar/src/native/**/*.ts', 'sidecar/src/engine/native/**/*.ts', 'sidecar/src/engine/portable/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: shellFunctions }] },
  },
  {
    // Programs for a person at a terminal.
    files: ['sidecar/build/**', 'test/run.mjs', 'test/bench/**'],
    rules: { 'no-console': 'off' },
  },
);
