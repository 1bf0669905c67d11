/*
 * The files of the double: lines that a test can read, and the bytes of the blobs between them.
 *
 *   DOUBLEWIM <compression> <solid> <integrity> <part> <parts> <boot> <read-only> <guid>
 *   images <count>, then each: image <entries> <bytes of XML>, the XML, and a line an entry: <attributes> <size> <hash or -> <path>
 *   blobs <count>, then each: blob <raw> <size> <hash>, and the bytes
 *   end <hash of all before>, where the file has an integrity table, else: end -
 */
#include "wimDouble.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *copyString(const char *text)
{
  size_t size = strlen(text) + 1;
  return memcpy(malloc(size), text, size);
}

ArchiveImage *addImage(Archive *archive)
{
  archive->images = realloc(archive->images, (archive->imageCount + 1) * sizeof(ArchiveImage));
  ArchiveImage *image = &archive->images[archive->imageCount++];
  *image = (ArchiveImage){ .xml = copyString("") };
  return image;
}

Entry *addEntry(ArchiveImage *image, const char *path, uint32_t attributes)
{
  image->entries = realloc(image->entries, (image->count + 1) * sizeof(Entry));
  Entry *entry = &image->entries[image->count++];
  *entry = (Entry){ .path = copyString(path), .attributes = attributes, .hash = "-" };
  return entry;
}

void copyImage(ArchiveImage *target, const ArchiveImage *source)
{
  free(target->xml);
  target->xml = copyString(source->xml);
  target->bytes = source->bytes;
  for (unsigned i = 0; i < source->count; i++) {
    Entry *entry = addEntry(target, source->entries[i].path, source->entries[i].attributes);
    memcpy(entry->hash, source->entries[i].hash, sizeof entry->hash);
    entry->size = source->entries[i].size;
  }
}

void freeImage(ArchiveImage *image)
{
  for (unsigned i = 0; i < image->count; i++) {
    free(image->entries[i].path);
  }
  free(image->entries);
  free(image->xml);
}

Blob *findBlob(const Archive *archive, const char *hash)
{
  for (unsigned i = 0; i < archive->blobCount; i++) {
    if (strcmp(archive->blobs[i].hash, hash) == 0) {
      return &archive->blobs[i];
    }
  }
  return NULL;
}

static Blob *newBlob(Archive *archive, const char *data, size_t size, bool raw)
{
  archive->blobs = realloc(archive->blobs, (archive->blobCount + 1) * sizeof(Blob));
  Blob *blob = &archive->blobs[archive->blobCount++];
  *blob = (Blob){ .size = size, .data = malloc(size + 1), .raw = raw };
  memcpy(blob->data, data, size);
  return blob;
}

void addBlob(Archive *archive, const char *data, size_t size, bool raw, char hash[41])
{
  hashOf(data, size, hash);
  if (findBlob(archive, hash) == NULL) {
    Blob *blob = newBlob(archive, data, size, raw);
    memcpy(blob->hash, hash, sizeof blob->hash);
  }
}

void freeArchive(Archive *archive)
{
  for (unsigned i = 0; i < archive->imageCount; i++) {
    freeImage(&archive->images[i]);
  }
  for (unsigned i = 0; i < archive->blobCount; i++) {
    free(archive->blobs[i].data);
  }
  free(archive->images);
  free(archive->blobs);
  *archive = (Archive){ 0 };
}

/* The next line of a text that has no NULs in its lines; NULL at the end. */
static char *takeLine(char **at, char *end)
{
  char *line = *at, *stop = line < end ? memchr(line, '\n', (size_t)(end - line)) : NULL;
  if (stop == NULL) {
    return NULL;
  }
  *stop = '\0';
  *at = stop + 1;
  return line;
}

static bool parseImage(Archive *archive, char **at, char *end)
{
  unsigned entries, xmlSize;
  char *line = takeLine(at, end);
  if (line == NULL || sscanf(line, "image %u %u", &entries, &xmlSize) != 2 || (size_t)(end - *at) <= xmlSize) {
    return false;
  }
  ArchiveImage *image = addImage(archive);
  free(image->xml);
  image->xml = malloc(xmlSize + 1);
  memcpy(image->xml, *at, xmlSize);
  image->xml[xmlSize] = '\0';
  *at += xmlSize + 1;
  for (unsigned i = 0; i < entries; i++) {
    unsigned attributes;
    unsigned long long size;
    char hash[41];
    int begin = 0;
    line = takeLine(at, end);
    if (line == NULL || sscanf(line, "%u %llu %40s %n", &attributes, &size, hash, &begin) != 3 || begin == 0) {
      return false;
    }
    Entry *entry = addEntry(image, line + begin, attributes);
    memcpy(entry->hash, hash, sizeof hash);
    entry->size = size;
    image->bytes += size;
  }
  return true;
}

static bool parseBlob(Archive *archive, char **at, char *end)
{
  unsigned raw;
  unsigned long long size;
  char hash[41];
  char *line = takeLine(at, end);
  if (line == NULL || sscanf(line, "blob %u %llu %40s", &raw, &size, hash) != 3 || (unsigned long long)(end - *at) <= size) {
    return false;
  }
  Blob *blob = newBlob(archive, *at, (size_t)size, raw != 0);
  memcpy(blob->hash, hash, sizeof hash);
  *at += size + 1;
  return true;
}

static DWORD parseArchive(char *data, size_t size, bool verify, Archive *archive)
{
  char *at = data, *end = data + size;
  /* Before the lines of the text are cut. */
  char *last = size > 0 ? end - 1 : data;
  while (last > data && last[-1] != '\n') {
    last--;
  }
  char hash[41];
  hashOf(data, (size_t)(last - data), hash);
  unsigned images = 0, blobs = 0;
  char *line = takeLine(&at, end);
  if (line == NULL || sscanf(line, "DOUBLEWIM %u %u %u %u %u %u %u %32s", &archive->compression, &archive->solid, &archive->integrity, &archive->part,
      &archive->parts, &archive->boot, &archive->readOnly, archive->guid) != 8) {
    return ERROR_BAD_FORMAT;
  }
  line = takeLine(&at, end);
  bool whole = line != NULL && sscanf(line, "images %u", &images) == 1;
  for (unsigned i = 0; whole && i < images; i++) {
    whole = parseImage(archive, &at, end);
  }
  line = whole ? takeLine(&at, end) : NULL;
  whole = line != NULL && sscanf(line, "blobs %u", &blobs) == 1;
  for (unsigned i = 0; whole && i < blobs; i++) {
    whole = parseBlob(archive, &at, end);
  }
  line = whole ? takeLine(&at, end) : NULL;
  char found[41];
  if (line == NULL || sscanf(line, "end %40s", found) != 1) {
    return ERROR_FILE_CORRUPT;
  }
  return verify && archive->integrity != 0 && strcmp(found, hash) != 0 ? ERROR_FILE_CORRUPT : ERROR_SUCCESS;
}

DWORD readArchive(const char *path, bool verify, Archive *archive)
{
  *archive = (Archive){ 0 };
  char *data;
  size_t size;
  if (!readWhole(path, &data, &size)) {
#ifdef _WIN32
    if (isThere(path) && !isFolderPath(path)) {
      return ERROR_SHARING_VIOLATION;
    }
#endif
    char *parent = parentPath(path);
    bool hasFolder = isFolderPath(parent);
    free(parent);
    return isFolderPath(path) ? ERROR_ACCESS_DENIED : hasFolder ? ERROR_FILE_NOT_FOUND : ERROR_PATH_NOT_FOUND;
  }
  DWORD error = ERROR_FILE_CORRUPT;
  if (isContainer(data, size)) {
    const char *text = containerText(data, size, &size);
    if (text != NULL) {
      memmove(data, text, size);
      error = parseArchive(data, size, verify, archive);
    }
  } else {
    error = parseArchive(data, size, verify, archive);
  }
  free(data);
  if (error != ERROR_SUCCESS) {
    freeArchive(archive);
  }
  return error;
}

static void putBytes(Json *text, const char *data, size_t size)
{
  /* Json grows by texts; blobs may hold NULs. */
  static const char filler[] = "                                                                ";
  size_t begin = text->length;
  for (size_t left = size; left > 0;) {
    size_t step = left < sizeof filler - 1 ? left : sizeof filler - 1;
    putFormat(text, "%.*s", (int)step, filler);
    left -= step;
  }
  if (size > 0) {
    memcpy(text->text + begin, data, size);
  }
}

static Json serialize(const Archive *archive)
{
  Json text = { NULL, 0, 0 };
  putFormat(&text, "DOUBLEWIM %u %u %u %u %u %u %u %s\n", archive->compression, archive->solid, archive->integrity, archive->part, archive->parts,
    archive->boot, archive->readOnly, archive->guid);
  putFormat(&text, "images %u\n", archive->imageCount);
  for (unsigned i = 0; i < archive->imageCount; i++) {
    const ArchiveImage *image = &archive->images[i];
    putFormat(&text, "image %u %u\n", image->count, (unsigned)strlen(image->xml));
    putRaw(&text, image->xml);
    putRaw(&text, "\n");
    for (unsigned j = 0; j < image->count; j++) {
      const Entry *entry = &image->entries[j];
      putFormat(&text, "%u %llu %s ", entry->attributes, (unsigned long long)entry->size, entry->hash);
      putRaw(&text, entry->path);
      putRaw(&text, "\n");
    }
  }
  putFormat(&text, "blobs %u\n", archive->blobCount);
  for (unsigned i = 0; i < archive->blobCount; i++) {
    putFormat(&text, "blob %u %llu %s\n", archive->blobs[i].raw, (unsigned long long)archive->blobs[i].size, archive->blobs[i].hash);
    putBytes(&text, archive->blobs[i].data, archive->blobs[i].size);
    putRaw(&text, "\n");
  }
  char hash[41] = "-";
  if (archive->integrity != 0) {
    hashOf(text.text, text.length, hash);
  }
  putFormat(&text, "end %s\n", hash);
  return text;
}

size_t archiveSize(const Archive *archive)
{
  Json text = serialize(archive);
  size_t size = text.length;
  freeJson(&text);
  return size;
}

DWORD writeArchive(const char *path, const Archive *archive)
{
  Json text = serialize(archive);
  char *old;
  size_t oldSize;
  bool asContainer = modeIs("container", NULL, "yes");
  if (!asContainer && readWhole(path, &old, &oldSize)) {
    asContainer = isContainer(old, oldSize);
    free(old);
  }
  bool written = asContainer ? writeContainer(path, archive, text.text, text.length) : writeWhole(path, text.text, text.length);
  freeJson(&text);
  return written ? ERROR_SUCCESS : ERROR_ACCESS_DENIED;
}
