/** Databases of their own on the server of PORTFOLIO_DATABASE_URL, so that test files do not see each other. */
import pg from 'pg';

let count = 0;

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Makes an empty database and returns its URL. */
export async function createDatabase(base: string): Promise<string> {
  count += 1;
  const name = `e2e_${String(process.pid)}_${String(count)}_${String(Date.now())}`;
  await administer(base, `create database ${name}`);
  const url = new URL(base);
  url.pathname = `/${name}`;
  return url.toString();
}

export async function dropDatabase(url: string): Promise<void> {
  const base = new URL(url);
  const name = base.pathname.slice(1);
  base.pathname = '/postgres';
  await administer(base.toString(), `drop database if exists ${name} with (force)`);
}
