/** Finds the image that a caller means: by index, or by name. */
import { Hresult } from '../hresult.ts';
import type { FileErrors } from '../fileErrors.ts';

/** One of both; where there is a name, it counts. */
export interface ImageChoice {
  /** 1-based. */
  readonly imageIndex?: number | undefined;
  readonly imageName?: string | undefined;
}

/** A message names no more of the names that a file has. */
const maxListedNames = 50;

function byIndex(count: number, imageIndex: number, errors: FileErrors): number {
  if (imageIndex >= 1 && imageIndex <= count) { return imageIndex; }
  const there = count === 0 ? 'the file holds no image' : count === 1 ? 'the file holds one image, index 1' : `the file holds images 1 to ${count}`;
  throw errors.make(Hresult.DISMAPI_E_INVALID_IMAGE_INDEX, `image index ${imageIndex} does not exist, ${there}`);
}

/** A name in the same spelling wins; else one that differs in case only. What fits several is refused: nobody can tell which is meant. */
function byName(names: readonly string[], name: string, errors: FileErrors): number {
  const indexesOf = (fits: (other: string) => boolean): number[] => names.flatMap((other, at) => (fits(other) ? [at + 1] : []));
  const exact = indexesOf((other) => other === name);
  const folded = name.toLowerCase();
  const found = exact.length > 0 ? exact : indexesOf((other) => other.toLowerCase() === folded);
  const [first] = found;
  if (first !== undefined && found.length === 1) { return first; }
  const quoted = names.filter((other) => other !== '').slice(0, maxListedNames).map((other) => `"${other}"`);
  const there = quoted.length === 0 ? 'its images have no names' : `its images are ${quoted.join(', ')}`;
  throw errors.make(Hresult.DISMAPI_E_INVALID_IMAGE_NAME,
    `image name "${name}" ${found.length > 1 ? 'fits several images' : 'does not exist'}, ${there}`);
}

/**
 * The 1-based index of the chosen image.
 * @param names Of all images of the file, in their order. A number is a name like any other.
 * @throws DismError DISMAPI_E_INVALID_IMAGE_INDEX, DISMAPI_E_INVALID_IMAGE_NAME: there is none; says what there is.
 */
export function chooseImage(names: readonly string[], { imageIndex, imageName }: ImageChoice, errors: FileErrors): number {
  return imageName === undefined ? byIndex(names.length, imageIndex ?? 0, errors) : byName(names, imageName, errors);
}
