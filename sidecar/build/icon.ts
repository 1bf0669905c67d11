/** The icon of the package, drawn here: three sheets, an image over its parts, on a blue ground. 128 by 128 pixels, as NuGet wants it. */
import { crc32, deflateSync } from 'node:zlib';

const size = 128;
/** Samples of a pixel in each direction, for smooth edges. */
const samples = 4;

type Colour = readonly [red: number, green: number, blue: number];

/** A sheet lies flat and is seen from above: a rhombus around (64, y). */
const sheets: readonly { readonly y: number; readonly colour: Colour }[] = [
  { y: 86, colour: [96, 158, 214] }, { y: 66, colour: [168, 208, 240] }, { y: 46, colour: [255, 255, 255] },
];
const ground: Colour = [18, 78, 140];
const corner = 22;

/** The colour at a point; undefined outside of the rounded ground. */
function colourAt(x: number, y: number): Colour | undefined {
  const [fromX, fromY] = [Math.max(corner - x, x - (size - corner), 0), Math.max(corner - y, y - (size - corner), 0)];
  if (Math.hypot(fromX, fromY) > corner) { return undefined; }
  // The last one that covers the point lies on top; a gap of the ground keeps them apart.
  let colour = ground;
  for (const sheet of sheets) {
    const distance = Math.abs(x - size / 2) / 46 + Math.abs(y - sheet.y) / 24;
    if (distance <= 1) { colour = sheet.colour; } else if (distance <= 1.14) { colour = ground; }
  }
  return colour;
}

/** The icon as a PNG file. */
export function icon(): Buffer {
  const rows = Array.from({ length: size }, (_, row) => {
    // Each row begins with its filter: none.
    const bytes = [0];
    for (let column = 0; column < size; column += 1) {
      const seen = Array.from({ length: samples * samples }, (__, sample) => (
        colourAt(column + (sample % samples + 0.5) / samples, row + (Math.floor(sample / samples) + 0.5) / samples)
      )).filter((colour) => colour !== undefined);
      const mean = (channel: 0 | 1 | 2): number => Math.round(seen.reduce((sum, colour) => sum + colour[channel], 0) / Math.max(seen.length, 1));
      bytes.push(mean(0), mean(1), mean(2), Math.round(255 * seen.length / (samples * samples)));
    }
    return Buffer.from(bytes);
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  // Eight bits a channel, red, green, blue and alpha.
  header.set([8, 6], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
    chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.concat(rows), { level: 9 })), chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
