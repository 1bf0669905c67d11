/** Errors about parameters: what must be, and what is, in words of DismTs. */
import { methods, type RequestMethod } from '@dismts/protocol';
import { describe, expect, test } from 'vitest';
import { InvalidParamsError } from '../../sidecar/src/errors.ts';
import { parseParams } from '../../sidecar/src/transport/params.ts';

/** What is said of parameters, `path: message` each. */
function said(method: RequestMethod, params: unknown): string[] {
  try {
    parseParams(method, params);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidParamsError)) { throw error; }
    return error.issues.map(({ path, message }) => `${path}: ${message}`);
  }
}

const { getImageInfo, exportImage, changeRegistry, getFeatures, setProductKey, unmountImage } = methods;
const exported = { sourceImagePath: '/a.wim', destinationImagePath: '/b.wim' };
const place = { hive: 'SOFTWARE', key: 'A' };

describe('parseParams() says', () => {
  test.for<[string, RequestMethod, unknown, string[]]>([
    ['that there are none', getImageInfo, undefined, [': are missing']],
    ['that they are none', getImageInfo, [1], [': must be an object with names and values (it is a list)']],
    ['what is missing', getImageInfo, {}, ['imagePath: is missing']],
    ['a number that is too small', getImageInfo, { imagePath: '/a', imageIndex: 0 }, ['imageIndex: must be at least 1 (it is 0)']],
    ['a number that is too large, once', getImageInfo, { imagePath: '/a', imageIndex: 1e20 }, ['imageIndex: must be at most 2147483647 (it is 100000000000000000000)']],
    ['a number that is not whole', getImageInfo, { imagePath: '/a', imageIndex: 1.5 }, ['imageIndex: must be a whole number (it is 1.5)']],
    ['text for a number', getImageInfo, { imagePath: '/a', imageIndex: '1' }, ['imageIndex: must be a number (it is "1")']],
    ['a path that is relative', getImageInfo, { imagePath: 'a.wim' }, ['imagePath: must be an absolute path (it is "a.wim")']],
    ['a switch that is none', unmountImage, { mountPath: '/m', commit: null }, ['commit: must be true or false (it is null)']],
    ['text that is empty', getFeatures, { path: '/m', featureName: '' }, ['featureName: must not be empty']],
    ['text that is too long', getFeatures, { path: '/m', featureName: 'x'.repeat(2000) }, ['featureName: must have at most 1024 characters (it has 2000)']],
    ['a list that is empty', exportImage, { ...exported, sourceIndexes: [] }, ['sourceIndexes: must not be empty']],
    ['a list that is too long', exportImage, { ...exported, sourceIndexes: Array(5000).fill(1) }, ['sourceIndexes: must have at most 4096 entries (it has 5000)']],
    ['which entry of a list is wrong', exportImage, { ...exported, sourceIndexes: [1, 0] }, ['sourceIndexes.1: must be at least 1 (it is 0)']],
    ['a word that is none of a few', exportImage, { ...exported, sourceIndexes: '*', compressionType: 'Slow' },
      ['compressionType: must be "None", "Fast", "Max" or "Recovery" (it is "Slow")']],
    ['what has none of two forms', exportImage, { ...exported, sourceIndexes: 7 }, ['sourceIndexes: must be "*" or a list (it is 7)']],
    ['a kind of edit that there is not', changeRegistry, { path: '/m', edits: [{ action: 'Explode', ...place }] },
      ['edits.0.action: must be "SetValue", "RemoveValue", "CreateKey" or "RemoveKey" (it is "Explode")']],
    ['an edit without its kind', changeRegistry, { path: '/m', edits: [place] }, ['edits.0.action: is missing']],
    ['a rule between parameters', getImageInfo, { imagePath: '/a', imageIndex: 1, imageName: 'a' }, [': imageIndex and imageName exclude each other']],
    ['parameters that there are not', getImageInfo, { imagePath: '/a', more: 1, less: 1 }, [': there is no parameter "more" or "less"']],
    ['so many of them', getImageInfo, { imagePath: '/a', ...Object.fromEntries(Array.from({ length: 9 }, (_, number) => [`k${number}`, 1])) },
      [': there is no parameter "k0", "k1", "k2", "k3", "k4" or 4 others']],
    ['no product key', setProductKey, { path: '/m', productKey: 'SECRET' }, ['productKey: must be five groups of five letters and digits with hyphens between them']],
    ['nothing that goes into a registry', changeRegistry, { path: '/m', edits: [{ action: 'SetValue', ...place, name: 'DefaultPassword', type: 'String', value: 12345 }] },
      ['edits.0.value: must be text or a list']],
  ])('%s', ([, method, params, expected]) => {
    expect(said(method, params)).toEqual(expected);
  });

  test('nothing in the words of Zod, of any bound', () => {
    const long = 'x'.repeat(40_000);
    for (const declaration of Object.values(methods)) {
      for (const value of [long, '', -1, 1e300, 1.5, true, null, [], {}, [long], [-1], ['']]) {
        const names = Object.keys((declaration.params as { shape?: object }).shape ?? {});
        const texts = said(declaration, Object.fromEntries(names.map((name) => [name, value]))).join('\n');
        expect(texts, declaration.method).not.toMatch(/expected|received|Invalid|Too (?:big|small)|Unrecognized|>=|<=/);
      }
    }
  });
});
