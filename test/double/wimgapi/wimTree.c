/* Files and folders of the system, by paths in UTF-8. */
#ifndef _WIN32
#define _GNU_SOURCE
#endif
#include "wimDouble.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#ifdef _WIN32
#define SEPARATOR '\\'
#else
#include <dirent.h>
#include <unistd.h>
#define SEPARATOR '/'
#endif

WCHAR *toWide(const char *text)
{
  size_t size = strlen(text) + 3;
  WCHAR *wide = malloc(size * sizeof(WCHAR));
  fromUtf8(wide, size, text);
  return wide;
}

static FILE *openPath(const char *path, const char *mode)
{
#ifdef _WIN32
  WCHAR *wide = toWide(path), wideMode[8];
  fromUtf8(wideMode, 8, mode);
  FILE *file = _wfopen(wide, wideMode);
  free(wide);
  return file;
#else
  return fopen(path, mode);
#endif
}

bool readWhole(const char *path, char **data, size_t *size)
{
  FILE *file = isFolderPath(path) ? NULL : openPath(path, "rb");
  if (file == NULL) {
    return false;
  }
  fseek(file, 0, SEEK_END);
  long length = ftell(file);
  rewind(file);
  *data = malloc((size_t)length + 1);
  *size = fread(*data, 1, (size_t)length, file);
  (*data)[*size] = '\0';
  fclose(file);
  return true;
}

bool writeWhole(const char *path, const char *data, size_t size)
{
  FILE *file = openPath(path, "wb");
  if (file == NULL) {
    return false;
  }
  size_t written = fwrite(data, 1, size, file);
  return fclose(file) == 0 && written == size;
}

bool writeAt(const char *path, uint64_t offset, const char *data, size_t size)
{
  FILE *file = openPath(path, "r+b");
  if (file == NULL) {
    return false;
  }
  size_t written = fseek(file, (long)offset, SEEK_SET) == 0 ? fwrite(data, 1, size, file) : 0;
  return fclose(file) == 0 && written == size;
}

#ifdef _WIN32

static DWORD attributesOf(const char *path)
{
  WCHAR *wide = toWide(path);
  DWORD attributes = GetFileAttributesW(wide);
  free(wide);
  return attributes;
}

bool isThere(const char *path) { return attributesOf(path) != INVALID_FILE_ATTRIBUTES; }
bool isFolderPath(const char *path)
{
  DWORD attributes = attributesOf(path);
  return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
}
bool isWritable(const char *path) { return (attributesOf(path) & FILE_ATTRIBUTE_READONLY) == 0; }

bool makeFolder(const char *path)
{
  WCHAR *wide = toWide(path);
  bool made = CreateDirectoryW(wide, NULL) != 0;
  free(wide);
  return made;
}

void removePath(const char *path, bool isFolder)
{
  WCHAR *wide = toWide(path);
  if (isFolder) {
    RemoveDirectoryW(wide);
  } else {
    DeleteFileW(wide);
  }
  free(wide);
}

bool replaceFile(const char *from, const char *to)
{
  WCHAR *wideFrom = toWide(from), *wideTo = toWide(to);
  bool done = MoveFileExW(wideFrom, wideTo, MOVEFILE_REPLACE_EXISTING) != 0;
  free(wideFrom);
  free(wideTo);
  return done;
}

char *readLink(const char *path)
{
  (void)path;
  return NULL;
}

bool listFolder(const char *path, FolderEntry **entries, unsigned *count)
{
  *entries = NULL;
  *count = 0;
  char *pattern = joinPath(path, "*");
  WCHAR *wide = toWide(pattern);
  WIN32_FIND_DATAW found;
  HANDLE search = FindFirstFileW(wide, &found);
  free(wide);
  free(pattern);
  if (search == INVALID_HANDLE_VALUE) {
    return false;
  }
  do {
    if (!sameText(found.cFileName, u".") && !sameText(found.cFileName, u"..")) {
      *entries = realloc(*entries, (*count + 1) * sizeof(FolderEntry));
      (*entries)[(*count)++] = (FolderEntry){ .name = toUtf8(found.cFileName), .isFolder = (found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0,
        .isLink = (found.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0, .size = (uint64_t)found.nFileSizeHigh << 32 | found.nFileSizeLow };
    }
  } while (FindNextFileW(search, &found));
  FindClose(search);
  return true;
}

#else

bool isThere(const char *path)
{
  struct stat status;
  return lstat(path, &status) == 0;
}
bool isFolderPath(const char *path)
{
  struct stat status;
  return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}
/* By the mode, which counts for root as well: Windows lets nobody write to what is read-only. */
bool isWritable(const char *path)
{
  struct stat status;
  return stat(path, &status) == 0 && (status.st_mode & 0222) != 0;
}
bool makeFolder(const char *path) { return mkdir(path, 0777) == 0; }
void removePath(const char *path, bool isFolder)
{
  if (isFolder) {
    rmdir(path);
  } else {
    unlink(path);
  }
}

bool replaceFile(const char *from, const char *to) { return rename(from, to) == 0; }

char *readLink(const char *path)
{
  char target[4096];
  ssize_t length = readlink(path, target, sizeof target - 1);
  if (length < 0) {
    return NULL;
  }
  target[length] = '\0';
  return copyString(target);
}

static int compareNames(const void *one, const void *other) { return strcmp(((const FolderEntry *)one)->name, ((const FolderEntry *)other)->name); }

bool listFolder(const char *path, FolderEntry **entries, unsigned *count)
{
  *entries = NULL;
  *count = 0;
  DIR *folder = opendir(path);
  if (folder == NULL) {
    return false;
  }
  struct dirent *found;
  while ((found = readdir(folder)) != NULL) {
    if (strcmp(found->d_name, ".") == 0 || strcmp(found->d_name, "..") == 0) {
      continue;
    }
    char *full = joinPath(path, found->d_name);
    struct stat status;
    if (lstat(full, &status) == 0) {
      *entries = realloc(*entries, (*count + 1) * sizeof(FolderEntry));
      (*entries)[(*count)++] = (FolderEntry){ .name = copyString(found->d_name), .isFolder = S_ISDIR(status.st_mode), .isLink = S_ISLNK(status.st_mode),
        .size = (uint64_t)status.st_size };
    }
    free(full);
  }
  closedir(folder);
  if (*count > 0) {
    qsort(*entries, *count, sizeof(FolderEntry), compareNames);
  }
  return true;
}

#endif

void freeFolder(FolderEntry *entries, unsigned count)
{
  for (unsigned i = 0; i < count; i++) {
    free(entries[i].name);
  }
  free(entries);
}

char *joinPath(const char *folder, const char *name)
{
  size_t length = strlen(folder), size = length + strlen(name) + 2;
  char *path = malloc(size);
  bool ends = length > 0 && (folder[length - 1] == '/' || folder[length - 1] == '\\');
  const char separator[] = { ends ? '\0' : SEPARATOR, '\0' };
  snprintf(path, size, "%s%s%s", folder, separator, name);
  return path;
}

char *parentPath(const char *path)
{
  char *parent = copyString(path);
  size_t length = strlen(parent);
  while (length > 0 && parent[length - 1] != '/' && parent[length - 1] != '\\') {
    length--;
  }
  while (length > 1 && (parent[length - 1] == '/' || parent[length - 1] == '\\') && parent[length - 2] != ':') {
    length--;
  }
  parent[length] = '\0';
  return parent;
}
