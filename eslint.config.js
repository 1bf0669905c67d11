/** Lint and layout rules: one tool for both. */
import stylistic from '@stylistic/eslint-plugin';
import { defineConfig } from 'eslint/config';
import { dirname, relative, resolve } from 'node:path';
import tseslint from 'typescript-eslint';

/** Packages that load native code, and who may import them. */
const nativePackages = {
  group: ['koffi', 'koffi/*', '@koromix/*'],
  message: 'Only nativeAddon, platform, wimlib and engine/native of sidecar/src talk to native code.',
};
/** Functions that run a command line through a shell. */
const shellFunctions = ['child_process', 'node:child_process'].map((name) => ({
  name, importNames: ['exec', 'execSync'], message: 'Nothing is run through a shell: use spawn or execFile.',
}));

/** Functions of Node.js whose failures are no failures here. */
const wrappedFunctions = [{ name: 'node:fs', importNames: ['closeSync'], message: 'Use release() of closing.ts, where what fails does no harm.' }];

/** Folders and files of sidecar/src from the floor up; '' are the files of the floor itself. Nothing imports what stands above it. */
const floors = [
  [''], ['nativeAddon', 'platform'], ['wimlib', 'registry'], ['wim', 'disk'], ['componentStore'], ['imageFiles', 'log'], ['servicing'],
  ['health', 'drivers', 'wimJobs'], ['inventory'],
  ['engine'],
  ['engine/native/binding'], ['engine/native/api'], ['engine/native/operations'], ['engine/native/process'], ['engine/native'],
  ['engine/portable/saving'], ['engine/portable/images'], ['engine/portable/mounting'], ['engine/portable/imageFiles'],
  ['engine/portable'], ['engine/portable/operations'], ['engine/portable/portableEngine.ts'], ['engine/selectEngine.ts'],
  ['engineless', 'transport'], ['program', 'commandLine'],
];
/** The files at the top of sidecar/src that make the program. */
const programFiles = ['main.ts', 'executable.ts', 'programs.ts', 'cliMain.ts', 'cli.ts', 'stdio.ts', 'server.ts', 'operation.ts', 'exitWith.ts', 'moduleFolder.ts'];
const sources = resolve(import.meta.dirname, 'sidecar/src');

/** The number of the floor that a file of sidecar/src is on: its own, or that of the nearest folder that has one. */
function floorOf(path) {
  const place = relative(sources, path);
  const names = programFiles.includes(place) ? ['program'] : place.includes('/') ? place.split('/') : [''];
  for (let count = names.length; count > 0; count--) {
    const floor = floors.findIndex((places) => places.includes(names.slice(0, count).join('/')));
    if (floor !== -1) { return floor; }
  }
  return -1;
}

/** Holds the direction of imports. */
const noImportUpward = {
  create(context) {
    const check = ({ source }) => {
      if (!source?.value?.startsWith?.('.')) { return; }
      const target = resolve(dirname(context.filename), source.value);
      const [from, to] = [floorOf(context.filename), floorOf(target)];
      const engine = (path) => /^engine\/(native|portable)\//.exec(relative(sources, path))?.[1];
      if (from === -1) {
        context.report({ node: source, message: 'This folder has no floor yet: add it to the floors in eslint.config.js.' });
      } else if (to > from) {
        context.report({ node: source, message: `A file on floor ${from} must not import "${relative(sources, target)}" on floor ${to}, above it.` });
      } else if (engine(context.filename) !== undefined && engine(target) !== undefined && engine(context.filename) !== engine(target)) {
        context.report({ node: source, message: 'The engines do not know each other.' });
      }
    };
    return { ImportDeclaration: check, ExportNamedDeclaration: check, ExportAllDeclaration: check, ImportExpression: check };
  },
};

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
    files: ['sidecar/src/**/*.ts'],
    ignores: ['sidecar/src/closing.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: [...shellFunctions, ...wrappedFunctions], patterns: [nativePackages] }] },
  },
  {
    // Types of koffi are types of the wrapper there; the value comes from nativeAddon/koffi.ts alone.
    files: ['sidecar/src/{nativeAddon,platform,wimlib,engine/native}/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: [...shellFunctions, ...wrappedFunctions] }] },
  },
  {
    files: ['sidecar/src/**/*.ts'],
    plugins: { house: { rules: { 'no-import-upward': noImportUpward } } },
    rules: { 'house/no-import-upward': 'error' },
  },
  {
    // Programs for a person at a terminal.
    files: ['sidecar/build/**', 'test/*.mjs', 'test/bench/**', 'test/fuzz/**'],
    rules: { 'no-console': 'off' },
  },
);
