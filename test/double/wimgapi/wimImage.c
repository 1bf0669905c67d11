/* Images that are loaded, and the files in them, which are read in place. */
#include "wimDouble.h"
#include <stdlib.h>
#include <string.h>

HANDLE WINAPI WIMLoadImage(HANDLE wim, DWORD index)
{
  WimCall call;
  beginWim(&call, "WIMLoadImage");
  wimNumber(&call, "Index", index);
  WimFile *file = wimMayGoOn(&call) ? fileOf(&call, wim) : NULL;
  if (file != NULL && file->temporaryPath == NULL) {
    call.error = ERROR_PATH_NOT_FOUND;
  } else if (file != NULL && (index == 0 || index > file->archive.imageCount)) {
    call.error = ERROR_INVALID_PARAMETER;
  }
  if (file == NULL || call.error != ERROR_SUCCESS) {
    endWim(&call, false);
    return NULL;
  }
  WimImage *image = calloc(1, sizeof *image);
  *image = (WimImage){ file, index };
  file->openImages++;
  HANDLE handle = newHandle(AN_IMAGE, image);
  endWim(&call, true);
  return handle;
}

static const Entry *entryAt(const ArchiveImage *image, const char *path)
{
  for (unsigned i = 0; i < image->count; i++) {
    if (strcmp(image->entries[i].path, path) == 0) {
      return &image->entries[i];
    }
  }
  return NULL;
}

static void fillFound(const Entry *entry, WIM_FIND_DATA *data)
{
  memset(data, 0, sizeof *data);
  data->FindData.dwFileAttributes = entry->attributes;
  data->FindData.nFileSizeHigh = (DWORD)(entry->size >> 32);
  data->FindData.nFileSizeLow = (DWORD)entry->size;
  const char *name = strrchr(entry->path, '\\');
  fromUtf8(data->FindData.cFileName, MAX_PATH, name == NULL ? entry->path : name + 1);
  for (unsigned i = 0; i < 20 && entry->hash[0] != '-'; i++) {
    const char digits[3] = { entry->hash[2 * i], entry->hash[2 * i + 1], '\0' };
    data->bHash[i] = (uint8_t)strtoul(digits, NULL, 16);
  }
}

/* One path, without wildcards: that is all that a client here asks for. */
HANDLE WINAPI WIMFindFirstImageFile(HANDLE handle, PCWSTR pattern, WIM_FIND_DATA *data)
{
  WimCall call;
  beginWim(&call, "WIMFindFirstImageFile");
  wimText(&call, "Pattern", pattern);
  WimImage *image = wimMayGoOn(&call) ? imageOf(&call, handle) : NULL;
  char *path = toUtf8(pattern);
  const Entry *entry = image == NULL ? NULL : entryAt(imageData(image), path);
  free(path);
  if (entry == NULL) {
    failWim(&call, call.error != ERROR_SUCCESS ? call.error : ERROR_FILE_NOT_FOUND);
    return NULL;
  }
  fillFound(entry, data);
  HANDLE found = newHandle(A_SEARCH, NULL);
  endWim(&call, true);
  return found;
}

HANDLE WINAPI WIMCreateImageFile(HANDLE handle, PCWSTR path, DWORD access, DWORD disposition, DWORD flags)
{
  WimCall call;
  beginWim(&call, "WIMCreateImageFile");
  wimText(&call, "Path", path);
  WimImage *image = wimMayGoOn(&call) ? imageOf(&call, handle) : NULL;
  char *text = toUtf8(path);
  const Entry *entry = image == NULL ? NULL : entryAt(imageData(image), text);
  free(text);
  const Blob *blob = entry == NULL ? NULL : blobOf(image->file, entry->hash);
  if (blob == NULL || access != GENERIC_READ || disposition != OPEN_EXISTING || flags != 0) {
    failWim(&call, call.error != ERROR_SUCCESS ? call.error : blob == NULL ? ERROR_FILE_NOT_FOUND : ERROR_INVALID_PARAMETER);
    return NULL;
  }
  WimReader *reader = calloc(1, sizeof *reader);
  reader->blob = blob;
  HANDLE opened = newHandle(A_READER, reader);
  endWim(&call, true);
  return opened;
}

BOOL WINAPI WIMReadImageFile(HANDLE handle, PVOID buffer, DWORD count, DWORD *read, PVOID overlapped)
{
  WimCall call;
  (void)overlapped;
  beginWim(&call, "WIMReadImageFile");
  wimNumber(&call, "Count", count);
  WimReader *reader = wimMayGoOn(&call) ? objectOf(&call, handle, A_READER) : NULL;
  if (reader == NULL) {
    return endWim(&call, false);
  }
  size_t left = reader->blob->size - reader->at;
  *read = (DWORD)(left < count ? left : count);
  memcpy(buffer, reader->blob->data + reader->at, *read);
  reader->at += *read;
  return endWim(&call, true);
}
