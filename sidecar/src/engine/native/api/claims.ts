/** Images that a process without a server still works on: other engine processes leave them alone until it ends. */
import { createHash } from 'node:crypto';
import { connect, createServer, type Server } from 'node:net';
import { DismError } from '../../../errors.ts';
import { Hresult } from '../../../hresult.ts';
import { comparablePath } from './comparablePath.ts';

/** Who works on an image. */
export interface Claim {
  readonly pid: number;
  /** The protocol's method name. */
  readonly operation: string;
}

/** Long enough for what is on this machine; who has the name and says nothing must not hold anybody up. */
const answerTimeoutMs = 2000;

/** What an operation works on, as it is named in its parameters. */
export function imagesOf(params: unknown): readonly string[] {
  const { path, mountPath, imagePath, destinationImagePath, splitImagePath, applyPath, online } = params as Readonly<Record<string, unknown>>;
  const paths = [path, mountPath, imagePath, destinationImagePath, splitImagePath, applyPath].filter((one) => typeof one === 'string').map(comparablePath);
  return online === true ? ['online', ...paths] : paths;
}

/** The name that stands for an image. It goes with the process that has it, however that ends, which no file does. */
function pipeName(image: string): string {
  const name = `dismts-${createHash('sha256').update(image).digest('hex').slice(0, 32)}`;
  // Only administrators make pipes of that prefix, so nobody else can pretend to work on an image.
  return process.platform === 'win32' ? `\\\\.\\pipe\\ProtectedPrefix\\Administrators\\${name}` : `\0${name}`;
}

/** Claims images for as long as this process lives. One that cannot be claimed stays without: what runs is not to be stopped for that. */
export async function claim(images: readonly string[], by: Claim): Promise<void> {
  await Promise.all(images.map((image) => tryClaim(image, by)));
}

/**
 * Claims a name until it is given back, or this process ends.
 * @returns undefined where it cannot be had; claimOn() says whether somebody has it.
 */
export function tryClaim(name: string, by: Claim): Promise<(() => void) | undefined> {
  return new Promise((done) => {
    const server: Server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end(JSON.stringify(by));
    });
    server.once('error', () => { done(undefined); });
    server.listen(pipeName(name), () => { done(() => { server.close(); }); });
    server.unref();
  });
}

/** @throws DismError DISM_E_IMAGE_BUSY: a process whose server is gone still works on one of the images. */
export async function refuseClaimed(images: readonly string[], operation: string): Promise<void> {
  for (const image of images) {
    const other = await claimOn(image);
    if (other !== undefined && other.pid !== process.pid) {
      throw new DismError(Hresult.DISM_E_IMAGE_BUSY,
        `Cannot begin "${operation}": "${other.operation}", which was given up, still runs on the image in process ${other.pid}, and its outcome is not known yet`,
        { target: image === 'online' ? undefined : image, hint: 'Wait until that process has ended; then look at the state of the image.' });
    }
  }
}

/** Who has claimed an image or another name. */
export function claimOn(image: string): Promise<Claim | undefined> {
  return new Promise((done) => {
    const socket = connect(pipeName(image));
    let text = '';
    socket.setEncoding('utf8').setTimeout(answerTimeoutMs, () => { socket.destroy(); });
    socket.on('data', (part: string) => { text += part; });
    // Nobody is there.
    socket.on('error', () => undefined);
    socket.on('close', () => { done(parseClaim(text)); });
  });
}

function parseClaim(text: string): Claim | undefined {
  try {
    const { pid, operation } = JSON.parse(text) as Partial<Claim>;
    return typeof pid === 'number' && typeof operation === 'string' ? { pid, operation } : undefined;
  } catch {
    return undefined;
  }
}
