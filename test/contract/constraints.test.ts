import { builtInConstraints } from '../../src/constraints/built-in.ts';
import { constraintContract } from '../../src/sdk/v1/testing/index.ts';

const framework = { describe, it };

for (const handler of builtInConstraints) constraintContract(handler, { framework });
