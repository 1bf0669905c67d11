/*
 * How a test drives the double of wimgapi.dll.
 *
 * Exported functions; strings are UTF-8, and what they return is good until the next call of the same one:
 *
 *   void WimDouble_Reset(void)                as just loaded
 *   uint32_t WimDouble_Outstanding(void)      blocks that LocalFree has not freed
 *   uint32_t WimDouble_Handles(void)          open handles: files, images, searches, readers
 *   void WimDouble_SetMode(key, value)        NULL or "": the key is unset
 *   const char *WimDouble_Calls(void)         JSON array of the calls that returned
 *   const char *WimDouble_Violations(void)    JSON array of strings: what the client must not have done
 *
 * The ELF build exports GetLastError and LocalFree as well, which on Windows are those of kernel32.
 *
 * A process that cannot be reached by functions is driven by a file of lines `key=value`, the library's own path with ".conf" behind it,
 * if that is there at the first call (or the one that DISMTS_DOUBLE_CONFIG names); read again at each call and while a call blocks.
 *
 * Modes; with ".<function>" behind the key for one function, which goes before the bare key:
 *
 *   result               last errors to fail with, separated by commas; each is used once, the last one stays; 0: what it finds itself
 *   fail-in              an error in the middle of the work
 *   callback-thread      caller | helper: a thread of the library that ends before the call returns. Default: helper, where the file is compressed
 *   late-message         yes: a message comes when the call has returned
 *   drain                so many further messages after one that was answered with an abort
 *   block                cancel: asks for an abort until it gets one, or until the mode is unset | hang: says nothing until the mode is unset
 *   step-delay           milliseconds after each progress message
 *   stack                bytes of stack that a call uses
 *   crash                null: writes to address 8 | abort | middle: in the middle of the work
 *   warn-on, warn-code   a part of a path, and the code of a warning about it; likewise info-on, info-code
 *   retry-on, retry-code, retry-times    an error that is gone after so many tries
 *   error-on, error-code                 an error that fails the call unless it is skipped
 *   leave-image          yes: an image stays in the file although making it was aborted or failed
 *   file-info            none: WIM_MSG_FILEINFO is not sent
 *   error-after-success  the last error that successful calls leave behind
 *   locked               a part of the paths of files that others have open
 *   split-size           bytes of a part, whatever the client asks for
 *   split-minimum        bytes below which a part is too small
 *   container            yes: new files have the form of a WIM file, and are changed behind their end; see wimContainer.c
 *   hold-write           data | header | half-header | end: a change of such a file stops there until the mode is unset; half of the data is there,
 *                        all but the header, half of the header, or all
 *   fail-write           yes: it fails when all but the header is written
 *   write-over           yes: such a change begins where the XML data of the file lie
 *   calls                off: no list of calls is kept
 *   log                  path of a file to which each call and violation is appended as a line of JSON
 */
#include "wimDouble.h"
#include <stdlib.h>

WIM_EXPORTED void WimDouble_Reset(void)
{
  resetModes();
  resetObjects();
  resetWimCalls();
}

WIM_EXPORTED uint32_t WimDouble_Outstanding(void) { return liveLocalBlocks(); }

WIM_EXPORTED uint32_t WimDouble_Handles(void) { return openWimHandles(); }

WIM_EXPORTED void WimDouble_SetMode(const char *key, const char *value) { setMode(key, value); }

WIM_EXPORTED const char *WimDouble_Calls(void)
{
  static char *text;
  free(text);
  text = wimCallsJson();
  return text;
}

WIM_EXPORTED const char *WimDouble_Violations(void)
{
  static char *text;
  free(text);
  text = wimViolationsJson();
  return text;
}
