/** Server reflection, grpc.reflection.v1 and v1alpha (the same messages under two names). */
import { status as codes } from '@grpc/grpc-js';
import type { ServerDuplexStream, ServiceDefinition } from '@grpc/grpc-js';

import { ServerReflectionService as V1 } from '../gen/grpc/reflection/v1/reflection.ts';
import type { ServerReflectionRequest, ServerReflectionResponse } from '../gen/grpc/reflection/v1/reflection.ts';
import { ServerReflectionService as V1Alpha } from '../gen/grpc/reflection/v1alpha/reflection.ts';
import type { Edge } from './edge.ts';
import type { FileDescriptors } from './file-descriptors.ts';
import type { Served } from './handler.ts';
import { statusOf } from './status.ts';
import { Fault } from '../values/fault.ts';

type Answer = NonNullable<ServerReflectionResponse['messageResponse']>;
type Call = ServerDuplexStream<ServerReflectionRequest, ServerReflectionResponse>;

/** The answer to one question; what cannot be found is an answer too, not the end of the stream. */
export function reflect(files: FileDescriptors, request: ServerReflectionRequest): ServerReflectionResponse {
  return {
    validHost: request.host,
    originalRequest: request,
    messageResponse: answerTo(files, request.messageRequest),
  };
}

function answerTo(files: FileDescriptors, question: ServerReflectionRequest['messageRequest']): Answer {
  switch (question?.$case) {
    case 'listServices':
      return { $case: 'listServicesResponse', value: { service: files.services.map((name) => ({ name })) } };
    case 'fileByFilename':
      return filesAnswer(files, question.value, `file ${question.value}`);
    case 'fileContainingSymbol':
      return filesAnswer(files, files.fileOfSymbol(question.value), `symbol ${question.value}`);
    case 'fileContainingExtension': {
      const { containingType, extensionNumber } = question.value;
      const what = `extension ${String(extensionNumber)} of ${containingType}`;
      return filesAnswer(files, files.fileOfExtension(containingType, extensionNumber), what);
    }
    case 'allExtensionNumbersOfType': {
      const numbers = files.extensionNumbers(question.value);
      if (numbers === undefined) return errorAnswer(codes.NOT_FOUND, `there is no message ${question.value}`);
      return {
        $case: 'allExtensionNumbersResponse',
        value: { baseTypeName: question.value, extensionNumber: [...numbers] },
      };
    }
    case undefined:
      return errorAnswer(codes.INVALID_ARGUMENT, 'the request asks for nothing');
  }
}

function filesAnswer(files: FileDescriptors, name: string | undefined, what: string): Answer {
  const found = name === undefined ? undefined : files.withImports(name);
  if (found === undefined) return errorAnswer(codes.NOT_FOUND, `there is no ${what}`);
  return { $case: 'fileDescriptorResponse', value: { fileDescriptorProto: [...found] } };
}

function errorAnswer(errorCode: number, text: string): Answer {
  return { $case: 'errorResponse', value: { errorCode, errorMessage: text.slice(0, 500).toWellFormed() } };
}

/** Both versions; the streams end when the server drains. */
export function reflectionServices(files: FileDescriptors, edge: Edge): readonly Served[] {
  const talk = (call: Call): void => {
    const end = (error: unknown): void => void call.emit('error', statusOf(error, edge.log, 'grpc.reflection'));
    const silence = edge.shutdown.listen(() => end(new Fault('SHUTTING_DOWN', 'the server is stopping')));
    call.on('data', (request: ServerReflectionRequest) => {
      // One answer at a time: a client that asks without reading is not read further.
      if (!call.write(reflect(files, request))) {
        call.pause();
        call.once('drain', () => call.resume());
      }
    });
    call.on('end', () => call.end());
    call.once('cancelled', silence);
    call.once('close', silence);
  };
  return [V1, V1Alpha].map((service): Served => {
    const definition: ServiceDefinition = {
      serverReflectionInfo: { ...service.serverReflectionInfo, originalName: 'serverReflectionInfo' },
    };
    return { definition, implementation: { serverReflectionInfo: talk } };
  });
}
