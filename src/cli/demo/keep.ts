import { fileURLToPath } from 'node:url';

import type { ServerProcess } from '../wire/server-process.ts';
import { portfolioName } from './sample.ts';
import type { Stage } from './stage.ts';

/** How to call the server that stays up. */
export function showCalls(stage: Stage, server: ServerProcess, folder: string): void {
  const proto = fileURLToPath(new URL('../../../proto', import.meta.url));
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
    `python -m grpc_tools.protoc -I ${proto} --python_out=. --grpc_python_out=. \\`,
    `  $(cd ${proto} && find veritasvault google/api google/rpc google/type -name '*.proto')`,
    "python - <<'PY'",
    'import grpc',
    'from veritasvault.portfolio.v1 import optimization_service_pb2 as o, optimization_service_pb2_grpc as s',
    `client = s.OptimizationServiceStub(grpc.insecure_channel("${server.grpcAddress}"))`,
    `for event in client.WatchOptimization(o.WatchOptimizationRequest(name="${portfolioName}/optimizations/best")):`,
    '    print(event.sequence, event.WhichOneof("event"))',
    'PY',
    '',
    `# to end it: kill ${String(server.pid)}; rm -r ${folder}`,
  );
}
