import { randomUUID } from 'node:crypto';

import type { JsonValue } from '@bufbuild/protobuf';
import type { Command } from 'commander';

import {
  Portfolio,
  PortfolioServiceService as portfolios,
  PortfolioSnapshot,
} from '../../gen/veritasvault/portfolio/v1/portfolio_service.ts';
import { Fault } from '../../values/fault.ts';
import { counted, lastPart, money, percent, price, quantity } from '../display/figures.ts';
import { table } from '../display/table.ts';
import { readJson, named, sourceOf } from '../session.ts';
import type { Session } from '../session.ts';
import { jsonOf, messageFrom } from '../wire/proto-json.ts';
import { action } from './action.ts';

interface CreateOptions {
  readonly id?: string;
  readonly validateOnly?: boolean;
}
interface ListOptions {
  readonly filter?: string;
  readonly orderBy?: string;
  readonly all?: boolean;
}

const outputOnly = new Set(['name', 'etag', 'createTime', 'updateTime', 'deleteTime']);

/** Fields of a portfolio that a JSON document speaks of, as the paths of an update mask. */
export function maskOf(document: JsonValue): string[] {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return [];
  const camel = (key: string): string => key.replaceAll(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
  const snake = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.keys(document)
    .filter((key) => !outputOnly.has(camel(key)))
    .map((key) => snake(key));
}

function show(session: Session, portfolio: Portfolio): void {
  if (session.json) {
    session.printJson(jsonOf('Portfolio', Portfolio, portfolio));
    return;
  }
  const { output } = session;
  const deleted = portfolio.deleteTime === undefined ? '' : output.paint.red(' (deleted)');
  output.line(`${output.paint.bold(portfolio.name)}  ${portfolio.displayName}${deleted}`);
  const facts = [
    ['type', portfolio.type],
    ['base currency', portfolio.baseCurrency],
    ['inception', portfolio.inceptionDate],
    ['benchmark', portfolio.benchmark],
    ['risk-free rate', `${percent(portfolio.riskFreeRateAnnual)} a year`],
    ['cash', portfolio.cashBalances.map(({ amount }) => money(amount)).join(', ')],
    ['constraints', portfolio.constraints.map(({ displayName, type }) => displayName || type).join(', ')],
    ['policy', portfolio.rebalancingPolicy?.triggerType ?? ''],
    ['etag', portfolio.etag],
  ];
  for (const [title = '', text = ''] of facts) if (text !== '') output.line(`  ${title.padEnd(15)}${text}`);
  const rows = portfolio.positions.map((position) => [lastPart(position.asset), quantity(position.quantity)]);
  const columns = [{ title: 'asset' }, { title: 'quantity', align: 'right' }] as const;
  if (rows.length > 0) output.lines(table(columns, rows, output.columns, output.paint.bold));
}

async function create(session: Session, file: string, options: CreateOptions): Promise<void> {
  const portfolio = messageFrom('Portfolio', Portfolio, readJson(file), sourceOf(file));
  const portfolioId = options.id ?? lastPart(portfolio.name);
  const request = { portfolio, portfolioId, requestId: randomUUID(), validateOnly: options.validateOnly === true };
  show(session, await session.connection.reply(portfolios.createPortfolio, request));
}

async function update(session: Session, name: string, file: string): Promise<void> {
  const document = readJson(file);
  const updateMask = maskOf(document);
  if (updateMask.length === 0) throw new Fault('INVALID_ARGUMENT', `${sourceOf(file)} names no field to replace`);
  const given = messageFrom('Portfolio', Portfolio, document, sourceOf(file));
  const full = named('portfolios', name);
  // Without an etag in the file the newest version is replaced; with one, only that version.
  const etag =
    given.etag === '' ? (await session.connection.reply(portfolios.getPortfolio, { name: full })).etag : given.etag;
  const request = {
    portfolio: { ...given, name: full, etag },
    updateMask,
    requestId: randomUUID(),
    validateOnly: false,
  };
  show(session, await session.connection.reply(portfolios.updatePortfolio, request));
}

async function list(session: Session, options: ListOptions): Promise<void> {
  const found: Portfolio[] = [];
  let pageToken = '';
  do {
    const request = {
      pageSize: 200,
      pageToken,
      filter: options.filter ?? '',
      orderBy: options.orderBy ?? '',
      showDeleted: options.all === true,
    };
    const page = await session.connection.reply(portfolios.listPortfolios, request);
    found.push(...page.portfolios);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  if (session.json) {
    session.printJson({ portfolios: found.map((portfolio) => jsonOf('Portfolio', Portfolio, portfolio)) });
    return;
  }
  const { output } = session;
  const rows = found.map((portfolio) => [
    lastPart(portfolio.name),
    portfolio.displayName,
    portfolio.type,
    portfolio.baseCurrency,
    String(portfolio.positions.length),
    portfolio.deleteTime === undefined ? '' : 'deleted',
  ]);
  const titles = ['portfolio', 'name', 'type', 'currency', 'positions', ''];
  if (rows.length > 0)
    output.lines(
      table(
        titles.map((title) => ({ title })),
        rows,
        output.columns,
        output.paint.bold,
      ),
    );
  session.remarks.line(counted(found.length, 'portfolio'));
}

async function snapshot(session: Session, name: string, options: { readonly at?: string }): Promise<void> {
  const at = options.at === undefined ? undefined : momentOf(options.at);
  const request = { name: named('portfolios', name), asOfTime: at };
  const taken = await session.connection.reply(portfolios.getPortfolioSnapshot, request);
  if (session.json) {
    session.printJson(jsonOf('PortfolioSnapshot', PortfolioSnapshot, taken));
    return;
  }
  const { output } = session;
  output.line(`${output.paint.bold(taken.portfolio)}  net asset value ${money(taken.netAssetValue)}`);
  const rows = taken.positions.map((position) => [
    lastPart(position.asset),
    quantity(position.quantity),
    price(position.price),
    position.priceDate,
    money(position.value),
    percent(position.weight),
  ]);
  const columns = [
    { title: 'asset' },
    { title: 'quantity', align: 'right' },
    { title: 'price', align: 'right' },
    { title: 'of' },
    { title: 'value', align: 'right' },
    { title: 'weight', align: 'right' },
  ] as const;
  output.lines(table(columns, rows, output.columns, output.paint.bold));
  for (const { amount } of taken.cashBalances) output.line(`cash ${money(amount)}`);
}

/** A moment from ISO 8601 text, a day alone meaning its end. */
function momentOf(text: string): { readonly seconds: bigint; readonly nanos: number } {
  const time = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T23:59:59.999Z` : text);
  if (Number.isNaN(time))
    throw new Fault('INVALID_ARGUMENT', `--at must be a date or a time like 2018-04-11T16:00:00Z; got "${text}"`);
  return { seconds: BigInt(Math.floor(time / 1000)), nanos: (time - Math.floor(time / 1000) * 1000) * 1_000_000 };
}

export function addPortfolio(program: Command): void {
  const group = program.command('portfolio').description('create, read, change and delete portfolios');
  group
    .command('create')
    .description('store a new portfolio')
    .argument('<file>', 'proto JSON of a Portfolio, "-" for the standard input')
    .option('--id <id>', 'id of the portfolio; that of its name, or made by the server, when absent')
    .option('--validate-only', 'check everything and store nothing')
    .action(action(create));
  group
    .command('get')
    .description('show a portfolio with its positions, also a deleted one')
    .argument('<name>', 'portfolio, "growth" or "portfolios/growth"')
    .action(
      action(async (session: Session, name: string, _options: object) => {
        show(session, await session.connection.reply(portfolios.getPortfolio, { name: named('portfolios', name) }));
      }),
    );
  group
    .command('list')
    .description('list the portfolios of the tenant')
    .option('--filter <filter>', 'conditions joined by AND: base_currency = "USD"')
    .option('--order-by <fields>', 'fields with optional desc: "create_time desc"')
    .option('--all', 'deleted portfolios too')
    .action(action(list));
  group
    .command('update')
    .description('replace the fields that a file names')
    .argument('<name>', 'portfolio')
    .argument('<file>', 'proto JSON with the fields to replace, and with the etag to replace only that version')
    .action(action((session: Session, name: string, file: string, _options: object) => update(session, name, file)));
  group
    .command('delete')
    .description('mark a portfolio as deleted')
    .argument('<name>', 'portfolio')
    .option('--etag <etag>', 'delete only this version')
    .action(
      action(async (session: Session, name: string, { etag = '' }: { readonly etag?: string }) => {
        const request = { name: named('portfolios', name), etag, requestId: randomUUID(), validateOnly: false };
        show(session, await session.connection.reply(portfolios.deletePortfolio, request));
      }),
    );
  group
    .command('undelete')
    .description('take back a deletion')
    .argument('<name>', 'portfolio')
    .action(
      action(async (session: Session, name: string, _options: object) => {
        const request = { name: named('portfolios', name), etag: '', requestId: randomUUID() };
        show(session, await session.connection.reply(portfolios.undeletePortfolio, request));
      }),
    );
  group
    .command('snapshot')
    .description('value positions and cash at a moment')
    .argument('<name>', 'portfolio')
    .option('--at <time>', 'moment, 2018-04-11 or 2018-04-11T16:00:00Z; now when absent')
    .action(action(snapshot));
}
