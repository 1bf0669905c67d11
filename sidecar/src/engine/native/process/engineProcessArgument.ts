/** How a server starts its engine process, and the module a probe. */

/** Argument that makes `dismts` an engine process. It is for the server alone, and in no usage text. */
export const engineProcessArgument = '--engine-process';

/** Argument that makes `dismts` answer the open questions about a DismApi.dll, and end. It is for Test-DismTsConformance alone, and in no usage text. */
export const probeArgument = '--probe-dism';
