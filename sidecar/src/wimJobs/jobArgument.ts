/** How the process of a job is started. */

/** Argument that makes `dismts` the process of one job. It is for DismTs alone, and in no usage text. */
export const wimJobArgument = '--image-process';
