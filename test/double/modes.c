/* Modes: keys and values that a test sets through a hook or a file. */
#include "double.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_MODES 256
#define KEY_LENGTH 96

static struct { char key[KEY_LENGTH], value[MODE_LENGTH]; } modes[MAX_MODES];
static unsigned modeCount;
/* Where the configuration is, once it is known, and what it said when it was last read. */
static char configurationPath[2048];
static bool configurationSought;
static char *configuration;

static int findMode(const char *key)
{
  for (unsigned i = 0; i < modeCount; i++) {
    if (strcmp(modes[i].key, key) == 0) {
      return (int)i;
    }
  }
  return -1;
}

bool readMode(const char *key, const char *function, char *value, size_t size)
{
  char specific[KEY_LENGTH] = "";
  lockHooks();
  int found = -1;
  if (modeCount > 0) {
    if (function != NULL) {
      snprintf(specific, sizeof specific, "%s.%s", key, function);
      found = findMode(specific);
    }
    if (found < 0) {
      found = findMode(key);
    }
  }
  if (found >= 0) {
    snprintf(value, size, "%s", modes[found].value);
  }
  unlockHooks();
  return found >= 0;
}

bool modeIs(const char *key, const char *function, const char *value)
{
  char text[MODE_LENGTH];
  return readMode(key, function, text, sizeof text) && strcmp(text, value) == 0;
}

unsigned modeNumber(const char *key, const char *function, unsigned otherwise)
{
  char text[MODE_LENGTH];
  return readMode(key, function, text, sizeof text) ? (unsigned)strtoul(text, NULL, 0) : otherwise;
}

void setMode(const char *key, const char *value)
{
  lockHooks();
  int found = findMode(key);
  if (runCommand(key, value)) {
    /* Nothing stays. */
  } else if (value == NULL || value[0] == '\0') {
    if (found >= 0) {
      modes[found] = modes[--modeCount];
    }
  } else if (found >= 0 || modeCount < MAX_MODES) {
    unsigned at = found >= 0 ? (unsigned)found : modeCount++;
    snprintf(modes[at].key, KEY_LENGTH, "%s", key);
    snprintf(modes[at].value, MODE_LENGTH, "%s", value);
  } else {
    violation("too many modes");
  }
  unlockHooks();
}

void resetModes(void)
{
  lockHooks();
  modeCount = 0;
  free(configuration);
  configuration = NULL;
  unlockHooks();
}

HRESULT takeResult(const char *function)
{
  char text[MODE_LENGTH], key[KEY_LENGTH];
  snprintf(key, sizeof key, "result.%s", function);
  lockHooks();
  bool own = findMode(key) >= 0;
  if (!readMode("result", function, text, sizeof text)) {
    unlockHooks();
    return S_OK;
  }
  char *rest;
  HRESULT result = HR(strtoull(text, &rest, 0));
  if (*rest == ',') {
    setMode(own ? key : "result", rest + 1);
  }
  unlockHooks();
  return result;
}

static void applyConfiguration(const char *text)
{
  char line[KEY_LENGTH + MODE_LENGTH];
  while (*text != '\0') {
    size_t length = strcspn(text, "\n");
    snprintf(line, sizeof line, "%.*s", (int)length, text);
    line[strcspn(line, "\r")] = '\0';
    char *value = strchr(line, '=');
    if (line[0] != '#' && value != NULL) {
      *value = '\0';
      setMode(line, value + 1);
    }
    text += length + (text[length] != '\0');
  }
}

void refreshConfiguration(void)
{
  lockHooks();
  if (!configurationSought) {
    configurationSought = true;
    const char *variable = getenv("DISMTS_DOUBLE_CONFIG");
    if (variable != NULL && variable[0] != '\0') {
      snprintf(configurationPath, sizeof configurationPath, "%s", variable);
    } else {
      libraryPath(configurationPath, sizeof configurationPath - sizeof ".conf");
      strcat(configurationPath, ".conf");
    }
    char *text = readText(configurationPath);
    if (text == NULL) {
      configurationPath[0] = '\0';
    }
    free(text);
  }
  char *text = configurationPath[0] == '\0' ? NULL : readText(configurationPath);
  if (text != NULL && (configuration == NULL || strcmp(configuration, text) != 0)) {
    modeCount = 0;
    free(configuration);
    configuration = text;
    text = NULL;
    applyConfiguration(configuration);
  }
  free(text);
  unlockHooks();
}
