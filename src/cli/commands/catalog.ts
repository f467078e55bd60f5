import { Argument } from 'commander';
import type { Command } from 'commander';

import {
  CatalogServiceService as catalog,
  CatalogEntry,
  PluginEntry,
  PluginState,
} from '../../gen/veritasvault/portfolio/v1/catalog_service.ts';
import { table } from '../display/table.ts';
import type { Session } from '../session.ts';
import type { Connection } from '../wire/connection.ts';
import { jsonOf } from '../wire/proto-json.ts';
import { action } from './action.ts';

const sections: Readonly<Record<string, (connection: Connection) => Promise<readonly CatalogEntry[]>>> = {
  strategies: async (connection) => (await connection.reply(catalog.listStrategies, {})).strategies,
  constraints: async (connection) => (await connection.reply(catalog.listConstraintTypes, {})).constraintTypes,
  estimators: async (connection) => (await connection.reply(catalog.listEstimators, {})).estimators,
  solvers: async (connection) => (await connection.reply(catalog.listSolvers, {})).solvers,
};
const names = [...Object.keys(sections), 'plugins'];

/** "needs a, needs b, can" -> "needs a, b; can"; that a constraint is hard unless asked otherwise goes without saying. */
function capabilityText(capabilities: readonly string[]): string {
  const prefix = 'needs ';
  const needs = capabilities.filter((each) => each.startsWith(prefix)).map((each) => each.slice(prefix.length));
  const others = capabilities.filter((each) => !each.startsWith(prefix) && each !== 'default priority 0');
  return [needs.length === 0 ? '' : `${prefix}${needs.join(', ')}`, others.join(', ')]
    .filter((part) => part !== '')
    .join('; ');
}

function showEntries(session: Session, section: string, entries: readonly CatalogEntry[]): void {
  const { output } = session;
  const rows = entries.map(({ id, title, plugin, capabilities }) => [id, title, capabilityText(capabilities), plugin]);
  const columns = [
    { title: section, flexible: false },
    { title: 'title', wraps: true },
    { title: 'needs or can', wraps: true },
    { title: 'from', flexible: false },
  ];
  output.lines(table(columns, rows, output.columns, output.paint.bold));
}

function showPlugins(session: Session, plugins: readonly PluginEntry[]): void {
  const { output } = session;
  const rows = plugins.map((plugin) => [
    plugin.id,
    plugin.version,
    plugin.sdkRange,
    plugin.state === PluginState.PLUGIN_STATE_ACTIVE ? output.paint.green('active') : output.paint.red('broken'),
    plugin.state === PluginState.PLUGIN_STATE_ACTIVE
      ? plugin.contributions.join(', ')
      : `${plugin.reason}: ${plugin.message}`,
  ]);
  const columns = [
    ...['plugins', 'version', 'SDK', 'state'].map((title) => ({ title, flexible: false })),
    { title: 'contributes', wraps: true },
  ];
  output.lines(table(columns, rows, output.columns, output.paint.bold));
}

async function show(session: Session, wanted: string | undefined): Promise<void> {
  const shown: Record<string, ReturnType<typeof jsonOf>[]> = {};
  for (const [position, name] of (wanted === undefined ? names : [wanted]).entries()) {
    if (position > 0 && !session.json) session.output.line();
    const section = sections[name];
    if (section === undefined) {
      const { plugins } = await session.connection.reply(catalog.listPlugins, {});
      if (session.json) shown[name] = plugins.map((plugin) => jsonOf('PluginEntry', PluginEntry, plugin));
      else showPlugins(session, plugins);
      continue;
    }
    const entries = await section(session.connection);
    if (session.json) shown[name] = entries.map((entry) => jsonOf('CatalogEntry', CatalogEntry, entry));
    else showEntries(session, name, entries);
  }
  if (session.json) session.printJson(shown);
}

export function addCatalog(program: Command): void {
  program
    .command('catalog')
    .description('what the server offers; --json tells definitions, references and schemas too')
    .addArgument(new Argument('[section]', 'one section; all when absent').choices(names))
    .action(action((session: Session, section: string | undefined, _options: object) => show(session, section)));
}
