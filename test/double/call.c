/* What every function of the API begins and ends with: the order of checks, forced results, the last error, the call log. */
#include "double.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#include <malloc.h>
#else
#include <alloca.h>
#endif

#define MAX_LOGGED 100000
#define ERROR_LENGTH 512

static uint64_t callNumber;
static Json calls, violations;
static unsigned loggedCalls;
static volatile int blocked;
static __thread WCHAR lastError[ERROR_LENGTH];
static __thread bool hasLastError;
volatile int runningCallbacks;
bool hostIsDead;

void countBlocked(int change) { __atomic_add_fetch(&blocked, change, __ATOMIC_SEQ_CST); }
unsigned blockedCalls(void) { return (unsigned)__atomic_load_n(&blocked, __ATOMIC_SEQ_CST); }

static void appendToFile(const char *line)
{
  char path[MODE_LENGTH];
  if (readMode("log", NULL, path, sizeof path)) {
    writeText(path, line, true);
  }
}

void violation(const char *format, ...)
{
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  lockHooks();
  if (violations.length > 0) {
    putRaw(&violations, ",");
  }
  putAscii(&violations, text);
  Json line = { NULL, 0, 0 };
  putRaw(&line, "{\"violation\":");
  putAscii(&line, text);
  putRaw(&line, "}\n");
  appendToFile(line.text);
  freeJson(&line);
  unlockHooks();
}

void eventLine(const char *event, const char *function)
{
  Json line = { NULL, 0, 0 };
  putFormat(&line, "{\"event\":\"%s\",\"function\":\"%s\",\"process\":%u,\"thread\":%u}\n", event, function, currentProcess(), currentThread());
  lockHooks();
  appendToFile(line.text);
  unlockHooks();
  freeJson(&line);
}

void beginCall(Call *call, const char *name)
{
  *call = (Call){ .name = name, .thread = currentThread() };
  if (!tryLockCalls()) {
    if (runningCallbacks > 0) {
      call->refused = true;
      violation("%s was called while a progress callback ran", name);
    } else {
      call->concurrent = true;
      lockCalls();
    }
  } else if (runningCallbacks > 0) {
    violation("%s was called from a progress callback", name);
  }
  refreshConfiguration();
  char path[2];
  call->recorded = !modeIs("calls", NULL, "off") || readMode("log", NULL, path, sizeof path);
  lockHooks();
  call->number = ++callNumber;
  unlockHooks();
}

static void putName(Call *call, const char *name)
{
  putFormat(&call->arguments, "%s\"%s\":", call->arguments.length > 0 ? "," : "", name);
}

void argText(Call *call, const char *name, PCWSTR value)
{
  if (call->recorded) {
    putName(call, name);
    putText(&call->arguments, value);
  }
}

void argNumber(Call *call, const char *name, uint64_t value)
{
  if (call->recorded) {
    putName(call, name);
    putFormat(&call->arguments, "%llu", (unsigned long long)value);
  }
}

void argPointer(Call *call, const char *name, const void *value)
{
  if (call->recorded) {
    putName(call, name);
    putRaw(&call->arguments, value != NULL ? "true" : "false");
  }
}

void argTexts(Call *call, const char *name, PCWSTR *values, UINT count)
{
  if (!call->recorded) {
    return;
  }
  putName(call, name);
  if (values == NULL) {
    putRaw(&call->arguments, "null");
  } else {
    putRaw(&call->arguments, "[");
    for (UINT i = 0; i < count; i++) {
      putRaw(&call->arguments, i > 0 ? "," : "");
      putText(&call->arguments, values[i]);
    }
    putRaw(&call->arguments, "]");
  }
  putFormat(&call->arguments, ",\"%sCount\":%u", name, count);
}

void argSession(Call *call, DismSession session)
{
  call->session = session;
  argNumber(call, "Session", session);
}

void argTrio(Call *call, HANDLE cancelEvent, DISM_PROGRESS_CALLBACK progress, PVOID userData)
{
  call->hasTrio = true;
  call->cancelEvent = cancelEvent;
  call->progress = progress;
  call->userData = userData;
  argPointer(call, "CancelEvent", cancelEvent);
  argPointer(call, "Progress", (const void *)progress);
  argNumber(call, "UserData", (uint64_t)(uintptr_t)userData);
}

static void __attribute__((noinline)) useStack(size_t bytes)
{
  volatile char *room = alloca(bytes);
  for (size_t at = 0; at < bytes; at += 1024) {
    room[bytes - 1 - at] = (char)at;
  }
}

/* What is done in a process of its own, which can be gone. */
static bool needsHost(const Call *call)
{
  return call->session != 0 || strcmp(call->name, "DismOpenSession") == 0;
}

/* Whether the first word of a mode is the name of a function. */
static bool isFunction(const char *mode, const char *name)
{
  size_t length = strlen(name);
  return strncmp(mode, name, length) == 0 && mode[length] == ' ';
}

/* What a test wants to happen in any function, whatever it does. */
static HRESULT misbehave(Call *call)
{
  /* Volatile, or the compiler sees what is coming. */
  static volatile uintptr_t nowhere = 8;
  unsigned stackBytes = modeNumber("stack", call->name, 0);
  if (stackBytes > 0) {
    useStack(stackBytes);
  }
  if (modeIs("crash", call->name, "null")) {
    eventLine("crash", call->name);
    *(volatile int *)nowhere = 1;
  }
  if (modeIs("crash", call->name, "abort")) {
    eventLine("crash", call->name);
    abort();
  }
  if (!call->hasTrio) {
    blockCall(call);
  }
  char text[MODE_LENGTH];
  if (hostIsDead && needsHost(call)) {
    return HR_SERVER_UNAVAILABLE;
  }
  if (readMode("dies", NULL, text, sizeof text) && isFunction(text, call->name)) {
    hostIsDead = true;
    return HR(strtoull(strchr(text, ' '), NULL, 0));
  }
  call->forced = takeResult(call->name);
  bool later = call->hasTrio && readMode("fail-after", call->name, text, sizeof text);
  return call->forced < 0 && !later ? call->forced : S_OK;
}

HRESULT checkAlways(Call *call, bool pointersGiven)
{
  if (call->refused) {
    return HR_UNEXPECTED;
  }
  return pointersGiven ? misbehave(call) : HR_INVALID_ARGUMENT;
}

HRESULT checkCall(Call *call, bool pointersGiven)
{
  return call->refused ? HR_UNEXPECTED : initialized ? checkAlways(call, pointersGiven) : HR_NOT_INITIALIZED;
}

HRESULT checkSession(Call *call, bool pointersGiven)
{
  if (call->refused || !initialized || !pointersGiven) {
    return checkCall(call, pointersGiven);
  }
  Session *session = findSession(call->session);
  if (session == NULL) {
    return HR_INVALID_SESSION;
  }
  if (session->stale) {
    return HR_REESTABLISH_SESSION;
  }
  call->image = session->image;
  return misbehave(call);
}

static void storeLastError(Call *call, HRESULT result)
{
  char text[MODE_LENGTH];
  hasLastError = true;
  if (readMode("last-error-text", call->name, text, sizeof text)) {
    fromUtf8(lastError, ERROR_LENGTH - 2, text);
  } else {
    switch ((uint32_t)result) {
      case 0x80070002: snprintf(text, sizeof text, "The system cannot find the file specified."); break;
      case 0x80070003: snprintf(text, sizeof text, "The system cannot find the path specified."); break;
      case 0x80070005: snprintf(text, sizeof text, "Access is denied."); break;
      case 0x80070057: snprintf(text, sizeof text, "The parameter is incorrect."); break;
      default: snprintf(text, sizeof text, "%s failed on thread %u with 0x%08X \xf0\x9f\x92\xbf", call->name, call->thread, (unsigned)result);
    }
    fromUtf8(lastError, ERROR_LENGTH - 2, text);
  }
  appendAscii(lastError, ERROR_LENGTH, "\r\n");
}

PCWSTR lastErrorText(void) { return hasLastError ? lastError : NULL; }

static void record(Call *call, HRESULT result)
{
  Json line = { NULL, 0, 0 };
  putFormat(&line, "{\"call\":%llu,\"function\":\"%s\",\"process\":%u,\"thread\":%u,\"session\":%u,\"arguments\":{",
    (unsigned long long)call->number, call->name, currentProcess(), call->thread, call->session);
  if (call->arguments.length > 0) {
    putRaw(&line, call->arguments.text);
  }
  putFormat(&line, "},\"result\":%d,\"callbacks\":%u,\"cancelSeen\":%s,\"concurrent\":%s,\"outstanding\":%u,\"handles\":%u}",
    (int)result, call->callbacks, call->cancelSeen ? "true" : "false", call->concurrent ? "true" : "false", liveBlocks(), openHandles());
  lockHooks();
  if (!modeIs("calls", NULL, "off") && loggedCalls < MAX_LOGGED) {
    loggedCalls++;
    putRaw(&calls, calls.length > 0 ? ",\n" : "");
    putRaw(&calls, line.text);
  }
  putRaw(&line, "\n");
  appendToFile(line.text);
  unlockHooks();
  freeJson(&line);
}

HRESULT endQuietCall(Call *call, HRESULT result)
{
  if (result == S_OK && call->forced != S_OK) {
    result = call->forced;
  }
  if (call->cancelEvent != NULL && !call->refused && waitForEvent(call->cancelEvent, 0) == EVENT_INVALID) {
    violation("the CancelEvent of %s was closed before it returned", call->name);
  }
  if (result == 1 && call->session != 0) {
    Session *session = findSession(call->session);
    if (session != NULL) {
      session->stale = true;
    }
  }
  if (call->recorded) {
    record(call, result);
    freeJson(&call->arguments);
  }
  if (!call->refused) {
    unlockCalls();
  }
  return result;
}

HRESULT endCall(Call *call, HRESULT result)
{
  if (result < 0) {
    storeLastError(call, result);
  }
  return endQuietCall(call, result);
}

void resetCalls(void)
{
  freeJson(&calls);
  freeJson(&violations);
  loggedCalls = 0;
  hasLastError = false;
  hostIsDead = false;
}

static char *listOf(const Json *json)
{
  Json list = { NULL, 0, 0 };
  lockHooks();
  putRaw(&list, "[");
  putRaw(&list, json->length > 0 ? json->text : "");
  putRaw(&list, "]");
  unlockHooks();
  return list.text;
}

char *callsJson(void) { return listOf(&calls); }
char *violationsJson(void) { return listOf(&violations); }
