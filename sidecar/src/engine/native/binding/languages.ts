/** The languages of an image, in versions of the DISM API that can add and remove them. */
import type { Caller, CallOptions } from './call.ts';
import { nativeFunction, progressParameters } from './dismLibrary.ts';
import type { CallOutcome } from './outcome.ts';
import { stringArray } from './results.ts';
import type { DismSession } from './session.ts';
import { quoted } from './text.ts';

const DismAddLanguage = nativeFunction('DismAddLanguage',
  `DismSession Session, PCWSTR LanguageName, BOOL PreventPending, BOOL LimitAccess, PCWSTR *SourcePaths, UINT SourcePathCount, ${progressParameters}`);
const DismRemoveLanguage = nativeFunction('DismRemoveLanguage', `DismSession Session, PCWSTR LanguageName, ${progressParameters}`);

/** A language to add, and where it comes from. */
export interface AddLanguageParams {
  /** Such as `de-DE`. */
  readonly languageName: string;
  /** Refuse where actions are pending, or would be. */
  readonly preventPending: boolean;
  /** Do not ask Windows Update. */
  readonly limitAccess: boolean;
  readonly sourcePaths: readonly string[];
}

/** Functions on languages. Windows 11 and later. */
export interface LanguageFunctions {
  /**
   * Adds a language. Cancellable, with progress.
   * @throws DismError CBS_E_SOURCE_MISSING, CBS_E_PENDING
   * @see dismapi.h DismAddLanguage
   */
  addLanguage(session: DismSession, params: AddLanguageParams, options?: CallOptions): Promise<CallOutcome>;
  /**
   * Removes a language. Cancellable, with progress.
   * @see dismapi.h DismRemoveLanguage
   */
  removeLanguage(session: DismSession, languageName: string, options?: CallOptions): Promise<CallOutcome>;
}

/** The functions of this group, on a caller. */
export function languageFunctions(caller: Caller): LanguageFunctions {
  const named = (what: string, language: string) => ({ action: `Cannot ${what} the language ${quoted(language)}`, target: language });
  return {
    addLanguage: (session, { languageName, preventPending, limitAccess, sourcePaths }, options) => caller.run({
      function: DismAddLanguage, options, ...named('add', languageName),
      arguments: (trio) => [session, languageName, Number(preventPending), Number(limitAccess), ...stringArray(sourcePaths), ...trio],
    }),
    removeLanguage: (session, languageName, options) => caller.run({
      function: DismRemoveLanguage, arguments: (trio) => [session, languageName, ...trio], options, ...named('remove', languageName),
    }),
  };
}
