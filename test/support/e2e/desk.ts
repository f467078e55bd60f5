/** A server of its own for one suite, with a client that knows only proto/ and the small market; both gone after it. */
import { TestClient } from './client.ts';
import { importMarket } from './market.ts';
import { TestServer } from './server.ts';

export interface Desk {
  readonly server: TestServer;
  readonly client: TestClient;
}

/** Call it inside `describe`; what it returns is there while tests run. */
export function openDesk(environment: Readonly<Record<string, string>> = {}): Desk {
  let opened: Desk | undefined;
  before(async () => {
    const server = await TestServer.start(environment);
    opened = { server, client: new TestClient(server.grpcAddress) };
    await importMarket(opened.client);
  });
  after(async () => {
    opened?.client.close();
    await opened?.server.dispose();
  });
  const use = (): Desk => {
    if (opened === undefined) throw new Error('the desk opens before the first test');
    return opened;
  };
  return {
    get server() {
      return use().server;
    },
    get client() {
      return use().client;
    },
  };
}
