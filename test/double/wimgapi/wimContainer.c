/*
 * Files of the double in the form of a WIM file, for tests of what is read without wimgapi.dll: a header of 208 bytes, and behind it the text of
 * wimArchive.c as the only blob, the XML data and the blob table. A change is written behind the end of the file, and the header last.
 * The format: MS-WIM.
 */
#include "wimDouble.h"
#include <stdlib.h>
#include <string.h>

#define HEADER_BYTES 208
#define ENTRY_BYTES 50
#define POLL_MILLISECONDS 5

static const char magic[8] = "MSWIM\0\0";

bool isContainer(const char *data, size_t size) { return size >= HEADER_BYTES && memcmp(data, magic, sizeof magic) == 0; }

static void putNumber(unsigned char *at, uint64_t value, unsigned bytes)
{
  for (unsigned i = 0; i < bytes; i++) {
    at[i] = (unsigned char)(value >> (8 * i));
  }
}

static uint64_t numberAt(const unsigned char *at, unsigned bytes)
{
  uint64_t value = 0;
  for (unsigned i = 0; i < bytes; i++) {
    value |= (uint64_t)at[i] << (8 * i);
  }
  return value;
}

/* Where something lies that is not compressed. */
static void putResource(unsigned char *at, uint64_t offset, uint64_t size)
{
  putNumber(at, size, 7);
  at[7] = 0;
  putNumber(at + 8, offset, 8);
  putNumber(at + 16, size, 8);
}

const char *containerText(const char *data, size_t size, size_t *textSize)
{
  const unsigned char *bytes = (const unsigned char *)data;
  uint64_t table = numberAt(bytes + 0x38, 8);
  if (table > size - ENTRY_BYTES) {
    return NULL;
  }
  uint64_t offset = numberAt(bytes + table + 8, 8), length = numberAt(bytes + table, 7);
  *textSize = (size_t)length;
  return offset + length > size ? NULL : data + offset;
}

/* Half of what is written is there; a test looks, or kills the process. */
static void hold(const char *stage)
{
  for (bool first = true; modeIs("hold-write", NULL, stage); first = false) {
    if (first) {
      eventLine("held", stage);
    }
    pauseMilliseconds(POLL_MILLISECONDS);
    refreshConfiguration();
  }
}

bool writeContainer(const char *path, const Archive *archive, const char *text, size_t size)
{
  char *old = NULL;
  size_t oldSize = 0;
  bool grows = readWhole(path, &old, &oldSize) && isContainer(old, oldSize);
  unsigned char header[HEADER_BYTES] = { 0 }, entry[ENTRY_BYTES] = { 0 };
  Json xml = { NULL, 0, 0 };
  putRaw(&xml, "<WIM>");
  for (unsigned i = 0; i < archive->imageCount; i++) {
    putFormat(&xml, "<IMAGE INDEX=\"%u\">", i + 1);
    putRaw(&xml, archive->images[i].xml);
    putRaw(&xml, "</IMAGE>");
  }
  putRaw(&xml, "</WIM>");
  WCHAR *wide = toWide(xml.text);
  size_t xmlSize = textLength(wide) * sizeof(WCHAR);
  /* As some writers do: what the old header names is written over. */
  uint64_t begin = !grows ? HEADER_BYTES : modeIs("write-over", NULL, "yes") ? numberAt((unsigned char *)old + 0x50, 8) : oldSize;
  char hash[41];
  hashOf(text, size, hash);
  putResource(entry, begin, size);
  putNumber(entry + 24, 1, 2);
  putNumber(entry + 26, 1, 4);
  for (unsigned i = 0; i < 20; i++) {
    const char digits[3] = { hash[2 * i], hash[2 * i + 1], '\0' };
    entry[30 + i] = (unsigned char)strtoul(digits, NULL, 16);
  }
  memcpy(header, magic, sizeof magic);
  putNumber(header + 0x08, HEADER_BYTES, 4);
  putNumber(header + 0x0c, 0x10d00, 4);
  memcpy(header + 0x18, archive->guid, 16);
  putNumber(header + 0x28, archive->part, 2);
  putNumber(header + 0x2a, archive->parts, 2);
  putNumber(header + 0x2c, archive->imageCount, 4);
  putResource(header + 0x30, begin + size + xmlSize, ENTRY_BYTES);
  putResource(header + 0x48, begin + size, xmlSize);
  putNumber(header + 0x78, archive->boot, 4);
  bool done = grows || writeWhole(path, (char *)header, HEADER_BYTES);
  done = done && writeAt(path, begin, text, size / 2);
  hold("data");
  done = done && writeAt(path, begin + size / 2, text + size / 2, size - size / 2) && writeAt(path, begin + size, (char *)wide, xmlSize)
    && writeAt(path, begin + size + xmlSize, (char *)entry, ENTRY_BYTES);
  hold("header");
  done = done && !modeIs("fail-write", NULL, "yes");
  /* Cut within where the blob table lies. */
  done = done && writeAt(path, 0, (char *)header, 0x3b);
  hold("half-header");
  done = done && writeAt(path, 0, (char *)header, HEADER_BYTES);
  hold("end");
  free(wide);
  freeJson(&xml);
  free(old);
  return done;
}
