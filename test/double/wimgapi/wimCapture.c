/* Captures a folder: once to see what is there, once to store it. */
#include "wimDouble.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BIG_FILE 65536

bool isIncluded(ImageWork *work, const char *path, bool *included)
{
  BOOL wanted = TRUE;
  bool goOn = sendPath(&work->messages, WIM_MSG_PROCESS, path, (LPARAM)&wanted);
  *included = wanted != FALSE;
  return goOn;
}

typedef struct { char *full, *inside; FolderEntry entry; } Found;
typedef struct { Found *items; unsigned count; } FoundList;

static bool scanFolder(ImageWork *work, const char *folder, const char *inside, FoundList *list)
{
  FolderEntry *entries;
  unsigned count;
  if (!listFolder(folder, &entries, &count)) {
    work->messages.call->error = ERROR_PATH_NOT_FOUND;
    return false;
  }
  bool goOn = true;
  for (unsigned i = 0; goOn && i < count; i++) {
    char *full = joinPath(folder, entries[i].name);
    size_t size = strlen(inside) + strlen(entries[i].name) + 2;
    char *path = malloc(size);
    snprintf(path, size, "%s\\%s", inside, entries[i].name);
    bool included, skip = false;
    goOn = isIncluded(work, full, &included);
    if (goOn && included) {
      goOn = sendTroubles(&work->messages, full, &skip);
    }
    if (!goOn || !included || skip) {
      free(full);
      free(path);
      continue;
    }
    list->items = realloc(list->items, (list->count + 1) * sizeof(Found));
    list->items[list->count++] = (Found){ full, path, entries[i] };
    list->items[list->count - 1].entry.name = NULL;
    goOn = sendMessage(&work->messages, WIM_MSG_SCANNING, entries[i].isFolder ? 1 : 0, (LPARAM)list->count);
    if (goOn && entries[i].isFolder && !entries[i].isLink) {
      goOn = scanFolder(work, full, path, list);
    }
  }
  freeFolder(entries, count);
  return goOn;
}

static bool captureFile(ImageWork *work, const Found *found, Entry *entry)
{
  char *data;
  size_t size;
  if (!readWhole(found->full, &data, &size)) {
    work->messages.call->error = ERROR_ACCESS_DENIED;
    return false;
  }
  BOOL compress = TRUE;
  DWORD boundary = 0;
  bool goOn = sendPath(&work->messages, WIM_MSG_COMPRESS, found->full, (LPARAM)&compress)
    && sendPath(&work->messages, WIM_MSG_ALIGNMENT, found->full, (LPARAM)&boundary);
  for (size_t at = BIG_FILE; goOn && at < size; at += BIG_FILE) {
    goOn = sendMessage(&work->messages, WIM_MSG_QUERY_ABORT, 0, 0);
  }
  if (goOn) {
    addBlob(&work->file->archive, data, size, !compress, entry->hash);
    entry->size = size;
    work->image->bytes += size;
  }
  free(data);
  return goOn;
}

static bool captureOne(ImageWork *work, const Found *found, unsigned at, unsigned count)
{
  bool included;
  if (!isIncluded(work, found->full, &included)) {
    return false;
  }
  if (!included) {
    violation("\"%s\" was included in the scan and excluded afterwards", found->inside);
  }
  if (!sendMessage(&work->messages, WIM_MSG_PROGRESS, at * 100 / count, (LPARAM)(count - at) * 10)) {
    return false;
  }
  char *target = found->entry.isLink ? readLink(found->full) : NULL;
  Entry *entry = addEntry(work->image, found->inside, (found->entry.isFolder ? FILE_ATTRIBUTE_DIRECTORY : FILE_ATTRIBUTE_ARCHIVE)
    | (target != NULL ? FILE_ATTRIBUTE_REPARSE_POINT : 0));
  bool goOn = true;
  if (target != NULL) {
    addBlob(&work->file->archive, target, strlen(target), false, entry->hash);
    entry->size = strlen(target);
  } else if (!found->entry.isFolder) {
    goOn = captureFile(work, found, entry);
  }
  free(target);
  return goOn;
}

static void capture(void *context)
{
  ImageWork *work = context;
  FoundList list = { NULL, 0 };
  bool goOn = scanFolder(work, work->root, "", &list) && sendMessage(&work->messages, WIM_MSG_SETRANGE, 0, (LPARAM)list.count)
    && blockWork(&work->messages);
  for (unsigned i = 0; goOn && i < list.count; i++) {
    goOn = captureOne(work, &list.items[i], i, list.count);
  }
  if (goOn) {
    sendMessage(&work->messages, WIM_MSG_PROGRESS, 100, 0);
  }
  for (unsigned i = 0; i < list.count; i++) {
    free(list.items[i].full);
    free(list.items[i].inside);
  }
  free(list.items);
}

HANDLE WINAPI WIMCaptureImage(HANDLE wim, PCWSTR path, DWORD flags)
{
  WimCall call;
  beginWim(&call, "WIMCaptureImage");
  wimText(&call, "Path", path);
  wimNumber(&call, "Flags", flags);
  WimFile *file = wimMayGoOn(&call) ? fileOf(&call, wim) : NULL;
  if (file == NULL) {
    endWim(&call, false);
    return NULL;
  }
  char *root = toUtf8(path);
  call.error = (file->access & GENERIC_WRITE) == 0 ? ERROR_ACCESS_DENIED : !isFolderPath(root) ? ERROR_PATH_NOT_FOUND : ERROR_SUCCESS;
  if (call.error == ERROR_SUCCESS) {
    ImageWork work = { .messages = { .call = &call, .files = { file } }, .file = file, .image = addImage(&file->archive), .root = root, .flags = flags };
    work.messages.work = capture;
    work.messages.context = &work;
    runWork(&work.messages, file->archive.compression);
    file->changed = true;
    if (call.error != ERROR_SUCCESS && !modeIs("leave-image", NULL, "yes")) {
      freeImage(&file->archive.images[--file->archive.imageCount]);
    }
  }
  free(root);
  if (call.error != ERROR_SUCCESS) {
    endWim(&call, false);
    return NULL;
  }
  WimImage *image = calloc(1, sizeof *image);
  *image = (WimImage){ file, file->archive.imageCount };
  file->openImages++;
  HANDLE handle = newHandle(AN_IMAGE, image);
  endWim(&call, true);
  return handle;
}
