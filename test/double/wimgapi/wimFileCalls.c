/* What is done with files as a whole: references, export, split, delete, and what a file says of itself. */
#include "wimDouble.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

BOOL WINAPI WIMSetTemporaryPath(HANDLE wim, PCWSTR path)
{
  WimCall call;
  beginWim(&call, "WIMSetTemporaryPath");
  wimText(&call, "Path", path);
  WimFile *file = wimMayGoOn(&call) ? fileOf(&call, wim) : NULL;
  if (file == NULL || path == NULL) {
    return failWim(&call, call.error != ERROR_SUCCESS ? call.error : ERROR_INVALID_PARAMETER);
  }
  char *folder = toUtf8(path);
  if (!isFolderPath(folder)) {
    free(folder);
    return failWim(&call, ERROR_PATH_NOT_FOUND);
  }
  free(file->temporaryPath);
  file->temporaryPath = folder;
  return endWim(&call, true);
}

BOOL WINAPI WIMSetReferenceFile(HANDLE wim, PCWSTR path, DWORD flags)
{
  WimCall call;
  beginWim(&call, "WIMSetReferenceFile");
  wimText(&call, "Path", path);
  wimNumber(&call, "Flags", flags);
  WimFile *file = wimMayGoOn(&call) ? fileOf(&call, wim) : NULL;
  if (file == NULL || path == NULL || (flags & WIM_REFERENCE_APPEND) == 0) {
    return failWim(&call, call.error != ERROR_SUCCESS ? call.error : ERROR_INVALID_PARAMETER);
  }
  Archive part;
  char *text = toUtf8(path);
  DWORD error = readArchive(text, (flags & WIM_FLAG_VERIFY) != 0, &part);
  free(text);
  if (error != ERROR_SUCCESS) {
    return failWim(&call, error);
  }
  file->references = realloc(file->references, (file->referenceCount + 1) * sizeof(Archive));
  file->references[file->referenceCount++] = part;
  return endWim(&call, true);
}

DWORD WINAPI WIMGetImageCount(HANDLE wim)
{
  WimCall call;
  beginWim(&call, "WIMGetImageCount");
  WimFile *file = wimMayGoOn(&call) ? fileOf(&call, wim) : NULL;
  DWORD count = file == NULL ? 0 : file->archive.imageCount;
  endWim(&call, file != NULL);
  return count;
}

BOOL WINAPI WIMGetAttributes(HANDLE wim, WIM_INFO *info, DWORD size)
{
  WimCall call;
  beginWim(&call, "WIMGetAttributes");
  WimFile *file = wimMayGoOn(&call) ? fileOf(&call, wim) : NULL;
  if (file == NULL || info == NULL || size < sizeof *info) {
    return failWim(&call, call.error != ERROR_SUCCESS ? call.error : ERROR_INVALID_PARAMETER);
  }
  const Archive *archive = &file->archive;
  memset(info, 0, sizeof *info);
  fromUtf8(info->WimPath, MAX_PATH, file->path);
  for (unsigned i = 0; i < sizeof info->Guid; i++) {
    const char digits[3] = { archive->guid[2 * i], archive->guid[2 * i + 1], '\0' };
    ((uint8_t *)&info->Guid)[i] = (uint8_t)strtoul(digits, NULL, 16);
  }
  info->ImageCount = archive->imageCount;
  info->CompressionType = archive->compression;
  info->PartNumber = (WORD)archive->part;
  info->TotalParts = (WORD)archive->parts;
  info->BootIndex = archive->boot;
  info->WimAttributes = (archive->integrity != 0 ? WIM_ATTRIBUTE_VERIFY_DATA : 0) | (archive->parts > 1 ? WIM_ATTRIBUTE_SPANNED : 0)
    | (archive->readOnly != 0 ? WIM_ATTRIBUTE_READONLY : 0);
  return endWim(&call, true);
}

/* The file of a handle, for a function that changes it. */
static WimFile *writableFile(WimCall *call, HANDLE wim)
{
  WimFile *file = wimMayGoOn(call) ? fileOf(call, wim) : NULL;
  if (file != NULL && (file->access & GENERIC_WRITE) == 0) {
    call->error = ERROR_ACCESS_DENIED;
    return NULL;
  }
  return file;
}

BOOL WINAPI WIMSetBootImage(HANDLE wim, DWORD index)
{
  WimCall call;
  beginWim(&call, "WIMSetBootImage");
  wimNumber(&call, "Index", index);
  WimFile *file = writableFile(&call, wim);
  if (file == NULL || index > file->archive.imageCount) {
    return failWim(&call, call.error != ERROR_SUCCESS ? call.error : ERROR_INVALID_PARAMETER);
  }
  file->archive.boot = index;
  file->changed = true;
  return endWim(&call, true);
}

BOOL WINAPI WIMDeleteImage(HANDLE wim, DWORD index)
{
  WimCall call;
  beginWim(&call, "WIMDeleteImage");
  wimNumber(&call, "Index", index);
  WimFile *file = writableFile(&call, wim);
  if (file == NULL) {
    return endWim(&call, false);
  }
  Archive *archive = &file->archive;
  call.error = file->temporaryPath == NULL ? ERROR_PATH_NOT_FOUND : index == 0 || index > archive->imageCount || archive->parts > 1 ? ERROR_INVALID_PARAMETER
    : archive->imageCount == 1 || file->openImages > 0 ? ERROR_ACCESS_DENIED : ERROR_SUCCESS;
  if (call.error != ERROR_SUCCESS) {
    return endWim(&call, false);
  }
  /* What only this image holds stays in the file. */
  freeImage(&archive->images[index - 1]);
  memmove(&archive->images[index - 1], &archive->images[index], (archive->imageCount - index) * sizeof(ArchiveImage));
  archive->imageCount--;
  archive->boot = archive->boot == index ? 0 : archive->boot > index ? archive->boot - 1 : archive->boot;
  file->changed = true;
  return endWim(&call, true);
}
