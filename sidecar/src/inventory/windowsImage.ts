/** An image with a Windows in it: its registry hives and package files, opened only as they are needed. */
import { parseMum, type Mum } from '../componentStore/mum.ts';
import { DismError } from '../errors.ts';
import { fileTrouble } from '../imageFiles/fileTrouble.ts';
import { joinPath, maxFileBytes, type ImageFiles } from '../imageFiles/imageFiles.ts';
import { readRealFile } from '../imageFiles/realFile.ts';
import { Hresult } from '../hresult.ts';
import { printable } from '../printable.ts';
import { controlSetName } from '../registry/controlSet.ts';
import { Hive, type HiveKey } from '../registry/hive.ts';
import { isSystemError, messageOf, type SystemError, systemFailure } from '../systemErrors.ts';

/** Hives in System32\config that listings are read from. */
export type HiveName = 'SOFTWARE' | 'SYSTEM' | 'DRIVERS';

/** What listings need of an image. */
export type ListedFiles = Pick<ImageFiles, 'read' | 'list'>;

const packagesPath = 'Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\Packages';

/** How many names of unreadable package files a warning gives. */
const namedFiles = 3;

/** An image whose Windows folder and SOFTWARE hive are there. */
export class WindowsImage {
  /** Root of the image, for messages and the paths that results show. */
  readonly path: string;
  /** The Windows folder below the root, such as `Windows`. */
  readonly windows: string;
  readonly #files: ListedFiles;
  readonly #hives = new Map<HiveName, Hive | undefined>();
  /** Package files that are missing or damaged. */
  readonly #lost: string[] = [];
  /** Files that the system did not give, and what it answered first. */
  readonly #unread: string[] = [];
  #answer: SystemError | undefined;
  readonly #dirty: HiveName[] = [];
  #hasNoServicing = false;

  private constructor(files: ListedFiles, path: string, windows: string) {
    this.#files = files;
    this.path = path;
    this.windows = windows;
  }

  /**
   * Looks whether there is a Windows in the image, and opens its SOFTWARE hive.
   * @throws DismError ERROR_PATH_NOT_FOUND: there is no Windows in that folder.
   * @throws DismError ERROR_FILE_NOT_FOUND, ERROR_FILE_CORRUPT: the hive is missing or damaged.
   */
  static async open(files: ListedFiles, path: string, windowsDirectory = 'Windows'): Promise<WindowsImage> {
    const windows = joinPath(windowsDirectory);
    if ((await files.list(joinPath(windows, 'System32/config'))).length === 0) {
      const isEmpty = (await files.list('')).length === 0;
      throw new DismError(Hresult.ERROR_PATH_NOT_FOUND,
        `Cannot find a Windows in "${path}": ${isEmpty ? 'the folder is empty' : `there is no "${windows}/System32/config"`}`,
        { target: path, hint: 'Give the folder in which an image with Windows is mounted; -WindowsDirectory names its Windows folder where that is not "Windows".' });
    }
    const image = new WindowsImage(files, path, windows);
    await image.hive('SOFTWARE');
    return image;
  }

  /** Sentences on what could not be read. */
  get warnings(): string[] {
    const warnings = this.#dirty.map((name) =>
      `The registry hive ${name} was not closed properly: its last changes are in its log files, and are not listed`);
    if (this.#hasNoServicing) {
      warnings.push('The registry of the image has no key "Component Based Servicing\\Packages": which packages it has cannot be told');
    }
    if (this.#lost.length > 0) {
      warnings.push(`${this.#lost.length === 1 ? 'A package file is' : `${this.#lost.length} package files are`} missing or damaged, so what they say is not listed: `
        + `${someOf(this.#lost)}. Repair-DismTsImage -ScanHealth tells more.`);
    }
    if (this.#answer !== undefined) {
      const count = this.#unread.length;
      warnings.push(`${count === 1 ? 'A file' : `${count} files`} of the image cannot be read, so what they say is not listed: ${someOf(this.#unread)}: ${messageOf(this.#answer)}`);
    }
    return warnings;
  }

  /** Notes a file that the system did not give, so that what it says is not listed. */
  noteUnread(name: string, answer: SystemError): void {
    this.#unread.push(name);
    this.#answer ??= answer;
  }

  /** The error for something that was not found: where not everything could be read, it may be there, and the error is what the system answered. */
  asFarAsRead(notFound: DismError): DismError {
    return this.#answer === undefined ? notFound : systemFailure(this.#answer, `${notFound.message} as far as that can be read`, this.path);
  }

  /**
   * One of the hives.
   * @throws DismError ERROR_FILE_NOT_FOUND, ERROR_FILE_CORRUPT: the hive is missing or damaged.
   */
  async hive(name: HiveName): Promise<Hive> {
    const hive = await this.findHive(name);
    if (hive === undefined) {
      const target = this.#shown('System32/config', name);
      throw new DismError(Hresult.ERROR_FILE_NOT_FOUND, `Cannot read the registry hive "${target}": it does not exist`,
        { target, hint: 'Start over from an intact copy of the image.' });
    }
    return hive;
  }

  /**
   * One of the hives; undefined where the image has none of that name.
   * @throws DismError ERROR_FILE_CORRUPT: it is damaged, or something else is in its place.
   */
  async findHive(name: HiveName): Promise<Hive | undefined> {
    if (!this.#hives.has(name)) {
      this.#hives.set(name, await this.#openHive(name));
    }
    return this.#hives.get(name);
  }

  /** The keys of the packages that CBS knows; none, with a warning, where the image does not say. */
  async packageKeys(): Promise<readonly HiveKey[]> {
    const packages = (await this.hive('SOFTWARE')).key(packagesPath);
    this.#hasNoServicing = packages === undefined;
    return packages?.subkeys() ?? [];
  }

  /** What `CurrentControlSet` would be if this Windows were started. */
  async controlSet(): Promise<HiveKey | undefined> {
    const system = await this.hive('SYSTEM');
    const name = controlSetName(system);
    return name === undefined ? undefined : system.key(name);
  }

  /** A file below the Windows folder; undefined where there is none. */
  async readFile(path: string, maxBytes?: number): Promise<Buffer | undefined> {
    return await this.#files.read(joinPath(this.windows, path), maxBytes);
  }

  /** The file of a package in the image; undefined, with a warning, where it is missing or damaged. */
  async packageFile(packageName: string): Promise<Mum | undefined> {
    return await this.#readMum(joinPath(this.windows, 'servicing/Packages'), `${packageName}.mum`);
  }

  /** Files of packages that could be added, as far as Windows came with them. */
  async* absentPackageFiles(): AsyncGenerator<Mum> {
    const folder = joinPath(this.windows, 'servicing/InboxFodMetadataCache/metadata');
    for (const name of await this.#files.list(folder)) {
      if (name.toLowerCase().endsWith('.mum')) {
        const mum = await this.#readMum(folder, name);
        if (mum !== undefined) { yield mum; }
      }
    }
  }

  async #openHive(name: HiveName): Promise<Hive | undefined> {
    const data = await readRealFile(this.#files, joinPath(this.windows, 'System32/config', name), maxFileBytes);
    if (data === undefined) { return undefined; }
    const target = this.#shown('System32/config', name);
    const hive = Hive.parse(data, target);
    // As images of a running system are; reading is safe, but the newest changes are elsewhere.
    if (hive.isDirty) { this.#dirty.push(name); }
    return hive;
  }

  async #readMum(folder: string, name: string): Promise<Mum | undefined> {
    try {
      // Names come from the registry: one with a separator would be a path.
      const data = /[/\\]/.test(name) ? undefined : await this.#files.read(joinPath(folder, name));
      if (data !== undefined) { return parseMum(data); }
    } catch (error) {
      // One file, whatever became of it, is no reason to list nothing.
      if (fileTrouble(error) === undefined) { throw error; }
      if (isSystemError(error)) {
        this.noteUnread(name, error);
        return undefined;
      }
    }
    this.#lost.push(name);
    return undefined;
  }

  #shown(...parts: readonly string[]): string {
    return `${this.path.replace(/\/$/, '')}/${joinPath(this.windows, ...parts)}`;
  }
}

function someOf(names: readonly string[]): string {
  return `${names.slice(0, namedFiles).map((name) => `"${printable(name)}"`).join(', ')}${names.length > namedFiles ? ' and others' : ''}`;
}
