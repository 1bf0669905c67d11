/* Splits a file: images in the first part, content in all of them. */
#include "wimDouble.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct { Messages messages; WimFile *file; const char *first; uint64_t size; } Split;

static char *partPath(const char *first, unsigned part)
{
  size_t size = strlen(first) + 12, stem = strlen(first);
  char *path = malloc(size);
  while (stem > 0 && first[stem - 1] != '.') {
    stem--;
  }
  if (part == 1 || stem == 0) {
    snprintf(path, size, "%s", first);
  } else {
    snprintf(path, size, "%.*s%u.%s", (int)(stem - 1), first, part, first + stem);
  }
  return path;
}

/* The content of a part: the images are in the first one. */
static Archive newPart(const Archive *archive, unsigned number)
{
  Archive part = { .compression = archive->compression, .solid = archive->solid, .integrity = archive->integrity, .part = number, .boot = archive->boot };
  memcpy(part.guid, archive->guid, sizeof part.guid);
  for (unsigned i = 0; number == 1 && i < archive->imageCount; i++) {
    copyImage(addImage(&part), &archive->images[i]);
  }
  return part;
}

static void split(void *context)
{
  Split *work = context;
  const Archive *archive = &work->file->archive;
  unsigned count = 1, capacity = archive->blobCount + 1;
  Archive *parts = calloc(capacity, sizeof(Archive));
  parts[0] = newPart(archive, 1);
  for (unsigned i = 0; i < archive->blobCount; i++) {
    const Blob *blob = &archive->blobs[i];
    if (parts[count - 1].blobCount > 0 && archiveSize(&parts[count - 1]) + blob->size > work->size) {
      parts[count] = newPart(archive, count + 1);
      count++;
    }
    char hash[41];
    addBlob(&parts[count - 1], blob->data, blob->size, blob->raw, hash);
    memcpy(parts[count - 1].blobs[parts[count - 1].blobCount - 1].hash, blob->hash, sizeof blob->hash);
  }
  bool goOn = blockWork(&work->messages);
  for (unsigned i = 0; goOn && i < count; i++) {
    char *path = partPath(work->first, i + 1);
    WCHAR *wide = toWide(path);
    PWSTR name = wide;
    LARGE_INTEGER size;
    size.QuadPart = (int64_t)work->size;
    goOn = sendMessage(&work->messages, WIM_MSG_SPLIT, (WPARAM)&name, (LPARAM)&size);
    free(path);
    path = toUtf8(name);
    parts[i].parts = count;
    if (goOn && writeArchive(path, &parts[i]) != ERROR_SUCCESS) {
      work->messages.call->error = ERROR_PATH_NOT_FOUND;
      goOn = false;
    }
    goOn = goOn && sendMessage(&work->messages, WIM_MSG_PROGRESS, (i + 1) * 100 / count, 0);
    free(path);
    free(wide);
  }
  for (unsigned i = 0; i < count; i++) {
    freeArchive(&parts[i]);
  }
  free(parts);
}

BOOL WINAPI WIMSplitFile(HANDLE wim, PCWSTR first, LARGE_INTEGER *size, DWORD flags)
{
  WimCall call;
  beginWim(&call, "WIMSplitFile");
  wimText(&call, "Path", first);
  wimNumber(&call, "Size", size == NULL ? 0 : (uint64_t)size->QuadPart);
  WimFile *file = wimMayGoOn(&call) ? fileOf(&call, wim) : NULL;
  if (file == NULL || first == NULL || size == NULL || flags != 0 || file->archive.parts > 1) {
    return failWim(&call, call.error != ERROR_SUCCESS ? call.error : ERROR_INVALID_PARAMETER);
  }
  Archive smallest = newPart(&file->archive, 1);
  uint64_t minimum = archiveSize(&smallest);
  freeArchive(&smallest);
  minimum = modeNumber("split-minimum", NULL, (unsigned)minimum);
  if ((uint64_t)size->QuadPart < minimum) {
    size->QuadPart = (int64_t)minimum;
    return failWim(&call, ERROR_MORE_DATA);
  }
  char *path = toUtf8(first);
  /* In bytes, or else nothing in a test would be large enough to be split. */
  Split work = { .messages = { .call = &call, .files = { file } }, .file = file, .first = path,
    .size = modeNumber("split-size", NULL, 0) != 0 ? modeNumber("split-size", NULL, 0) : (uint64_t)size->QuadPart };
  work.messages.work = split;
  work.messages.context = &work;
  runWork(&work.messages, file->archive.compression);
  free(path);
  return endWim(&call, call.error == ERROR_SUCCESS);
}
