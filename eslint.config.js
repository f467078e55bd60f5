import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Departures from strictTypeChecked, each with its reason. */
const departures = {
  // Counts and flags read well in messages; anything else is still refused.
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
  // Numeric code indexes typed arrays inside proven bounds; a check per element would be slower and say nothing.
  '@typescript-eslint/no-non-null-assertion': 'off',
  // `while (true)` with a return inside is how a solver iterates.
  '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: 'only-allowed-literals' }],
  // `() => queue.close()` is clearer than a block.
  '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
  // A port is asynchronous for its slowest implementation; the in-memory one has nothing to wait for.
  '@typescript-eslint/require-await': 'off',
  // Counted generics name the relation between a schema and its parameters even where the compiler needs one use only.
  '@typescript-eslint/no-unnecessary-type-parameters': 'off',
  // A leading underscore says "required by the signature, not used"; the compiler reads it the same way.
  '@typescript-eslint/no-unused-vars': [
    'error',
    {
      argsIgnorePattern: '^_',
      varsIgnorePattern: '^_',
      destructuredArrayIgnorePattern: '^_',
      ignoreRestSiblings: true,
    },
  ],
};

/** Beyond strictTypeChecked. */
const additions = {
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/switch-exhaustiveness-check': [
    'error',
    { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
  ],
  '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
  '@typescript-eslint/consistent-type-exports': 'error',
  eqeqeq: 'error',
  'no-constant-binary-expression': 'error',
  'no-debugger': 'error',
  'no-loss-of-precision': 'error',
  'no-self-assign': 'error',
  'no-sparse-arrays': 'error',
  'no-unsafe-finally': 'error',
  'no-var': 'error',
  'prefer-const': 'error',
};

export default defineConfig(
  {
    ignores: [
      'node_modules/',
      'src/gen/',
      '.setup/',
      '.data/',
      'dist/',
      'proto/',
      // AssemblyScript, whose compiler is its check; and what is made from it.
      'src/math/kernels/assembly/',
      'src/math/kernels/binary.ts',
    ],
  },
  {
    // A rule that is wrong is changed above, with its reason; comments in the code cannot switch one off.
    linterOptions: { noInlineConfig: true },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: { ...departures, ...additions },
  },
  {
    files: ['test/**/*.ts', 'src/sdk/v1/testing/**/*.ts'],
    rules: {
      // chai asserts by reading a property: `expect(x).to.be.true`.
      '@typescript-eslint/no-unused-expressions': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs}'],
    extends: [tseslint.configs.recommended],
    rules: { eqeqeq: 'error', 'no-var': 'error', 'prefer-const': 'error' },
  },
);
