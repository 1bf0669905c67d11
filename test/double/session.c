/* Initialisation, sessions, the last error message, DismDelete. */
#include "double.h"
#include <stdlib.h>

#define FIRST_SESSION 2u

static DismSession nextSession = FIRST_SESSION;

HRESULT WINAPI DismInitialize(DismLogLevel LogLevel, PCWSTR LogFilePath, PCWSTR ScratchDirectory)
{
  Call call;
  beginCall(&call, "DismInitialize");
  argNumber(&call, "LogLevel", (uint64_t)LogLevel);
  argText(&call, "LogFilePath", LogFilePath);
  argText(&call, "ScratchDirectory", ScratchDirectory);
  HRESULT result = checkAlways(&call, true);
  if (result == S_OK && (uint32_t)LogLevel > DismLogErrorsWarningsInfoDebug) {
    result = HR_INVALID_ARGUMENT;
  }
  if (result == S_OK && initialized) {
    result = HR(modeNumber("initialize-again", NULL, 1));
  } else if (result == S_OK) {
    initialized = true;
    if (LogFilePath != NULL && modeIs("dism-log", NULL, "write")) {
      char *path = toUtf8(LogFilePath);
      writeText(path, "DISM API: initialized\n", true);
      free(path);
    }
    nextSession = FIRST_SESSION;
  }
  return endCall(&call, result);
}

HRESULT WINAPI DismShutdown(void)
{
  Call call;
  beginCall(&call, "DismShutdown");
  HRESULT result = checkCall(&call, true);
  if (result == S_OK && sessionCount > 0) {
    result = HR_OPEN_SESSION_HANDLES;
  }
  if (result == S_OK) {
    initialized = false;
  }
  return endQuietCall(&call, result);
}

static bool isRootOfRunningSystem(PCWSTR path)
{
  WCHAR root[PATH_LENGTH];
  copyPath(root, PATH_LENGTH, path);
  return sameText(root, u"C:") || sameText(root, u"/");
}

static HRESULT checkImagePath(PCWSTR path, bool online, bool extraPaths)
{
  if (online) {
    return extraPaths ? HR_INVALID_ARGUMENT : S_OK;
  }
  if (isEmpty(path) || textLength(path) >= PATH_LENGTH) {
    return HR_INVALID_ARGUMENT;
  }
  if (isRootOfRunningSystem(path)) {
    return HR_MUST_SPECIFY_ONLINE_IMAGE;
  }
  if (contains(path, "missing") || (modeIs("files", NULL, "check") && !pathExists(path))) {
    return HR_PATH_NOT_FOUND;
  }
  loadMounts();
  Mount *mount = findMount(path);
  if (mount == NULL || mount->status == DismMountStatusOk) {
    return S_OK;
  }
  return mount->status == DismMountStatusNeedsRemount ? HR_NEEDS_REMOUNT : HR_INVALID_MOUNT;
}

HRESULT WINAPI DismOpenSession(PCWSTR ImagePath, PCWSTR WindowsDirectory, PCWSTR SystemDrive, DismSession *Out)
{
  Call call;
  beginCall(&call, "DismOpenSession");
  argText(&call, "ImagePath", ImagePath);
  argText(&call, "WindowsDirectory", WindowsDirectory);
  argText(&call, "SystemDrive", SystemDrive);
  if (Out != NULL) {
    *Out = DISM_SESSION_DEFAULT;
  }
  HRESULT result = checkCall(&call, ImagePath != NULL && Out != NULL);
  bool online = result == S_OK && sameText(ImagePath, DISM_ONLINE_IMAGE);
  if (result == S_OK) {
    result = checkImagePath(ImagePath, online, WindowsDirectory != NULL || SystemDrive != NULL);
  }
  if (result == S_OK) {
    Image *image = sessionCount < MAX_SESSIONS ? imageAt(ImagePath, online) : NULL;
    if (image == NULL) {
      result = HR(0x8007000E);
    } else {
      sessions[sessionCount++] = (Session){ .number = nextSession, .image = image, .stale = false };
      *Out = nextSession++;
      argNumber(&call, "Session", *Out);
    }
  }
  return endCall(&call, result);
}

HRESULT WINAPI DismCloseSession(DismSession Number)
{
  Call call;
  beginCall(&call, "DismCloseSession");
  argSession(&call, Number);
  HRESULT result = checkCall(&call, true);
  Session *session = findSession(Number);
  if (result == S_OK && session == NULL) {
    result = HR_INVALID_SESSION;
  }
  if (result == S_OK) {
    *session = sessions[--sessionCount];
  }
  return endCall(&call, result);
}

HRESULT WINAPI DismGetLastErrorMessage(DismString **ErrorMessage)
{
  Call call;
  beginCall(&call, "DismGetLastErrorMessage");
  HRESULT result = checkAlways(&call, ErrorMessage != NULL);
  PCWSTR text = modeIs("last-error", NULL, "none") ? NULL : lastErrorText();
  if (ErrorMessage != NULL) {
    *ErrorMessage = NULL;
  }
  if (result == S_OK && (text != NULL || !modeIs("last-error-missing", NULL, "pointer"))) {
    Tree *tree = newTree();
    DismString *message = newBlock(tree, sizeof *message);
    message->Value = newText(tree, modeIs("last-error", NULL, "empty") ? u"" : text);
    *ErrorMessage = message;
  }
  argText(&call, "Text", text);
  return endQuietCall(&call, result);
}

HRESULT WINAPI DismDelete(VOID *DismStructure)
{
  Call call;
  beginCall(&call, "DismDelete");
  unsigned blocks = 0;
  HRESULT result = checkAlways(&call, true);
  if (result == S_OK && DismStructure != NULL && !deleteTree(DismStructure, &blocks)) {
    violation("DismDelete of something that is no live result");
    result = HR_INVALID_ARGUMENT;
  }
  argNumber(&call, "Blocks", blocks);
  return endQuietCall(&call, result);
}
