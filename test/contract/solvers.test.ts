import { solverContract } from '../../src/sdk/v1/testing/index.ts';
import { interiorPoint } from '../../src/solvers/interior-point.ts';
import { referenceEngine } from '../support/reference-engine.ts';

solverContract(interiorPoint, { framework: { describe, it }, engine: referenceEngine });
