import process from 'node:process';
import { setTimeout as elapse } from 'node:timers/promises';
import {
  Client,
  credentials,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServiceDefinition,
} from '@grpc/grpc-js';

/**
 * grpc-js with nothing around it, one end of it: `server`, or `client KIND SECONDS PORT`. `unary`: a call for each message of 128 bytes,
 * 64 at a time; `stream`: messages in batches of 256 over one stream, each batch answered, 8 on their way. Bytes as they are,
 * so that nothing but gRPC is measured; the receiver looks at each message of a batch.
 */
const messageBytes = 128;
const perBatch = 256;
const unaryInFlight = 64;
const batchesInFlight = 8;

const bytes = {
  requestSerialize: (value: Buffer) => value,
  requestDeserialize: (value: Buffer) => value,
  responseSerialize: (value: Buffer) => value,
  responseDeserialize: (value: Buffer) => value,
};
const service = {
  send: { path: '/bench.Link/Send', requestStream: false, responseStream: false, ...bytes },
  flow: { path: '/bench.Link/Flow', requestStream: true, responseStream: true, ...bytes },
} satisfies ServiceDefinition;
const answer = Buffer.alloc(8);

function serve(): void {
  const server = new Server();
  let sum = 0;
  server.addService(service, {
    send: (call: ServerUnaryCall<Buffer, Buffer>, callback: (error: null, value: Buffer) => void) => {
      sum += call.request[0]!;
      callback(null, answer);
    },
    flow: (call: ServerDuplexStream<Buffer, Buffer>) => {
      call.on('data', (batch: Buffer) => {
        for (let at = 0; at < batch.length; at += messageBytes) sum += batch[at]!;
        call.write(answer);
      });
      call.on('end', () => call.end());
    },
  });
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    process.send!({ port });
  });
  process.on('message', () => process.send!({ cpuUs: cpuUs(), sum }));
  process.on('disconnect', () => process.exit(0));
}

const cpuUs = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

async function drive(kind: string, seconds: number, port: string): Promise<void> {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  let count = 0;
  let isOver = false;
  if (kind === 'unary') {
    const { path, requestSerialize, responseDeserialize } = service.send;
    const message = Buffer.alloc(messageBytes, 1);
    const next = () => {
      if (isOver) return;
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, message, (error) => {
        if (error) throw error;
        count++;
        next();
      });
    };
    for (let flight = 0; flight < unaryInFlight; flight++) next();
  } else {
    const { path, requestSerialize, responseDeserialize } = service.flow;
    const stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    const batch = Buffer.alloc(messageBytes * perBatch, 1);
    stream.on('data', () => {
      count += perBatch;
      if (!isOver) stream.write(batch);
    });
    for (let flight = 0; flight < batchesInFlight; flight++) stream.write(batch);
  }
  await elapse(500);
  process.send!('measuring');
  const [countBefore, cpuBefore, startedAt] = [count, cpuUs(), performance.now()];
  await elapse(seconds * 1_000);
  const messages = count - countBefore;
  const report = { messages, cpuUs: cpuUs() - cpuBefore, seconds: (performance.now() - startedAt) / 1_000 };
  isOver = true;
  process.send!(report, () => process.exit(0));
}

const [role, kind, seconds, port] = process.argv.slice(2);
if (role === 'server') serve();
else await drive(kind!, Number(seconds), port!);
