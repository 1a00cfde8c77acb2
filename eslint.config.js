// @ts-check
import tseslint from 'typescript-eslint';
import importX from 'eslint-plugin-import-x';

/** Imports go one way: core <- protocol <- adapters, webview, host, cli <- entry points (docs/architecture.md). */
const zones = [
  { target: './src/core', from: './src', except: ['./core'] },
  { target: './src/protocol', from: './src', except: ['./core', './protocol'] },
  { target: './src/adapters', from: './src', except: ['./core', './protocol', './adapters'] },
  { target: './src/host', from: './src', except: ['./core', './protocol', './host'] },
  { target: './src/webview', from: './src', except: ['./core', './protocol', './webview'] },
  { target: './src/cli', from: './src/host' },
  { target: './src/cli', from: './src/webview' },
  { target: './src', from: './test' },
  { target: './src', from: './scripts' },
];

const heavy = ['@kubernetes/client-node', 'undici', 'simple-git', 'monaco-editor', 'monaco-yaml'];
const nodeModules = ['node:*', 'fs', 'path', 'os', 'child_process', 'worker_threads', 'http', 'https', 'net', 'crypto'];

/** @param {readonly string[]} group @param {string} message */
const forbid = (group, message) => ({ group: [...group], message, allowTypeImports: false });

export default tseslint.config(
  {
    ignores: [
      'dist',
      'node_modules',
      'engine',
      'test/cluster/**/*.go',
      'examples',
      'test/cases',
      '**/*.js',
      '**/*.mjs',
      '**/*.cjs',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    rules: {
      'import-x/no-default-export': 'error',
      'import-x/no-cycle': 'off',
      'import-x/no-restricted-paths': ['error', { zones }],
      '@typescript-eslint/consistent-type-assertions': [
        'error',
        { assertionStyle: 'as', objectLiteralTypeAssertions: 'never' },
      ],
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { boolean: true, string: true } }],
      'max-lines': ['warn', { max: 300, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
    },
  },
  {
    files: ['src/core/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            forbid(
              [...nodeModules, 'vscode', ...heavy],
              'core is pure TypeScript: reach the outside through core/ports.ts.',
            ),
          ],
        },
      ],
      'no-restricted-globals': ['error', 'process', 'Buffer', 'setTimeout', 'setInterval', 'fetch'],
    },
  },
  {
    files: ['src/protocol/**/*.ts', 'src/webview/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: [forbid([...nodeModules, 'vscode'], 'not available here')] },
      ],
    },
  },
  {
    files: ['src/adapters/**/*.ts', 'src/cli/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: [forbid(['vscode'], 'only src/host touches vscode')] },
      ],
    },
  },
  {
    files: ['src/cli/**/*.ts', 'scripts/**/*.ts', 'bench/**/*.ts', 'test/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            {
              from: 'package',
              name: ['describe', 'it', 'before', 'after', 'beforeEach', 'afterEach'],
              package: 'mocha',
            },
          ],
        },
      ],
      '@typescript-eslint/no-non-null-assertion': 'off',
      'max-lines': 'off',
    },
  },
);
