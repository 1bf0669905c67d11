/* Handles: numbers that are never given out twice, so that use after WIMCloseHandle is always seen. */
#include "wimDouble.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_OBJECTS 256

static struct { uint64_t number; ObjectKind kind; void *object; } objects[MAX_OBJECTS];
static uint64_t lastNumber;
static unsigned openObjects;

HANDLE newHandle(ObjectKind kind, void *object)
{
  uint64_t number = 0;
  lockHooks();
  for (unsigned tries = 0; number == 0 && tries < MAX_OBJECTS; tries++) {
    unsigned slot = (unsigned)(++lastNumber % MAX_OBJECTS);
    if (objects[slot].kind == NOTHING) {
      objects[slot].number = number = lastNumber;
      objects[slot].kind = kind;
      objects[slot].object = object;
      openObjects++;
    }
  }
  unlockHooks();
  return (HANDLE)(uintptr_t)(number * 8);
}

unsigned openWimHandles(void) { return openObjects; }

static int slotOf(HANDLE handle)
{
  uint64_t number = (uint64_t)(uintptr_t)handle / 8;
  unsigned slot = (unsigned)(number % MAX_OBJECTS);
  return number != 0 && objects[slot].kind != NOTHING && objects[slot].number == number ? (int)slot : -1;
}

void *objectOf(WimCall *call, HANDLE handle, ObjectKind kind)
{
  lockHooks();
  int slot = slotOf(handle);
  void *object = slot >= 0 && objects[slot].kind == kind ? objects[slot].object : NULL;
  unlockHooks();
  if (object == NULL) {
    call->error = ERROR_INVALID_HANDLE;
    violation("%s was given a handle that is not open, or of another kind", call->name);
  }
  return object;
}

bool isImageHandle(HANDLE handle)
{
  lockHooks();
  int slot = slotOf(handle);
  bool image = slot >= 0 && objects[slot].kind == AN_IMAGE;
  unlockHooks();
  return image;
}

WimFile *fileOf(WimCall *call, HANDLE handle) { return objectOf(call, handle, A_FILE); }
WimImage *imageOf(WimCall *call, HANDLE handle) { return objectOf(call, handle, AN_IMAGE); }
ArchiveImage *imageData(WimImage *image) { return &image->file->archive.images[image->index - 1]; }

const Blob *blobOf(const WimFile *file, const char *hash)
{
  const Blob *blob = findBlob(&file->archive, hash);
  for (unsigned i = 0; blob == NULL && i < file->referenceCount; i++) {
    blob = findBlob(&file->references[i], hash);
  }
  return blob;
}

static bool isOpen(const char *path, bool forWriting)
{
  bool found = false;
  lockHooks();
  for (unsigned i = 0; i < MAX_OBJECTS && !found; i++) {
    const WimFile *file = objects[i].object;
    found = objects[i].kind == A_FILE && strcmp(file->path, path) == 0 && (forWriting || (file->access & GENERIC_WRITE) != 0);
  }
  unlockHooks();
  return found;
}

/* Fills the file from what is there, or makes it. */
static DWORD openArchive(WimFile *file, DWORD disposition, DWORD compression, DWORD *result)
{
  bool exists = isThere(file->path), forWriting = (file->access & GENERIC_WRITE) != 0;
  char pattern[MODE_LENGTH];
  if (exists && readMode("locked", NULL, pattern, sizeof pattern) && strstr(file->path, pattern) != NULL) {
    return ERROR_SHARING_VIOLATION;
  }
  if (exists && disposition == CREATE_NEW) {
    return ERROR_FILE_EXISTS;
  }
  if (isOpen(file->path, forWriting)) {
    return ERROR_SHARING_VIOLATION;
  }
  if (exists && forWriting && !isWritable(file->path)) {
    return ERROR_ACCESS_DENIED;
  }
  if (disposition == OPEN_EXISTING || (disposition == OPEN_ALWAYS && exists)) {
    *result = WIM_OPENED_EXISTING;
    DWORD error = readArchive(file->path, (file->flags & WIM_FLAG_VERIFY) != 0, &file->archive);
    if (error == ERROR_SUCCESS && file->archive.solid != 0 && (file->flags & WIM_FLAG_CHUNKED) == 0) {
      return ERROR_BAD_FORMAT;
    }
    return error == ERROR_SUCCESS && forWriting && file->archive.readOnly != 0 ? ERROR_ACCESS_DENIED : error;
  }
  if (!forWriting || compression > WIM_COMPRESS_LZMS || (compression == WIM_COMPRESS_LZMS && (file->flags & WIM_FLAG_CHUNKED) == 0)) {
    return ERROR_INVALID_PARAMETER;
  }
  *result = WIM_CREATED_NEW;
  file->archive = (Archive){ .compression = compression, .solid = compression == WIM_COMPRESS_LZMS, .part = 1, .parts = 1 };
  snprintf(file->archive.guid, sizeof file->archive.guid, "%016llx%08x%08x", (unsigned long long)(uintptr_t)file, currentProcess(), (unsigned)lastNumber);
  /* A file that is not whole until its handle is closed. */
  return writeWhole(file->path, "DOUBLEWIM\n", 10) ? ERROR_SUCCESS : ERROR_PATH_NOT_FOUND;
}

static void freeFile(WimFile *file)
{
  freeArchive(&file->archive);
  for (unsigned i = 0; i < file->referenceCount; i++) {
    freeArchive(&file->references[i]);
  }
  free(file->references);
  free(file->path);
  free(file->temporaryPath);
  free(file);
}

HANDLE WINAPI WIMCreateFile(PCWSTR path, DWORD access, DWORD disposition, DWORD flags, DWORD compression, DWORD *result)
{
  WimCall call;
  DWORD created = 0;
  beginWim(&call, "WIMCreateFile");
  wimText(&call, "Path", path);
  wimNumber(&call, "Access", access);
  wimNumber(&call, "Disposition", disposition);
  wimNumber(&call, "Flags", flags);
  wimNumber(&call, "Compression", compression);
  if (!wimMayGoOn(&call)) {
    endWim(&call, false);
    return NULL;
  }
  WimFile *file = calloc(1, sizeof *file);
  *file = (WimFile){ .path = toUtf8(path), .access = access, .flags = flags };
  DWORD error = openArchive(file, disposition, compression, &created);
  if (error != ERROR_SUCCESS) {
    freeFile(file);
    failWim(&call, error);
    return NULL;
  }
  if ((flags & WIM_FLAG_VERIFY) != 0 && (access & GENERIC_WRITE) != 0) {
    file->archive.integrity = 1;
  }
  file->changed = created == WIM_CREATED_NEW;
  if (result != NULL) {
    *result = created;
  }
  HANDLE handle = newHandle(A_FILE, file);
  endWim(&call, true);
  return handle;
}

static DWORD closeFile(WimFile *file)
{
  if (file->openImages > 0) {
    violation("a file was closed before its images");
  }
  if (file->callbacks[0].function != NULL) {
    violation("a file was closed before its callback was unregistered");
  }
  DWORD error = file->changed ? writeArchive(file->path, &file->archive) : ERROR_SUCCESS;
  freeFile(file);
  return error;
}

BOOL WINAPI WIMCloseHandle(HANDLE handle)
{
  WimCall call;
  beginWim(&call, "WIMCloseHandle");
  if (!wimMayGoOn(&call)) {
    return endWim(&call, false);
  }
  endLateMessages();
  lockHooks();
  int slot = slotOf(handle);
  ObjectKind kind = slot >= 0 ? objects[slot].kind : NOTHING;
  void *object = slot >= 0 ? objects[slot].object : NULL;
  if (slot >= 0) {
    objects[slot].kind = NOTHING;
    openObjects--;
  }
  unlockHooks();
  DWORD error = ERROR_SUCCESS;
  switch (kind) {
    case A_FILE:
      wimText(&call, "Kind", u"file");
      error = closeFile(object);
      break;
    case AN_IMAGE:
      wimText(&call, "Kind", u"image");
      ((WimImage *)object)->file->openImages--;
      free(object);
      break;
    case A_SEARCH:
      wimText(&call, "Kind", u"search");
      break;
    case A_READER:
      wimText(&call, "Kind", u"reader");
      free(object);
      break;
    default:
      violation("WIMCloseHandle of a handle that is not open");
      error = ERROR_INVALID_HANDLE;
  }
  return error == ERROR_SUCCESS ? endWim(&call, true) : failWim(&call, error);
}

void resetObjects(void)
{
  for (unsigned i = 0; i < MAX_OBJECTS; i++) {
    objects[i].kind = NOTHING;
  }
  openObjects = 0;
}
