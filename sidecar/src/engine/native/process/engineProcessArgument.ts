/** How a server starts its engine process. */

/** Argument that makes `dismts` an engine process. It is for the server alone, and in no usage text. */
export const engineProcessArgument = '--engine-process';
