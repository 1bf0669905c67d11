/** What the fake engine answers about what waits for the first start of an image. */
import type { EngineOperations } from '../../../sidecar/src/engine/engine.ts';
import type { AnswerImage } from './session.ts';

/** What became of the files. */
const script = 'Windows/Setup/Scripts/DismTs/FirstBoot.cmd';

const waiting = [{ kind: 'Feature', name: 'TelnetClient', all: true }] as const;

/** The methods. */
export function fakeFirstBoot(image: AnswerImage) {
  return {
    getFirstBoot: async (params, context) => ({ ...await image(params, context), items: [...waiting] }),
    addFirstBoot: async ({ kind, name, packagePath, all, ...params }, context) => ({
      ...await image(params, context, { names: [packagePath ?? name ?? ''] }), changed: true,
      writtenFiles: [script], addedLines: [{ path: script, line: `dism.exe ${kind}` }],
      items: [{ kind, name: packagePath?.split('/').at(-1) ?? name ?? '', all: all === true }],
    }),
    removeFirstBoot: async ({ name, ...params }, context) => ({
      ...await image(params, context, { names: [name] }),
      changed: true, items: [...waiting], removedFiles: [script],
    }),
  } satisfies Partial<EngineOperations>;
}
