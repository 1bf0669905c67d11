/** Which libraries are called. */

/** Libraries to use as they are, without looking for them or at who can change them: tests name a double. */
export interface LibraryPaths {
  readonly libraryPath: string;
  /** The library with CreateEventW, SetEvent and CloseHandle. */
  readonly eventsLibraryPath: string;
  readonly imageFiles?: ImageFileLibraryPaths | undefined;
}

/** The same for image files; default: those of Windows. */
export interface ImageFileLibraryPaths {
  readonly wimgapi: string;
  readonly wofutil: string;
  /** A library with GetLastError and LocalFree. */
  readonly kernel: string;
  /** The program that is run for New-DismTsCustomImage, and the arguments that come first. */
  readonly dism: readonly [string, ...string[]];
}

/** What is asked for. */
export interface LibraryChoice {
  /** The DismApi.dll, or its folder; default: that of Windows. */
  readonly dismPath?: string | undefined;
  readonly libraries?: LibraryPaths | undefined;
}
