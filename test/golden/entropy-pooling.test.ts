import { expect } from 'chai';

import { entropyPooling } from '../../src/estimation/entropy-pooling.ts';
import { normalGrid, normalPair, outcomesOf, universeOf, viewOf } from '../support/scenario-draws.ts';

describe('entropy pooling agrees with what is published', () => {
  it('Jaynes (1978), Where do we stand on maximum entropy?: a die whose mean is 4.5', () => {
    const { scenarios, effectiveScenarios } = entropyPooling(
      outcomesOf(1, 2, 3, 4, 5, 6),
      [viewOf({ die: 1 }, 'mean', 'equal', 4.5)],
      universeOf('die'),
    );
    const printed = [0.05435, 0.07877, 0.11416, 0.16545, 0.23977, 0.34749];
    for (const [face, probability] of printed.entries())
      expect(scenarios.probabilities[face]).to.be.closeTo(probability, 5.1e-6);
    expect(Math.log(effectiveScenarios)).to.be.closeTo(1.61358, 5.1e-6);
  });

  it('Meucci (2008), Fully Flexible Views, the analytical solution for normal markets: views on mean and volatility of a normal market', () => {
    const [sigma, other] = normalPair.deviations;
    const slope = (normalPair.correlation * other) / sigma;
    const { views, relativeEntropy } = entropyPooling(
      normalGrid(),
      [
        viewOf({ X: 1 }, 'mean', 'equal', 0.1),
        viewOf({ X: 1 }, 'volatility', 'equal', 0.3),
        viewOf({ Y: 1 }, 'mean', 'at-most', 0.5),
        viewOf({ Y: 1 }, 'volatility', 'at-least', 0.01),
      ],
      universeOf('X', 'Y'),
    );
    expect(views[2]?.posterior).to.be.closeTo(0.03 + slope * 0.05, 1e-9);
    const variance = other ** 2 + slope ** 2 * (0.3 ** 2 - sigma ** 2);
    expect(views[3]?.posterior).to.be.closeTo(Math.sqrt(variance), 1e-6);
    // Between normals of the same other conditional distributions.
    const distance = Math.log(sigma / 0.3) + (0.3 ** 2 + 0.05 ** 2) / (2 * sigma ** 2) - 0.5;
    expect(relativeEntropy).to.be.closeTo(distance, 1e-6);
  });

  it('Meucci (2008), the analytical solution for normal markets: a view on the mean alone leaves volatilities and the correlation as they are', () => {
    const { views, relativeEntropy } = entropyPooling(
      normalGrid(),
      [
        viewOf({ X: 1 }, 'mean', 'equal', 0.1),
        viewOf({ X: 1 }, 'volatility', 'at-least', 0.1),
        viewOf({ X: 1, Y: 1 }, 'correlation', 'at-most', 0.99),
      ],
      universeOf('X', 'Y'),
    );
    expect(views[1]?.posterior).to.be.closeTo(0.2, 1e-9);
    expect(views[2]?.posterior).to.be.closeTo(0.6, 1e-9);
    expect(relativeEntropy).to.be.closeTo(0.05 ** 2 / (2 * 0.2 ** 2), 1e-9);
  });
});
