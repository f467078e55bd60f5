import { expect } from 'chai';

import { figiProblem, isinProblem } from '../../../src/market/identifiers.ts';

describe('security identifiers', () => {
  // Codes as issued: Apple, Treasury Corporation of Victoria, BAE Systems, Microsoft, Bayer; IBM, Apple, Microsoft.
  for (const isin of ['US0378331005', 'AU0000XVGZA3', 'GB0002634946', 'US5949181045', 'DE000BAY0017']) {
    it(`takes the ISIN ${isin}`, () => expect(isinProblem(isin)).to.equal(undefined));
  }
  for (const figi of ['BBG000BLNNH6', 'BBG000B9XRY4', 'BBG000BPH459']) {
    it(`takes the FIGI ${figi}`, () => expect(figiProblem(figi)).to.equal(undefined));
  }

  it('names the check digit that an ISIN should have', () => {
    expect(isinProblem('US0378331006')).to.equal('has the check digit 6 where 5 is due');
  });

  it('finds two digits that changed places', () => {
    expect(isinProblem('US0373831005')).to.contain('check digit');
    expect(figiProblem('BBG000BNLNH6')).to.contain('check digit');
  });

  it('refuses other forms', () => {
    for (const text of ['', 'us0378331005', 'US037833100', 'US03783310055', 'US037833100A']) {
      expect(isinProblem(text), text).to.contain('must be an ISIN');
    }
    for (const text of ['', 'BBX000BLNNH6', 'BBG000ALNNH6', 'BBG000BLNNH']) {
      expect(figiProblem(text), text).to.contain('must be a FIGI');
    }
    expect(figiProblem('BSG000BLNNH6')).to.contain('must not start with BS');
  });
});
