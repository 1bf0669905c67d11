/** The requests that a command line can make. */
import { methods, type RequestMethod } from '@dismts/protocol';

/** By method, in the order of the protocol. Those that are about a connection are left out. */
export const callableMethods: ReadonlyMap<string, RequestMethod> = new Map(
  Object.values(methods).filter(({ method }) => method.includes('/')).map((declaration) => [declaration.method, declaration]),
);
