/** firstBoot/*: what waits in an offline image for Windows to do it when it is set up. */
import * as z from 'zod';
import { absolutePathSchema, imageResultSchema, request } from './messages.ts';
import { nameSchema, ofOfflineImage } from './session.ts';

export const firstBootKindSchema = z.enum(['Package', 'Feature', 'Capability']);

/** One thing that waits. */
export const firstBootItemSchema = z.object({
  kind: firstBootKindSchema,
  /** Name of the package's file in the image, of the feature or of the capability. */
  name: z.string(),
  /** Of a feature: those that it needs, too. */
  all: z.boolean(),
});

/** A line of a script in the image, as Windows will run it. */
const scriptLineSchema = z.object({ path: z.string(), line: z.string() });

/** What became of the files of the image; with validateOnly what would become of them. Paths are below its root. */
const planShape = {
  writtenFiles: z.array(z.string()).default([]),
  /** Files, and folders with what is in them. */
  removedFiles: z.array(z.string()).default([]),
  addedLines: z.array(scriptLineSchema).default([]),
  removedLines: z.array(scriptLineSchema).default([]),
};

/** What waits in an image. */
export const getFirstBoot = request('firstBoot/get', () => ofOfflineImage({}), () => imageResultSchema.extend({ items: z.array(firstBootItemSchema) }));

/** Has Windows add a package, enable a feature or add a capability when it is set up: files into the image, and a call in SetupComplete.cmd. */
export const addFirstBoot = request('firstBoot/add', () => ofOfflineImage({
  kind: firstBootKindSchema,
  /** Of a package: its file, .cab or .msu, which is copied into the image. */
  packagePath: absolutePathSchema.optional(),
  /** Of a feature or capability. */
  name: nameSchema.optional(),
  all: z.boolean().optional(),
}).refine((params) => (params.kind === 'Package') === (params.packagePath !== undefined) && (params.kind === 'Package') === (params.name === undefined),
  'give packagePath for a Package, and name for the others'), () => imageResultSchema.extend({
  /** False where it waits already. */
  changed: z.boolean(),
  /** All that waits then. */
  items: z.array(firstBootItemSchema),
  ...planShape,
}));

/** Takes back what waits: what has a name, possibly with wildcards. */
export const removeFirstBoot = request('firstBoot/remove', () => ofOfflineImage({ name: nameSchema }), () => imageResultSchema.extend({
  changed: z.boolean(),
  /** What was taken back. */
  items: z.array(firstBootItemSchema),
  ...planShape,
}));
