import { readFileSync } from 'node:fs';

import { credentials, Client } from '@grpc/grpc-js';
import { expect } from 'chai';

import { FileDescriptorProto, FileDescriptorSet } from '../../../src/gen/google/protobuf/descriptor.ts';
import { ServerReflectionService } from '../../../src/gen/grpc/reflection/v1/reflection.ts';
import type {
  ServerReflectionRequest,
  ServerReflectionResponse,
} from '../../../src/gen/grpc/reflection/v1/reflection.ts';
import { FileDescriptors } from '../../../src/rpc/file-descriptors.ts';
import { reflect, reflectionServices } from '../../../src/rpc/reflection.ts';
import { startTestServer } from '../../support/rpc.ts';

const set = readFileSync(new URL('../../../src/gen/descriptors.binpb', import.meta.url));
const files = new FileDescriptors(set);
const ask = (messageRequest: ServerReflectionRequest['messageRequest']): ServerReflectionResponse['messageResponse'] =>
  reflect(files, { host: '', messageRequest }).messageResponse;

function filesIn(answer: ServerReflectionResponse['messageResponse']): readonly Buffer[] {
  if (answer?.$case !== 'fileDescriptorResponse') throw new Error(`no files but ${String(answer?.$case)}`);
  return answer.value.fileDescriptorProto;
}

describe('reflection', () => {
  it('hands out the bytes that the compiler wrote, for every file of the set', () => {
    const names = FileDescriptorSet.decode(set).file.map(({ name }) => name ?? '');
    expect(names.length).to.be.above(10);
    let bytes = 0;
    for (const name of names) {
      const [file = Buffer.alloc(0)] = filesIn(ask({ $case: 'fileByFilename', value: name }));
      expect(FileDescriptorProto.decode(file).name).to.equal(name);
      expect(set.includes(file)).to.equal(true);
      bytes += file.length;
    }
    // All that is left of the set are the field tag and the length of each file.
    expect(set.length - bytes).to.be.within(names.length * 2, names.length * 5);
  });

  it('brings every import along, and keeps the options that a re-encoding loses', () => {
    const found = filesIn(ask({ $case: 'fileContainingSymbol', value: 'veritasvault.portfolio.v1.PortfolioService' }));
    const protos = found.map((bytes) => FileDescriptorProto.decode(bytes));
    const names = new Set(protos.map(({ name }) => name));
    for (const { dependency } of protos) for (const name of dependency) expect(names.has(name), name).to.equal(true);
    expect(Buffer.concat([...found]).includes('/v1/{name=portfolios/*}:undelete')).to.equal(true);
  });

  it('lists all services, health and reflection among them', () => {
    expect(files.services).to.include.members([
      'grpc.health.v1.Health',
      'grpc.reflection.v1.ServerReflection',
      'grpc.reflection.v1alpha.ServerReflection',
      'veritasvault.portfolio.v1.OptimizationService',
    ]);
  });

  it('finds methods, fields, enum values and extensions', () => {
    const symbols = [
      'veritasvault.portfolio.v1.PortfolioService.GetPortfolio',
      'veritasvault.portfolio.v1.Portfolio.base_currency',
      'veritasvault.portfolio.v1.RUN_STATE_QUEUED',
      '.google.api.http',
    ];
    for (const value of symbols) expect(filesIn(ask({ $case: 'fileContainingSymbol', value }))).not.to.have.length(0);
    const type = 'google.protobuf.MethodOptions';
    const value = { containingType: type, extensionNumber: 72_295_728 };
    expect(filesIn(ask({ $case: 'fileContainingExtension', value }))).not.to.have.length(0);
    const numbers = ask({ $case: 'allExtensionNumbersOfType', value: type });
    expect(numbers?.$case === 'allExtensionNumbersResponse' && numbers.value.extensionNumber).to.include(72_295_728);
  });

  it('answers what it cannot find with an error, without ending the stream', async () => {
    const server = await startTestServer((edge) => reflectionServices(files, edge));
    const client = new Client(server.server.address, credentials.createInsecure());
    const { path, requestSerialize, responseDeserialize } = ServerReflectionService.serverReflectionInfo;
    const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    const answers: (string | undefined)[] = [];
    const ended = new Promise<void>((resolve, reject) => {
      call.on('data', ({ messageResponse }: ServerReflectionResponse) => answers.push(messageResponse?.$case));
      call.on('end', resolve);
      call.on('error', reject);
    });
    call.write({ host: '', messageRequest: { $case: 'fileByFilename', value: 'no.proto' } });
    call.write({ host: '', messageRequest: undefined });
    call.write({ host: '', messageRequest: { $case: 'listServices', value: '' } });
    call.end();
    await ended;
    client.close();
    await server.stop();
    expect(answers).to.deep.equal(['errorResponse', 'errorResponse', 'listServicesResponse']);
  });
});
