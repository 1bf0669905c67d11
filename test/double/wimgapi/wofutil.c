/* The double of wofutil.dll: a volume with "wimboot" in its path points into two WIM files, any other into none. */
#include "wimgapi.h"
#include <string.h>

typedef struct { DWORD EntryInfoSize, WimType; int64_t DataSourceId; GUID WimGuid; PCWSTR WimPath; DWORD WimIndex, Flags; } WIM_ENTRY_INFO;
static_assert(sizeof(WIM_ENTRY_INFO) == 48 && offsetof(WIM_ENTRY_INFO, WimPath) == 32 && offsetof(WIM_ENTRY_INFO, Flags) == 44, "WIM_ENTRY_INFO");
typedef BOOL(CALLBACK *WofEnumEntryProc)(const void *EntryInfo, PVOID UserData);

static int64_t updated;

static BOOL names(PCWSTR text, const char *part)
{
  for (; *text != 0; text++) {
    size_t i = 0;
    while (part[i] != '\0' && text[i] == (WCHAR)part[i]) {
      i++;
    }
    if (part[i] == '\0') {
      return TRUE;
    }
  }
  return FALSE;
}

WIM_EXPORTED HRESULT WINAPI WofEnumEntries(PCWSTR volume, DWORD provider, WofEnumEntryProc callback, PVOID userData)
{
  if (volume == NULL || provider != 1 || callback == NULL) {
    return (HRESULT)0x80070057;
  }
  if (names(volume, "denied")) {
    return (HRESULT)0x80070005;
  }
  if (!names(volume, "wimboot")) {
    return 0;
  }
  WIM_ENTRY_INFO entries[] = {
    { sizeof(WIM_ENTRY_INFO), 0, 0x7FFFFFFFFFFFFFFF, { 0x01234567, 0x89AB, 0xCDEF, { 1, 2, 3, 4, 5, 6, 7, 8 } }, u"\\\\?\\Images\\install.wim", 1, 0 },
    { sizeof(WIM_ENTRY_INFO), 1, updated != 0 ? updated : 2, { 0, 0, 0, { 0 } }, NULL, 3, 3 },
  };
  for (unsigned i = 0; i < 2; i++) {
    if (!callback(&entries[i], userData)) {
      break;
    }
  }
  return 0;
}

WIM_EXPORTED HRESULT WINAPI WofWimUpdateEntry(PCWSTR volume, LARGE_INTEGER dataSourceId, PCWSTR newWimPath)
{
  if (volume == NULL || newWimPath == NULL || dataSourceId.QuadPart != 0x7FFFFFFFFFFFFFFF) {
    return (HRESULT)0x80070490;
  }
  updated = 5;
  return 0;
}
