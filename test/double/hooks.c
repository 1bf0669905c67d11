/*
 * How a test drives the double.
 *
 * Exported functions, beside those of dismapi.h; strings are UTF-8, and what they return is good until the next call of the same one:
 *
 *   void DismDouble_Reset(void)                  as just loaded: no state, no modes, no results, no log
 *   uint32_t DismDouble_Outstanding(void)        blocks of results that DismDelete has not freed
 *   uint32_t DismDouble_Handles(void)            open event handles (Windows: all handles of the process)
 *   uint32_t DismDouble_Blocked(void)            calls that are held by mode `block`
 *   void DismDouble_SetResult(name, int32_t hr)  what a function returns from now on; 0: what it finds itself
 *   void DismDouble_SetMode(key, value)          NULL or "": the key is unset
 *   const char *DismDouble_Calls(void)           JSON array of the calls that returned
 *   const char *DismDouble_Violations(void)      JSON array of strings: what the client (or the double) must not have done
 *
 * A process that cannot be reached by functions is driven by a file of lines `key=value`: the one that the environment variable
 * DISMTS_DOUBLE_CONFIG names, else the library's own path with ".conf" behind it, if that is there at the first call. It is read again at
 * each call and while a call blocks; a changed file replaces all modes.
 *
 * Modes; with ".<function>" behind the key for one function, which goes before the bare key:
 *
 *   result               codes to return, separated by commas; each is used once, the last one stays; 0 is "what it finds itself".
 *                        A negative code comes instead of the work, a positive one after it; 1 makes the session useless until it
 *                        is opened again
 *   fail-after           a negative result comes after so many steps of progress instead of at once
 *   progress             none | 100 | 200 | 1000 | past (225 of 100) | zero (Total is 0) | back | many (10,000 callbacks) |
 *                        or steps such as 5/100,50/100,102/100. Default: the function's own script
 *   callback-thread      caller (default) | helper: a thread that ends before the call returns
 *   cancel               obey (default): polled before each step | end: polled after the last step | late: seen after the last step,
 *                        the work is done and 0 comes | ignore: not looked at
 *   cancel-result        default 0x800704D3
 *   block                cancel: holds a call that has a CancelEvent until that is set or this mode is unset
 *                        | hang: holds any call until this mode is unset
 *   block-after          steps of progress before it (default 1)
 *   step-delay           milliseconds between steps
 *   stack                bytes of stack that a call uses, such as 524288
 *   crash                null: writes to address 8 | abort
 *   dies                 "<function> <code>": the function fails with the code, and from then on, in that process, every call on a session and every
 *                        opening of one with 0x800706BA
 *   odd                  yes: lists of packages, drivers, features, capabilities, images and mounts have rows that nobody expects
 *   last-error-text      what a failing call leaves as message
 *   last-error           empty: "" | none: as if no call had failed
 *   last-error-missing   pointer: without a failed call the message is NULL instead of a DismString with NULL in it
 *   initialize-again     what a second DismInitialize returns (default 1)
 *   empty-list           pointer: a list without elements has a pointer that must be deleted
 *   packages, features   so many more of them in lists
 *   health               what a newly opened image is: 0 healthy, 1 repairable, 2 not repairable
 *   editions             none: there are no target editions
 *   user-errors          yes: the removal for all users says that some failed
 *   files                check: files and folders must exist, a mount without its file is invalid; exported drivers are written
 *   image-names          names of the images of a file, with commas between them
 *   mount-content        path of a folder that is the folder Windows of an image: moved into the mount folder, and back at the end
 *                        | wim: files of the double of wimgapi.dll are really mounted, listed and saved; see content.c
 *   dism-log             write: DismInitialize writes a line to the log that it is given, which the double else leaves alone
 *   state-file           path of a file that keeps the table of mounts, for several processes
 *   mounts               fixture: adds three mounts of all states, at once
 *   mount-status         "<0|1|2> <folder>": changes the state of a mount, at once
 *   calls                off: no list of calls is kept
 *   log                  path of a file to which each call and violation is appended as a line of JSON
 *
 * Arguments have further meanings: a name with "missing" in it is not there, "notapplicable" and "corrupt" are such packages, "unsigned" is
 * such a driver. A call in the log has its arguments by name, its number, process, thread, session, result (signed), callbacks,
 * whether it saw a cancel, whether another call ran when it came, and the live blocks and handles after it. Lines of the file log that
 * are no calls have `event` (blocked, crash) or `violation`.
 */
#include "double.h"
#include <stdio.h>
#include <stdlib.h>

#define HOOK DISM_EXPORTED

HOOK void DismDouble_Reset(void)
{
  lockHooks();
  resetModes();
  resetState();
  resetCalls();
  resetHeap();
  unlockHooks();
}

HOOK uint32_t DismDouble_Outstanding(void) { return liveBlocks(); }

HOOK uint32_t DismDouble_Handles(void) { return openHandles(); }

HOOK uint32_t DismDouble_Blocked(void) { return blockedCalls(); }

HOOK void DismDouble_SetResult(const char *name, int32_t result)
{
  char key[128], value[16];
  snprintf(key, sizeof key, "result.%s", name);
  snprintf(value, sizeof value, "0x%08X", (unsigned)result);
  setMode(key, result == 0 ? NULL : value);
}

HOOK void DismDouble_SetMode(const char *key, const char *value) { setMode(key, value); }

HOOK const char *DismDouble_Calls(void)
{
  static char *text;
  free(text);
  text = callsJson();
  return text;
}

HOOK const char *DismDouble_Violations(void)
{
  static char *text;
  free(text);
  text = violationsJson();
  return text;
}
