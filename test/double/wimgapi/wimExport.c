/* Copies an image into another file, with what that does not have yet. */
#include "wimDouble.h"
#include <stdlib.h>
#include <string.h>

typedef struct { Messages messages; WimImage *source; WimFile *destination; DWORD flags; } Export;

static bool sameImage(const ArchiveImage *one, const ArchiveImage *other)
{
  bool same = one->count == other->count;
  for (unsigned i = 0; same && i < one->count; i++) {
    same = strcmp(one->entries[i].path, other->entries[i].path) == 0 && strcmp(one->entries[i].hash, other->entries[i].hash) == 0;
  }
  return same;
}

static void export(void *context)
{
  Export *work = context;
  WimCall *call = work->messages.call;
  const ArchiveImage *source = imageData(work->source);
  Archive *archive = &work->destination->archive;
  if (!blockWork(&work->messages)) {
    return;
  }
  for (unsigned i = 0; i < source->count; i++) {
    if (!sendMessage(&work->messages, WIM_MSG_PROGRESS, i * 100 / source->count, (LPARAM)(source->count - i))) {
      return;
    }
    if (source->entries[i].hash[0] == '-') {
      continue;
    }
    const Blob *blob = blobOf(work->source->file, source->entries[i].hash);
    char hash[41];
    if (blob == NULL) {
      call->error = ERROR_FILE_NOT_FOUND;
      return;
    }
    hashOf(blob->data, blob->size, hash);
    if (strcmp(hash, blob->hash) != 0) {
      call->error = ERROR_FILE_CORRUPT;
      return;
    }
    addBlob(archive, blob->data, blob->size, blob->raw, hash);
  }
  if (!sendMessage(&work->messages, WIM_MSG_PROGRESS, 100, 0)) {
    return;
  }
  copyImage(addImage(archive), source);
}

BOOL WINAPI WIMExportImage(HANDLE image, HANDLE wim, DWORD flags)
{
  WimCall call;
  beginWim(&call, "WIMExportImage");
  wimNumber(&call, "Flags", flags);
  WimImage *source = wimMayGoOn(&call) ? imageOf(&call, image) : NULL;
  WimFile *destination = source == NULL ? NULL : fileOf(&call, wim);
  if (destination == NULL) {
    return endWim(&call, false);
  }
  if ((destination->access & GENERIC_WRITE) == 0) {
    return failWim(&call, ERROR_ACCESS_DENIED);
  }
  if (source->file->temporaryPath == NULL || destination->temporaryPath == NULL) {
    return failWim(&call, ERROR_PATH_NOT_FOUND);
  }
  for (unsigned i = 0; i < destination->archive.imageCount && (flags & WIM_EXPORT_ALLOW_DUPLICATES) == 0; i++) {
    if (sameImage(&destination->archive.images[i], imageData(source))) {
      return failWim(&call, ERROR_ALREADY_EXISTS);
    }
  }
  Export work = { .messages = { .call = &call, .files = { source->file, destination } }, .source = source, .destination = destination, .flags = flags };
  work.messages.work = export;
  work.messages.context = &work;
  runWork(&work.messages, destination->archive.compression);
  destination->changed = true;
  if (call.error == ERROR_REQUEST_ABORTED && modeIs("leave-image", NULL, "yes")) {
    copyImage(addImage(&destination->archive), imageData(source));
  }
  return endWim(&call, call.error == ERROR_SUCCESS);
}
