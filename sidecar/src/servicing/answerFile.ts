/** Reads answer files: what the pass offlineServicing asks of an image, sorted into what can be done here and what cannot. */
import { DismError } from '../errors.ts';
import { Hresult } from '../hresult.ts';
import { childOf, childrenOf, readXml, type XmlElement } from '../xml.ts';
import { hasSettingsBelow, homeOfSetting, settingContent } from './answerFileSettings.ts';
import type { HiveEdit } from './registryEdits.ts';

export const maxAnswerFileBytes = 16 * 1024 * 1024;
const pass = 'offlineServicing';

/** What an answer file asks for. */
export interface AnswerFile {
  /** Folders of drivers, as they are written. */
  readonly driverPaths: readonly string[];
  readonly edits: readonly HiveEdit[];
  /** Sentences for the user: passes and components that are not applied. */
  readonly warnings: readonly string[];
  /** True where it holds passwords, or names of accounts with them. */
  readonly hasPasswords: boolean;
}

const driverComponents: ReadonlySet<string> = new Set(['Microsoft-Windows-PnpCustomizationsNonWinPE', 'Microsoft-Windows-PnpCustomizationsWinPE']);

/**
 * @param architecture Of the image, as answer files spell it; components for others are not for it.
 * @throws DismError ERROR_BAD_FORMAT: it is no answer file; the message has line and column.
 * @throws DismError ERROR_NOT_SUPPORTED: it asks for something that cannot be done without Windows; the message names all of that.
 */
export function readAnswerFile(data: Buffer, path: string, architecture: string): AnswerFile {
  const text = data.length >= 2 && data.readUInt16LE(0) === 0xfeff ? data.toString('utf16le') : data.toString('utf8');
  const malformed = (what: string, offset: number): DismError => {
    const before = text.slice(0, offset).split('\n');
    return new DismError(Hresult.ERROR_BAD_FORMAT, `Cannot apply the answer file "${path}": in line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1} ${what}`, {
      target: path, hint: 'Check the file with Windows System Image Manager; nothing has been changed.',
    });
  };
  const declaration = /<!DOCTYPE|<!ENTITY/i.exec(text);
  if (declaration !== null) { throw malformed('there is a document type declaration, which no answer file has', declaration.index); }
  const root = readXml(text.replace(/^\ufeff/, ' '), { malformed, maxElements: 100_000 });
  if (root.name !== 'unattend') { throw malformed(`there is "${root.name}" instead of "unattend"`, root.offset); }
  return new Reader(path, architecture, malformed).read(root);
}

/** Their names are as Windows writes them, in upper and lower case, too. */
const passes: ReadonlySet<string> = new Set(['windowsPE', pass, 'generalize', 'specialize', 'auditSystem', 'auditUser', 'oobeSystem']);

class Reader {
  readonly #path: string;
  readonly #architecture: string;
  readonly #malformed: (what: string, offset: number) => DismError;
  readonly #driverPaths: string[] = [];
  readonly #edits: HiveEdit[] = [];
  readonly #warnings: string[] = [];
  readonly #impossible: string[] = [];

  constructor(path: string, architecture: string, malformed: (what: string, offset: number) => DismError) {
    this.#path = path;
    this.#architecture = architecture;
    this.#malformed = malformed;
  }

  read(root: XmlElement): AnswerFile {
    const others: string[] = [];
    for (const settings of childrenOf(root, 'settings')) {
      const name = settings.attributes.get('pass') ?? '';
      if (name === '') { throw this.#malformed('"settings" has no pass', settings.offset); }
      if (!passes.has(name)) { throw this.#malformed(`there is no pass "${name}" (${[...passes].join(', ')})`, settings.offset); }
      if (name !== pass) { others.push(name); continue; }
      for (const component of childrenOf(settings, 'component')) { this.#component(component); }
    }
    for (const item of childrenOf(root, 'servicing').flatMap(({ children }) => children)) { this.#servicing(item); }
    if (this.#impossible.length > 0) {
      throw new DismError(Hresult.ERROR_NOT_SUPPORTED, `Cannot apply the answer file "${this.#path}" without Windows: it asks for ${this.#impossible.join('; ')}`, {
        target: this.#path, hint: 'Take that out of the pass offlineServicing and have Windows do it at its first start, or use the Native engine (on Windows).',
      });
    }
    if (others.length > 0) {
      this.#warnings.push(`Not applied, because Windows does that itself when it is set up: ${[...new Set(others)].join(', ')}. -CopyToPanther puts the file where it looks`);
    }
    return { driverPaths: this.#driverPaths, edits: this.#edits, warnings: this.#warnings, hasPasswords: hasPasswords(root) };
  }

  #component(component: XmlElement): void {
    const name = component.attributes.get('name') ?? '';
    if (name === '') { throw this.#malformed('"component" has no name', component.offset); }
    const architecture = component.attributes.get('processorArchitecture') ?? '';
    if (architecture.toLowerCase() !== this.#architecture && architecture.toLowerCase() !== 'neutral') {
      this.#warnings.push(`Not applied, because the image is for ${this.#architecture}: ${name} for ${architecture === '' ? 'no architecture' : architecture}`);
      return;
    }
    for (const setting of component.children) {
      if (driverComponents.has(name) && setting.name === 'DriverPaths') {
        for (const item of childrenOf(setting, 'PathAndCredentials')) { this.#driverPath(item); }
        continue;
      }
      this.#setting(setting, `${name}/${setting.name}`);
    }
  }

  #setting(setting: XmlElement, path: string): void {
    const home = homeOfSetting(path);
    if (setting.children.length > 0 && hasSettingsBelow(path)) {
      for (const inner of setting.children) { this.#setting(inner, `${path}/${inner.name}`); }
    } else if (home === undefined || setting.children.length > 0) {
      this.#impossible.push(path);
    } else {
      const text = setting.text.trim();
      const content = settingContent(home, text);
      if (typeof content === 'string') { throw this.#malformed(`"${setting.name}" is "${text.slice(0, 40)}", ${content}`, setting.offset); }
      this.#edits.push({ action: 'SetValue', hive: home.hive, key: home.key, name: home.name, content });
    }
  }

  #driverPath(item: XmlElement): void {
    const path = childOf(item, 'Path');
    const text = path?.text.trim() ?? '';
    if (text === '') { throw this.#malformed('"PathAndCredentials" has no path', item.offset); }
    // What such a path leads to is on another machine, or depends on where the command is run.
    if (!text.startsWith('/') || childOf(item, 'Credentials') !== undefined) { this.#impossible.push(`drivers of "${text}", which is no absolute path on this machine`); return; }
    this.#driverPaths.push(text);
  }

  #servicing(item: XmlElement): void {
    const identity = childOf(item, 'assemblyIdentity')?.attributes.get('name') ?? childOf(item, 'source')?.attributes.get('location') ?? '';
    const action = item.attributes.get('action') ?? '';
    this.#impossible.push([item.name, action, identity === '' ? '' : `"${identity}"`].filter((part) => part !== '').join(' '));
  }
}

/** Elements that hold a password, or the answer to one. */
function hasPasswords(element: XmlElement): boolean {
  return (/password$/i.test(element.name) || element.name === 'Credentials') ? element.text.trim() !== '' || element.children.length > 0 : element.children.some(hasPasswords);
}
