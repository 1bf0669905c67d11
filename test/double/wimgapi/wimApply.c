/* Applies an image to a folder, or only says what is in it. Names are taken as they come, wherever they lead. */
#include "wimDouble.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The path that an entry gets below a folder; of an image that is only listed, its own. */
static char *targetOf(const ImageWork *work, const Entry *entry)
{
  if (work->root == NULL) {
    return copyString(entry->path);
  }
  char *path = joinPath(work->root, entry->path + 1);
#ifndef _WIN32
  for (char *at = path + strlen(work->root); *at != '\0'; at++) {
    *at = *at == '\\' ? '/' : *at;
  }
#endif
  return path;
}

static bool sendFileInfo(ImageWork *work, const Entry *entry, const char *target)
{
  if ((work->flags & WIM_FLAG_FILEINFO) == 0 || modeIs("file-info", NULL, "none")) {
    return true;
  }
  WIN32_FIND_DATAW data = { .dwFileAttributes = entry->attributes, .nFileSizeHigh = (DWORD)(entry->size >> 32), .nFileSizeLow = (DWORD)entry->size };
  const char *name = strrchr(entry->path, '\\');
  fromUtf8(data.cFileName, MAX_PATH, name == NULL ? entry->path : name + 1);
  bool folder = (entry->attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
  size_t size = strlen(target) + 2;
  char *path = malloc(size);
  snprintf(path, size, "%s%s", target, folder ? "\\" : "");
  bool goOn = sendPath(&work->messages, WIM_MSG_FILEINFO, path, (LPARAM)&data);
  free(path);
  return goOn;
}

static DWORD writeEntry(const ImageWork *work, const Entry *entry, const char *target)
{
  if ((entry->attributes & FILE_ATTRIBUTE_DIRECTORY) != 0) {
    return isFolderPath(target) || makeFolder(target) ? ERROR_SUCCESS : ERROR_ACCESS_DENIED;
  }
  const Blob *blob = blobOf(work->file, entry->hash);
  if (blob == NULL) {
    return ERROR_FILE_NOT_FOUND;
  }
  char hash[41];
  hashOf(blob->data, blob->size, hash);
  if ((work->flags & WIM_FLAG_VERIFY) != 0 && strcmp(hash, entry->hash) != 0) {
    return ERROR_FILE_CORRUPT;
  }
  return writeWhole(target, blob->data, blob->size) ? ERROR_SUCCESS : ERROR_ACCESS_DENIED;
}

/* Whether a folder that was left out is above the entry. */
static bool isBelow(const char *excluded, const char *path)
{
  size_t length = excluded == NULL ? 0 : strlen(excluded);
  return length > 0 && strncmp(path, excluded, length) == 0 && path[length] == '\\';
}

static bool applyOne(ImageWork *work, const Entry *entry, const char **excluded)
{
  if (isBelow(*excluded, entry->path)) {
    return true;
  }
  char *target = targetOf(work, entry);
  bool included = true, skip = false;
  bool goOn = isIncluded(work, target, &included) && (!included || (sendFileInfo(work, entry, target) && sendTroubles(&work->messages, target, &skip)))
    && sendMessage(&work->messages, (work->flags & WIM_FLAG_NO_APPLY) != 0 ? WIM_MSG_STEPIT : WIM_MSG_PROGRESS, work->done * 100 / work->total, 10);
  if (!included && (entry->attributes & FILE_ATTRIBUTE_DIRECTORY) != 0) {
    *excluded = entry->path;
  }
  if (goOn && included && !skip && (work->flags & WIM_FLAG_NO_APPLY) == 0) {
    DWORD error = writeEntry(work, entry, target);
    if (error != ERROR_SUCCESS) {
      /* Asked about as any other error. */
      WCHAR *wide = toWide(target);
      goOn = sendMessage(&work->messages, WIM_MSG_ERROR, (WPARAM)wide, (LPARAM)error);
      free(wide);
      work->messages.call->error = work->messages.call->error != ERROR_SUCCESS ? work->messages.call->error : error;
      goOn = false;
    }
  }
  free(target);
  return goOn;
}

static void apply(void *context)
{
  ImageWork *work = context;
  const char *excluded = NULL;
  bool goOn = sendMessage(&work->messages, WIM_MSG_SETRANGE, 0, (LPARAM)work->image->count) && blockWork(&work->messages);
  for (unsigned i = 0; goOn && i < work->image->count; i++) {
    goOn = applyOne(work, &work->image->entries[i], &excluded);
    work->done++;
  }
  if (goOn && (work->flags & WIM_FLAG_NO_APPLY) == 0) {
    sendMessage(&work->messages, WIM_MSG_PROGRESS, 100, 0);
  }
}

BOOL WINAPI WIMApplyImage(HANDLE handle, PCWSTR path, DWORD flags)
{
  WimCall call;
  beginWim(&call, "WIMApplyImage");
  wimText(&call, "Path", path);
  wimNumber(&call, "Flags", flags);
  WimImage *image = wimMayGoOn(&call) ? imageOf(&call, handle) : NULL;
  if (image == NULL) {
    return endWim(&call, false);
  }
  if (path == NULL && (flags & WIM_FLAG_NO_APPLY) == 0) {
    return failWim(&call, ERROR_INVALID_PARAMETER);
  }
  char *root = path == NULL ? NULL : toUtf8(path);
  if (root != NULL && !isFolderPath(root)) {
    call.error = ERROR_PATH_NOT_FOUND;
  } else {
    ImageWork work = { .messages = { .call = &call, .files = { image->file } }, .file = image->file, .image = imageData(image), .root = root, .flags = flags };
    work.total = work.image->count > 0 ? work.image->count : 1;
    work.messages.work = apply;
    work.messages.context = &work;
    runWork(&work.messages, image->file->archive.compression);
  }
  free(root);
  return endWim(&call, call.error == ERROR_SUCCESS);
}
