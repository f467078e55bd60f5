import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { ServerProcess } from '../wire/server-process.ts';
import { portfolioName } from './sample.ts';
import type { Stage } from './stage.ts';

/** How to call the server that stays up. */
export function showCalls(stage: Stage, server: ServerProcess, folder: string): void {
  const proto = fileURLToPath(new URL('../../../proto', import.meta.url));
  const python = join(folder, 'python');
  stage.section('The server stays up');
  stage.quote(
    `gRPC ${server.grpcAddress}, HTTP ${server.httpAddress}, process ${String(server.pid)}`,
    `database in ${folder}`,
    '',
    '# folio',
    `npx folio --address ${server.grpcAddress} portfolio get ${portfolioName}`,
    '',
    '# grpcurl, by reflection',
    `grpcurl -plaintext ${server.grpcAddress} list`,
    `grpcurl -plaintext -d '{"name": "${portfolioName}"}' ${server.grpcAddress} \\`,
    '  veritasvault.portfolio.v1.PortfolioService/GetPortfolio',
    '',
    '# curl, the same as proto JSON; a stream as server-sent events',
    `curl http://${server.httpAddress}/v1/${portfolioName}`,
    `curl -N http://${server.httpAddress}/v1/${portfolioName}/optimizations/best:watch`,
    '',
    '# Python: pip install grpcio grpcio-tools',
    `mkdir -p ${python}; cd ${proto}`,
    `python3 -m grpc_tools.protoc -I . --python_out=${python} --grpc_python_out=${python} \\`,
    "  $(find veritasvault google/api google/rpc google/type -name '*.proto')",
    `cd -; PYTHONPATH=${python} python3 - <<'PY'`,
    'import grpc',
    'from veritasvault.portfolio.v1 import optimization_service_pb2 as o',
    'from veritasvault.portfolio.v1 import optimization_service_pb2_grpc as s',
    `client = s.OptimizationServiceStub(grpc.insecure_channel("${server.grpcAddress}"))`,
    `request = o.WatchOptimizationRequest(name="${portfolioName}/optimizations/best")`,
    'for event in client.WatchOptimization(request):',
    '    print(event.sequence, event.WhichOneof("event"))',
    'PY',
    '',
    `# to end it: kill ${String(server.pid)}; rm -r ${folder}`,
  );
}
