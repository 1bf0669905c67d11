/* What is mounted, which sessions are open, what the images hold. */
#include "double.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


bool initialized;
Mount mounts[MAX_MOUNTS];
unsigned mountCount;
Session sessions[MAX_SESSIONS];
unsigned sessionCount;

static Image images[MAX_IMAGES];

/* One line a mount: status, mode, index, folder, file, separated by tabs. */
void saveMounts(void)
{
  char path[MODE_LENGTH];
  if (!readMode("state-file", NULL, path, sizeof path)) {
    return;
  }
  Json text = { NULL, 0, 0 };
  putRaw(&text, "");
  for (unsigned i = 0; i < mountCount; i++) {
    char *folder = toUtf8(mounts[i].path), *file = toUtf8(mounts[i].file);
    putFormat(&text, "%d\t%d\t%u\t", (int)mounts[i].status, (int)mounts[i].mode, mounts[i].index);
    putRaw(&text, folder);
    putRaw(&text, "\t");
    putRaw(&text, file);
    putRaw(&text, "\n");
    free(folder);
    free(file);
  }
  writeText(path, text.text, false);
  freeJson(&text);
}

static void parseMount(char *line)
{
  char *fields[5] = { line };
  for (unsigned i = 1; i < COUNT_OF(fields); i++) {
    char *tab = strchr(fields[i - 1], '\t');
    if (tab == NULL) {
      return;
    }
    *tab = '\0';
    fields[i] = tab + 1;
  }
  Mount *mount = &mounts[mountCount++];
  mount->status = (DismMountStatus)atoi(fields[0]);
  mount->mode = (DismMountMode)atoi(fields[1]);
  mount->index = (UINT)atoi(fields[2]);
  fromUtf8(mount->path, PATH_LENGTH, fields[3]);
  fromUtf8(mount->file, PATH_LENGTH, fields[4]);
}

void loadMounts(void)
{
  char path[MODE_LENGTH];
  char *text = readMode("state-file", NULL, path, sizeof path) ? readText(path) : NULL;
  if (text == NULL) {
    return;
  }
  mountCount = 0;
  char *line = text;
  while (*line != '\0' && mountCount < MAX_MOUNTS) {
    size_t length = strcspn(line, "\n");
    bool more = line[length] != '\0';
    line[length] = '\0';
    parseMount(line);
    line += length + more;
  }
  free(text);
}

Mount *findMount(PCWSTR path)
{
  WCHAR wanted[PATH_LENGTH];
  copyPath(wanted, PATH_LENGTH, path);
  for (unsigned i = 0; i < mountCount; i++) {
    WCHAR known[PATH_LENGTH];
    copyPath(known, PATH_LENGTH, mounts[i].path);
    if (sameText(known, wanted)) {
      return &mounts[i];
    }
  }
  return NULL;
}

void removeMount(Mount *mount)
{
  *mount = mounts[--mountCount];
}

void addFixtureMounts(void)
{
  static const Mount fixtures[] = {
    { u"C:\\mount\\ok", u"C:\\images\\install.wim", 1, DismReadWrite, DismMountStatusOk },
    { u"C:\\mount\\stale \U0001F5BF", u"C:\\images\\\u65e5\u672c\u8a9e.wim", 2, DismReadOnly, DismMountStatusNeedsRemount },
    { u"C:\\mount\\invalid", u"", 3, DismReadWrite, DismMountStatusInvalid },
  };
  for (unsigned i = 0; i < COUNT_OF(fixtures) && mountCount < MAX_MOUNTS; i++) {
    if (findMount(fixtures[i].path) == NULL) {
      mounts[mountCount++] = fixtures[i];
    }
  }
}

Image *imageAt(PCWSTR path, bool online)
{
  WCHAR wanted[PATH_LENGTH];
  copyPath(wanted, PATH_LENGTH, path);
  Image *unused = NULL;
  for (unsigned i = 0; i < MAX_IMAGES; i++) {
    if (images[i].used && sameText(images[i].path, wanted)) {
      return &images[i];
    }
    if (!images[i].used && unused == NULL) {
      unused = &images[i];
    }
  }
  if (unused != NULL) {
    *unused = (Image){ .used = true, .online = online };
    copyText(unused->path, PATH_LENGTH, wanted);
    fillFeatures(&unused->content);
    fillPackages(&unused->content);
    fillDrivers(&unused->content);
    fillCapabilities(&unused->content);
    fillAppx(&unused->content);
    fillEdition(&unused->content);
    unused->content.health = (DismImageHealthState)modeNumber("health", NULL, DismImageHealthy);
    unused->content.reservedStorage = DISM_RESERVED_STORAGE_ENABLED;
  }
  return unused;
}

Session *findSession(DismSession number)
{
  for (unsigned i = 0; i < sessionCount; i++) {
    if (sessions[i].number == number) {
      return &sessions[i];
    }
  }
  return NULL;
}

bool hasSession(PCWSTR path)
{
  WCHAR wanted[PATH_LENGTH];
  copyPath(wanted, PATH_LENGTH, path);
  for (unsigned i = 0; i < sessionCount; i++) {
    if (sameText(sessions[i].image->path, wanted)) {
      return true;
    }
  }
  return false;
}

void resetState(void)
{
  initialized = false;
  mountCount = 0;
  sessionCount = 0;
  memset(images, 0, sizeof images);
}

bool runCommand(const char *key, const char *value)
{
  if (strcmp(key, "mounts") == 0) {
    loadMounts();
    addFixtureMounts();
    saveMounts();
    return true;
  }
  if (strcmp(key, "mount-status") == 0 && value != NULL && value[0] != '\0' && value[1] == ' ') {
    WCHAR path[PATH_LENGTH];
    fromUtf8(path, PATH_LENGTH, value + 2);
    loadMounts();
    Mount *mount = findMount(path);
    if (mount != NULL) {
      mount->status = (DismMountStatus)(value[0] - '0');
    }
    saveMounts();
    return true;
  }
  return false;
}
