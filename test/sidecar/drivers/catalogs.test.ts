/** Digests of files and signatures of catalogs agree with what OpenSSL and osslsigncode make. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memberHashes } from '../../../sidecar/src/componentStore/catalog.ts';
import { catalogSigner } from '../../../sidecar/src/componentStore/catalogSigner.ts';
import { fileDigests } from '../../../sidecar/src/drivers/fileDigests.ts';
import { writeCatalog } from '../../helpers/store/catalogWriter.ts';
import { writeWcp } from '../../helpers/store/peWriter.ts';
import { tempFolder } from '../../helpers/tempFolder.ts';
import { pseudoRandom } from '../../helpers/wims.ts';

function run(program: string, ...words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8' });
  if (status !== 0) { throw new Error(`${program} ${words[0] ?? ''}: ${stdout}${stderr}`); }
  return stdout;
}

const isThere = spawnSync('osslsigncode', ['--version']).status === 0 && spawnSync('openssl', ['version']).status === 0;

/** A key and a certificate of its own. */
function makeCertificate(folder: string): { key: string; certificate: string } {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  run('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate, '-days', '30', '-subj', '/O=DismTs/CN=DismTs Test Signer');
  return { key, certificate };
}

describe('fileDigests()', () => {
  it('of what is no program are those of its bytes', () => {
    const data = pseudoRandom(1001, 3);
    expect(fileDigests(data)).toEqual(['sha256', 'sha1'].map((algorithm) => createHash(algorithm).update(data).digest('hex')));
    for (const cut of [0, 1, 2, 63, 64, 200]) { expect(fileDigests(Buffer.concat([Buffer.from('MZ'), Buffer.alloc(cut, 0x40)]))).toHaveLength(2); }
  });

  it.skipIf(!isThere)(`of a program are also those that signing leaves alone${isThere ? '' : ' (skipped: no osslsigncode)'}`, () => {
    const folder = tempFolder();
    const { key, certificate } = makeCertificate(folder);
    const [plain, signed] = [join(folder, 'plain.dll'), join(folder, 'signed.dll')];
    writeFileSync(plain, writeWcp(pseudoRandom(5003, 4)));
    run('osslsigncode', 'sign', '-certs', certificate, '-key', key, '-h', 'sha256', '-in', plain, '-out', signed);
    const [before, after] = [fileDigests(readFileSync(plain)), fileDigests(readFileSync(signed))];
    expect([before.length, after.length]).toEqual([4, 4]);
    expect(before.slice(2)).toEqual(after.slice(2));
    expect(before[0]).not.toBe(after[0]);
    const shown = spawnSync('osslsigncode', ['verify', '-in', signed], { encoding: 'utf8' }).stdout;
    expect(shown.toLowerCase()).toContain(after[2] ?? 'none');
  });

  it('of a program that is cut off or lies about its parts end', () => {
    const program = writeWcp(pseudoRandom(300, 5));
    for (let at = 0; at < program.length; at += 7) { expect(fileDigests(program.subarray(0, at)).length).toBeGreaterThan(0); }
    for (let at = 0; at < 0x200; at++) {
      const broken = Buffer.from(program);
      broken[at] = 0xff;
      expect(fileDigests(broken).length).toBeGreaterThan(0);
    }
  });
});

describe.skipIf(!isThere)(`catalogSigner()${isThere ? '' : ' (skipped: no osslsigncode)'}`, () => {
  it('names who signed, and sees every change of the list', () => {
    const folder = tempFolder();
    const { key, certificate } = makeCertificate(folder);
    const [plain, signed] = [join(folder, 'plain.cat'), join(folder, 'signed.cat')];
    const member = pseudoRandom(100, 6);
    writeFileSync(plain, writeCatalog([member], 'x'));
    expect(catalogSigner(readFileSync(plain))).toBeUndefined();
    run('osslsigncode', 'sign', '-certs', certificate, '-key', key, '-h', 'sha256', '-in', plain, '-out', signed);
    const data = readFileSync(signed);
    expect(catalogSigner(data)).toEqual({ name: 'DismTs Test Signer', issuer: 'DismTs Test Signer', isIntact: true });
    const digest = createHash('sha256').update(member).digest();
    expect(memberHashes(data)).toContain(digest.toString('hex'));
    const forged = Buffer.from(data);
    pseudoRandom(32, 7).copy(forged, data.indexOf(digest));
    expect(catalogSigner(forged)?.isIntact).toBe(false);
    const at = data.length - 5;
    const broken = Buffer.from(data);
    broken[at] = (broken[at] ?? 0) ^ 1;
    expect(catalogSigner(broken)?.isIntact).not.toBe(true);
    for (let cut = 0; cut < data.length; cut += 13) { expect(catalogSigner(data.subarray(0, cut))?.isIntact).not.toBe(true); }
    for (let index = 0; index < data.length; index += 3) {
      const mutated = Buffer.from(data);
      mutated[index] = (mutated[index] ?? 0) ^ 0x21;
      // Whatever it is now, it is read to its end.
      catalogSigner(mutated);
      memberHashes(mutated);
    }
  });
});
