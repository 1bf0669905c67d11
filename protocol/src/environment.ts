/** environment/get: what this machine has of what the engine needs. */
import * as z from 'zod';
import { engineNameSchema, operationOptionsSchema, request } from './messages.ts';

/** One thing that was looked at. */
export const environmentCheckSchema = z.object({
  /** Stable name, such as `libwim` or `FUSE`. */
  name: z.string(),
  state: z.enum(['Ok', 'Warning', 'Missing']),
  /** What was found: a version, a path, an error. */
  detail: z.string(),
  /** What to do about it; empty when the state is Ok. */
  hint: z.string(),
});

/** Looks at the machine; changes nothing, and fails only when the request itself is wrong. */
export const getEnvironment = request('environment/get', () => operationOptionsSchema, () => z.object({
  engine: engineNameSchema,
  /** True when nothing that the engine needs is missing. */
  ready: z.boolean(),
  platform: z.string(),
  architecture: z.string(),
  elevated: z.boolean(),
  stateDirectory: z.string(),
  logDirectory: z.string(),
  /** What executes this: the single-file executable, or node with a script. */
  executable: z.string(),
  checks: z.array(environmentCheckSchema),
  /** One line to paste into a shell that installs the packages which are missing; empty where there is nothing to install. */
  fix: z.string().optional(),
}));
