/** The DismTs protocol: JSON-RPC 2.0 with LSP framing over stdio. Re-exports only. */
export * from './environment.ts';
export * from './error.ts';
export * from './errors.ts';
export * from './health.ts';
export * from './image.ts';
export * from './inventory.ts';
export * from './lifecycle.ts';
export * from './messages.ts';
export * from './methods.ts';
export * from './progress.ts';
