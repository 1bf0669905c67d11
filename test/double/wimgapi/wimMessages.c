/* The messages of the functions that take long: who is told, on which thread, and what the answers mean. */
#include "wimDouble.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifndef _WIN32
#include <pthread.h>
#endif

#define MAX_CALLBACKS 8
#define POLL_MILLISECONDS 5

/* Serialises what several threads send. */
static volatile int sending;

static WimFile *callbackFile(WimCall *call, HANDLE wim)
{
  /* Without a file they would be of all files, which no client here asks for. */
  if (wim == NULL) {
    violation("%s without a file", call->name);
    call->error = ERROR_INVALID_PARAMETER;
    return NULL;
  }
  return fileOf(call, wim);
}

DWORD WINAPI WIMRegisterMessageCallback(HANDLE wim, WIMMessageCallback callback, PVOID userData)
{
  WimCall call;
  beginWim(&call, "WIMRegisterMessageCallback");
  WimFile *file = wimMayGoOn(&call) ? callbackFile(&call, wim) : NULL;
  if (file == NULL || callback == NULL) {
    endWim(&call, false);
    return INVALID_CALLBACK_VALUE;
  }
  unsigned position = 0;
  while (position < MAX_CALLBACKS && file->callbacks[position].function != NULL && file->callbacks[position].function != callback) {
    position++;
  }
  file->callbacks[position].function = callback;
  file->callbacks[position].userData = userData;
  endWim(&call, true);
  return position;
}

BOOL WINAPI WIMUnregisterMessageCallback(HANDLE wim, WIMMessageCallback callback)
{
  WimCall call;
  beginWim(&call, "WIMUnregisterMessageCallback");
  WimFile *file = wimMayGoOn(&call) ? callbackFile(&call, wim) : NULL;
  if (file == NULL) {
    return endWim(&call, false);
  }
  endLateMessages();
  bool found = false;
  for (unsigned i = 0; i < MAX_CALLBACKS; i++) {
    if (file->callbacks[i].function != NULL && (callback == NULL || file->callbacks[i].function == callback)) {
      file->callbacks[i].function = NULL;
      found = true;
    }
  }
  return found ? endWim(&call, true) : failWim(&call, ERROR_INVALID_PARAMETER);
}

/* The answer of the first subscriber that says something. */
static DWORD ask(Messages *messages, DWORD message, WPARAM first, LPARAM second)
{
  DWORD answer = WIM_MSG_SUCCESS;
  for (unsigned f = 0; f < 2 && answer == WIM_MSG_SUCCESS; f++) {
    const WimFile *file = messages->files[f];
    for (unsigned i = 0; file != NULL && i < MAX_CALLBACKS && answer == WIM_MSG_SUCCESS; i++) {
      if (file->callbacks[i].function != NULL) {
        messages->call->messages++;
        answer = file->callbacks[i].function(message, first, second, file->callbacks[i].userData);
      }
    }
    if (f == 0 && messages->files[1] == messages->files[0]) {
      break;
    }
  }
  return answer;
}

/* Threads of wimgapi.dll that had messages under way when another one was answered with an abort. */
static void drain(Messages *messages)
{
  unsigned count = modeNumber("drain", messages->call->name, 0);
  for (unsigned i = 0; i < count; i++) {
    DWORD answer = ask(messages, WIM_MSG_PROGRESS, 50, 1000);
    if (answer != WIM_MSG_ABORT_IMAGE) {
      violation("a message after an abort was answered with %u", (unsigned)answer);
    }
  }
}

bool sendMessage(Messages *messages, DWORD message, WPARAM first, LPARAM second)
{
  WimCall *call = messages->call;
  if (call->error != ERROR_SUCCESS) {
    return false;
  }
  DWORD answer = ask(messages, message, first, second);
  if (answer == WIM_MSG_ABORT_IMAGE) {
    call->aborted = true;
    call->error = ERROR_REQUEST_ABORTED;
    drain(messages);
    return false;
  }
  if (answer != WIM_MSG_SUCCESS && answer != WIM_MSG_DONE && answer != WIM_MSG_SKIP_ERROR) {
    violation("message 0x%X was answered with %u", (unsigned)message, (unsigned)answer);
  }
  if (message == WIM_MSG_RETRY && answer != WIM_MSG_SUCCESS) {
    violation("WIM_MSG_RETRY was answered with %u", (unsigned)answer);
  }
  unsigned delay = modeNumber("step-delay", call->name, 0);
  if (delay > 0 && message == WIM_MSG_PROGRESS) {
    pauseMilliseconds(delay);
  }
  return true;
}

bool sendPath(Messages *messages, DWORD message, const char *path, LPARAM second)
{
  WCHAR *wide = toWide(path);
  bool goOn = sendMessage(messages, message, (WPARAM)wide, second);
  free(wide);
  return goOn;
}

/* Whether a mode names a part of the path. */
static bool isAbout(const char *mode, const char *path)
{
  char part[MODE_LENGTH];
  return readMode(mode, NULL, part, sizeof part) && strstr(path, part) != NULL;
}

bool sendTroubles(Messages *messages, const char *path, bool *skip)
{
  *skip = false;
  if (isAbout("warn-on", path) && !sendPath(messages, WIM_MSG_WARNING, path, (LPARAM)modeNumber("warn-code", NULL, 4390))) {
    return false;
  }
  if (isAbout("info-on", path) && !sendPath(messages, WIM_MSG_INFO, path, (LPARAM)modeNumber("info-code", NULL, 4390))) {
    return false;
  }
  for (unsigned i = modeNumber("retry-times", NULL, 2); i > 0 && isAbout("retry-on", path); i--) {
    if (!sendPath(messages, WIM_MSG_RETRY, path, (LPARAM)modeNumber("retry-code", NULL, ERROR_SHARING_VIOLATION))) {
      return false;
    }
  }
  if (isAbout("error-on", path)) {
    DWORD code = modeNumber("error-code", NULL, ERROR_ACCESS_DENIED);
    WCHAR *wide = toWide(path);
    DWORD answer = ask(messages, WIM_MSG_ERROR, (WPARAM)wide, (LPARAM)code);
    free(wide);
    *skip = answer == WIM_MSG_SKIP_ERROR;
    if (!*skip) {
      messages->call->error = answer == WIM_MSG_ABORT_IMAGE ? ERROR_REQUEST_ABORTED : code;
      return false;
    }
  }
  return true;
}

bool blockWork(Messages *messages)
{
  WimCall *call = messages->call;
  bool first = true, goOn = call->error == ERROR_SUCCESS;
  while (goOn && modeIs("block", call->name, "cancel")) {
    if (first) {
      eventLine("blocked", call->name);
    }
    first = false;
    goOn = sendMessage(messages, WIM_MSG_QUERY_ABORT, 0, 0);
    pauseMilliseconds(POLL_MILLISECONDS);
    refreshConfiguration();
  }
  /* Half done, and the process is gone. */
  if (modeIs("crash", call->name, "middle")) {
    eventLine("crash", call->name);
    abort();
  }
  DWORD error = (DWORD)modeNumber("fail-in", call->name, 0);
  if (goOn && error != ERROR_SUCCESS) {
    call->error = error;
    goOn = false;
  }
  return goOn;
}

static void doWork(void *argument)
{
  Messages *messages = argument;
  messages->work(messages->context);
}

/* A message that comes when the function has returned, from a thread of the library. */
static struct { WIMMessageCallback function; PVOID userData; } late;
#ifdef _WIN32
static HANDLE lateThread;
static DWORD WINAPI sendLate(void *unused)
#else
static pthread_t lateThread;
static bool hasLateThread;
static void *sendLate(void *unused)
#endif
{
  (void)unused;
  pauseMilliseconds(20);
  late.function(WIM_MSG_PROGRESS, 100, 0, late.userData);
  return 0;
}

static void beginLateMessage(const Messages *messages)
{
  if (!modeIs("late-message", messages->call->name, "yes") || messages->files[0] == NULL || messages->files[0]->callbacks[0].function == NULL) {
    return;
  }
  late.function = messages->files[0]->callbacks[0].function;
  late.userData = messages->files[0]->callbacks[0].userData;
#ifdef _WIN32
  lateThread = CreateThread(NULL, 0, sendLate, NULL, 0, NULL);
#else
  hasLateThread = pthread_create(&lateThread, NULL, sendLate, NULL) == 0;
#endif
}

void endLateMessages(void)
{
#ifdef _WIN32
  if (lateThread != NULL) {
    WaitForSingleObject(lateThread, INFINITE);
    CloseHandle(lateThread);
    lateThread = NULL;
  }
#else
  if (hasLateThread) {
    hasLateThread = false;
    pthread_join(lateThread, NULL);
  }
#endif
}

void runWork(Messages *messages, unsigned compression)
{
  if (sending != 0) {
    violation("%s was called while another function works", messages->call->name);
  }
  sending = 1;
  char mode[MODE_LENGTH];
  bool helper = readMode("callback-thread", messages->call->name, mode, sizeof mode) ? strcmp(mode, "helper") == 0 : compression != WIM_COMPRESS_NONE;
  if (helper) {
    runOnThread(doWork, messages);
  } else {
    doWork(messages);
  }
  sending = 0;
  beginLateMessage(messages);
}
