/** A server with the fake engine and a client, joined in memory. */
import { PassThrough } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { EngineFactory } from '../../sidecar/src/engine/selectEngine.ts';
import { Server } from '../../sidecar/src/server.ts';
import { createFakeEngine } from './fakeEngine.ts';
import { RawPeer } from './rawPeer.ts';
import { tempFolder } from './tempFolder.ts';

/** Both ends of one connection. */
export interface TestConnection {
  readonly server: Server;
  readonly peer: RawPeer;
  /** What the server writes to. */
  readonly output: PassThrough;
  readonly logDirectory: string;
}

/** What a test connection can be made of. */
export interface TestConnectionOptions {
  readonly createEngine?: EngineFactory;
}

/** Joins a client and a server; after the test the connection is closed and the server has to end. */
export function connect({ createEngine = () => Promise.resolve(createFakeEngine()) }: TestConnectionOptions = {}): TestConnection {
  const logDirectory = `${tempFolder()}/logs`;
  const toServer = new PassThrough();
  const output = new PassThrough();
  const server = new Server({ input: toServer, output, createEngine, logDirectory });
  const peer = new RawPeer(output, toServer);
  server.listen();
  onTestFinished(async () => {
    toServer.end();
    await server.ended;
  });
  return { server, peer, output, logDirectory };
}

/** As connect(), after a successful initialize. */
export async function connectInitialized(options?: TestConnectionOptions): Promise<TestConnection> {
  const connection = connect(options);
  await connection.peer.initialize();
  return connection;
}
