/* The XML data of files and images: UTF-16 with a byte order mark, in blocks of LocalAlloc. */
#include "wimDouble.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What wimgapi.dll counts itself, whatever a client sets. */
static const char *const counters[] = { "DIRCOUNT", "FILECOUNT", "TOTALBYTES", "HARDLINKBYTES", "CREATIONTIME", "LASTMODIFICATIONTIME" };

static void putImage(Json *text, const ArchiveImage *image, unsigned index)
{
  unsigned folders = 0;
  uint64_t bytes = 0;
  for (unsigned i = 0; i < image->count; i++) {
    folders += (image->entries[i].attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
    bytes += image->entries[i].size;
  }
  putFormat(text, "<IMAGE INDEX=\"%u\"><DIRCOUNT>%u</DIRCOUNT><FILECOUNT>%u</FILECOUNT><TOTALBYTES>%llu</TOTALBYTES><HARDLINKBYTES>0</HARDLINKBYTES>",
    index, folders, image->count - folders, (unsigned long long)bytes);
  putRaw(text, "<CREATIONTIME><HIGHPART>0x01DC5E5A</HIGHPART><LOWPART>0x12345678</LOWPART></CREATIONTIME>");
  putRaw(text, "<LASTMODIFICATIONTIME><HIGHPART>0x01DC5E5B</HIGHPART><LOWPART>0x9ABCDEF0</LOWPART></LASTMODIFICATIONTIME>");
  putRaw(text, image->xml);
  putRaw(text, "</IMAGE>");
}

BOOL WINAPI WIMGetImageInformation(HANDLE object, PVOID *buffer, DWORD *size)
{
  WimCall call;
  beginWim(&call, "WIMGetImageInformation");
  if (!wimMayGoOn(&call)) {
    return endWim(&call, false);
  }
  Json text = { NULL, 0, 0 };
  WimImage *image = isImageHandle(object) ? imageOf(&call, object) : NULL;
  WimFile *file;
  if (image != NULL) {
    putImage(&text, imageData(image), image->index);
  } else if ((file = fileOf(&call, object)) != NULL) {
    putFormat(&text, "<WIM><TOTALBYTES>%llu</TOTALBYTES>", (unsigned long long)archiveSize(&file->archive));
    for (unsigned i = 0; i < file->archive.imageCount; i++) {
      putImage(&text, &file->archive.images[i], i + 1);
    }
    putRaw(&text, "</WIM>");
  } else {
    return endWim(&call, false);
  }
  WCHAR *wide = toWide(text.text);
  size_t length = textLength(wide);
  WCHAR *block = allocateLocal((length + 1) * sizeof(WCHAR));
  block[0] = 0xFEFF;
  memcpy(block + 1, wide, length * sizeof(WCHAR));
  free(wide);
  freeJson(&text);
  *buffer = block;
  *size = (DWORD)((length + 1) * sizeof(WCHAR));
  return endWim(&call, true);
}

/* Takes an element out of a text, with its content. */
static void removeElement(char *xml, const char *name)
{
  char open[40], close[40];
  snprintf(open, sizeof open, "<%s>", name);
  snprintf(close, sizeof close, "</%s>", name);
  char *begin = strstr(xml, open), *end = begin == NULL ? NULL : strstr(begin, close);
  if (end != NULL) {
    end += strlen(close);
    memmove(begin, end, strlen(end) + 1);
  }
}

BOOL WINAPI WIMSetImageInformation(HANDLE object, PVOID buffer, DWORD size)
{
  WimCall call;
  beginWim(&call, "WIMSetImageInformation");
  wimNumber(&call, "Size", size);
  WimImage *image = wimMayGoOn(&call) ? imageOf(&call, object) : NULL;
  if (image == NULL) {
    return endWim(&call, false);
  }
  const WCHAR *given = buffer;
  if ((image->file->access & GENERIC_WRITE) == 0) {
    return failWim(&call, ERROR_ACCESS_DENIED);
  }
  if (given == NULL || size < 2 * sizeof(WCHAR) || size % sizeof(WCHAR) != 0 || given[0] != 0xFEFF) {
    violation("WIMSetImageInformation without a byte order mark");
    return failWim(&call, ERROR_INVALID_PARAMETER);
  }
  size_t length = size / sizeof(WCHAR) - 1;
  WCHAR *wide = calloc(length + 1, sizeof(WCHAR));
  memcpy(wide, given + 1, length * sizeof(WCHAR));
  char *text = toUtf8(wide);
  free(wide);
  char *begin = strncmp(text, "<IMAGE", 6) == 0 ? strchr(text, '>') : NULL, *end = begin == NULL ? NULL : strstr(begin, "</IMAGE>");
  if (end == NULL || end[8] != '\0') {
    violation("WIMSetImageInformation of an image without the element IMAGE");
    free(text);
    return failWim(&call, ERROR_INVALID_PARAMETER);
  }
  *end = '\0';
  for (size_t i = 0; i < COUNT_OF(counters); i++) {
    removeElement(begin + 1, counters[i]);
  }
  ArchiveImage *data = imageData(image);
  free(data->xml);
  data->xml = copyString(begin + 1);
  free(text);
  image->file->changed = true;
  return endWim(&call, true);
}
