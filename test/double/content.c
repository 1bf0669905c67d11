/*
 * Mode `mount-content=wim`: images of the files that the double of wimgapi.dll makes are really mounted. A mount shows the files of the image, a save takes
 * those that are in the folder then, and an end of the mount takes them away.
 */
#include "wimgapi/wimDouble.h"
#include <stdlib.h>
#include <string.h>

bool mountsFiles(void) { return modeIs("mount-content", NULL, "wim"); }

/* Reads a file of the double; false where it is none. */
static bool openFile(PCWSTR file, Archive *archive)
{
  char *path = toUtf8(file);
  bool read = mountsFiles() && readArchive(path, false, archive) == ERROR_SUCCESS;
  free(path);
  return read;
}

int countImages(PCWSTR file)
{
  Archive archive;
  if (!openFile(file, &archive)) {
    return -1;
  }
  int count = (int)archive.imageCount;
  freeArchive(&archive);
  return count;
}

bool nameOfImage(PCWSTR file, unsigned image, WCHAR *name)
{
  Archive archive;
  if (!openFile(file, &archive)) {
    return false;
  }
  const char *begin = image < archive.imageCount ? strstr(archive.images[image].xml, "<NAME>") : NULL;
  char *end = begin == NULL ? NULL : strstr(begin, "</NAME>");
  if (end != NULL) {
    *end = '\0';
    fromUtf8(name, NAME_LENGTH, begin + strlen("<NAME>"));
  }
  freeArchive(&archive);
  return end != NULL;
}

void showImage(PCWSTR file, unsigned index, PCWSTR folder)
{
  Archive archive;
  if (!openFile(file, &archive)) {
    return;
  }
  char *root = toUtf8(folder);
  const ArchiveImage *image = index <= archive.imageCount ? &archive.images[index - 1] : NULL;
  for (unsigned i = 0; image != NULL && i < image->count; i++) {
    const Entry *entry = &image->entries[i];
    char *path = joinPath(root, entry->path + 1);
#ifndef _WIN32
    for (char *at = path + strlen(root); *at != '\0'; at++) {
      *at = *at == '\\' ? '/' : *at;
    }
#endif
    const Blob *blob = findBlob(&archive, entry->hash);
    if ((entry->attributes & FILE_ATTRIBUTE_DIRECTORY) != 0 ? !makeFolder(path) : blob == NULL || !writeWhole(path, blob->data, blob->size)) {
      violation("%s of the image cannot be shown", entry->path);
    }
    free(path);
  }
  free(root);
  freeArchive(&archive);
}

static void takeFolder(Archive *archive, unsigned image, const char *folder, const char *inside)
{
  FolderEntry *entries;
  unsigned count;
  if (!listFolder(folder, &entries, &count)) {
    return;
  }
  for (unsigned i = 0; i < count; i++) {
    char *full = joinPath(folder, entries[i].name), *data;
    char *path = malloc(strlen(inside) + strlen(entries[i].name) + 2);
    strcat(strcat(strcpy(path, inside), "\\"), entries[i].name);
    Entry *entry = addEntry(&archive->images[image], path, entries[i].isFolder ? FILE_ATTRIBUTE_DIRECTORY : FILE_ATTRIBUTE_ARCHIVE);
    size_t size;
    if (entries[i].isFolder) {
      takeFolder(archive, image, full, path);
    } else if (readWhole(full, &data, &size)) {
      addBlob(archive, data, size, false, entry->hash);
      entry->size = size;
      free(data);
    }
    free(path);
    free(full);
  }
  freeFolder(entries, count);
}

void saveImage(PCWSTR file, unsigned index, PCWSTR folder, bool append)
{
  Archive archive;
  if (!openFile(file, &archive)) {
    return;
  }
  if (index <= archive.imageCount) {
    char *root = toUtf8(folder), *path = toUtf8(file), *xml = copyString(archive.images[index - 1].xml);
    unsigned image = append ? archive.imageCount : index - 1;
    if (append) {
      addImage(&archive);
    } else {
      freeImage(&archive.images[image]);
      archive.images[image] = (ArchiveImage){ 0 };
    }
    free(archive.images[image].xml);
    archive.images[image].xml = xml;
    takeFolder(&archive, image, root, "");
    writeArchive(path, &archive);
    free(path);
    free(root);
  }
  freeArchive(&archive);
}

static void emptyFolder(const char *folder)
{
  FolderEntry *entries;
  unsigned count;
  if (!listFolder(folder, &entries, &count)) {
    return;
  }
  for (unsigned i = 0; i < count; i++) {
    char *path = joinPath(folder, entries[i].name);
    if (entries[i].isFolder && !entries[i].isLink) {
      emptyFolder(path);
    }
    removePath(path, entries[i].isFolder);
    free(path);
  }
  freeFolder(entries, count);
}

void hideImage(PCWSTR folder)
{
  if (mountsFiles()) {
    char *path = toUtf8(folder);
    emptyFolder(path);
    free(path);
  }
}
