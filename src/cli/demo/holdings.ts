import { randomUUID } from 'node:crypto';

import { PortfolioServiceService as portfolios } from '../../gen/veritasvault/portfolio/v1/portfolio_service.ts';
import { decimalOf, decimalText, sumOf } from '../../values/decimal.ts';
import { counted, lastPart, money, percent, quantity } from '../display/figures.ts';
import type { Connection } from '../wire/connection.ts';
import { portfolioName } from './sample.ts';
import type { Sample } from './sample.ts';
import { beside } from './stage.ts';
import type { Stage } from './stage.ts';

/** Creates the portfolio with its holdings and reads it back, valued. */
export async function createHoldings(stage: Stage, connection: Connection, sample: Sample): Promise<void> {
  stage.section('A portfolio with holdings and cash');
  await connection.reply(portfolios.createPortfolio, {
    portfolio: sample.portfolio,
    portfolioId: lastPart(portfolioName),
    requestId: randomUUID(),
    validateOnly: false,
  });
  const snapshot = await connection.reply(portfolios.getPortfolioSnapshot, {
    name: portfolioName,
    asOfTime: undefined,
  });
  const lines = snapshot.positions
    .toSorted((a, b) => b.weight - a.weight)
    .map(
      ({ asset, quantity: shares, weight }) =>
        `${lastPart(asset).padEnd(5)} ${quantity(shares).padStart(6)} shares ${percent(weight).padStart(8)}`,
    );
  const half = Math.ceil(lines.length / 2);
  stage.say(...beside(lines.slice(0, half), lines.slice(half), 34));
  const cash = snapshot.cashBalances.map(({ amount }) => money(amount)).join(', ');
  stage.say(
    `${counted(snapshot.positions.length, 'position')} at the closes of ${snapshot.positions[0]?.priceDate ?? ''}, cash ${cash}, value ${money(snapshot.netAssetValue)}.`,
  );
  const parts = [...snapshot.positions.map(({ value }) => value), ...snapshot.cashBalances.map(({ amount }) => amount)];
  const total = sumOf(parts.map((part) => decimalOf(part?.amount ?? '')));
  stage.check(
    `sum of positions and cash = net asset value = ${decimalText(total)} USD, exactly`,
    total.equals(decimalOf(snapshot.netAssetValue?.amount ?? '0')),
  );
}
