/* What every function of wimgapi.dll begins and ends with: forced results, the last error, the call log, memory. */
#ifndef _WIN32
#define _GNU_SOURCE
#include <alloca.h>
#include <errno.h>
#else
#include <malloc.h>
#endif
#include "wimDouble.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LOGGED 100000
#define MAX_BLOCKS 256
#define POISON 0xDD
/* Bytes; one block for each of 1,000 calls is more than any other change of memory. */
#define SHOWING 65536

static uint64_t callNumber;
static Json calls, violations;
static unsigned loggedCalls;
#ifndef _WIN32
static void *blocks[MAX_BLOCKS];
static size_t blockSizes[MAX_BLOCKS];
#endif
static unsigned liveBlocksNow;
bool hostIsDead;

/* modes.c asks; nothing of this double is a command. */
bool runCommand(const char *key, const char *value)
{
  (void)key;
  (void)value;
  return false;
}

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
  Json line = { NULL, 0, 0 };
  lockHooks();
  putRaw(&violations, violations.length > 0 ? "," : "");
  putAscii(&violations, text);
  putRaw(&line, "{\"violation\":");
  putAscii(&line, text);
  putRaw(&line, "}\n");
  appendToFile(line.text);
  unlockHooks();
  freeJson(&line);
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

/* Off Windows it is errno, which koffi carries from the thread of a call to the callback that it ends with, as it does the last error. */
void setError(DWORD error)
{
#ifdef _WIN32
  SetLastError(error);
#else
  errno = (int)error;
#endif
}

#ifndef _WIN32
WIM_EXPORTED DWORD GetLastError(void) { return (DWORD)errno; }
#endif

#ifdef _WIN32

/* LocalFree is that of kernel32, which does not tell: a block that is not freed has to show in the memory of the process. */
void *allocateLocal(size_t size) { return LocalAlloc(LMEM_FIXED, size + SHOWING); }

#else

void *allocateLocal(size_t size)
{
  void *block = malloc(size);
  lockHooks();
  for (unsigned i = 0; i < MAX_BLOCKS; i++) {
    if (blocks[i] == NULL) {
      blocks[i] = block;
      blockSizes[i] = size;
      liveBlocksNow++;
      break;
    }
  }
  unlockHooks();
  return block;
}

WIM_EXPORTED PVOID LocalFree(PVOID block)
{
  bool found = block == NULL;
  lockHooks();
  for (unsigned i = 0; i < MAX_BLOCKS && !found; i++) {
    if (blocks[i] == block) {
      memset(block, POISON, blockSizes[i]);
      blocks[i] = NULL;
      liveBlocksNow--;
      found = true;
    }
  }
  unlockHooks();
  if (!found) {
    violation("LocalFree of what is not allocated");
    return block;
  }
  free(block);
  return NULL;
}
#endif

unsigned liveLocalBlocks(void) { return liveBlocksNow; }

void beginWim(WimCall *call, const char *name)
{
  *call = (WimCall){ .name = name, .thread = currentThread() };
  refreshConfiguration();
  lockHooks();
  call->number = ++callNumber;
  unlockHooks();
}

static void putName(WimCall *call, const char *name)
{
  putFormat(&call->arguments, "%s\"%s\":", call->arguments.length > 0 ? "," : "", name);
}

void wimText(WimCall *call, const char *name, PCWSTR value)
{
  putName(call, name);
  putText(&call->arguments, value);
}

void wimNumber(WimCall *call, const char *name, uint64_t value)
{
  putName(call, name);
  putFormat(&call->arguments, "%llu", (unsigned long long)value);
}

static void __attribute__((noinline)) useStack(size_t bytes)
{
  volatile char *room = alloca(bytes);
  for (size_t at = 0; at < bytes; at += 1024) {
    room[bytes - 1 - at] = (char)at;
  }
}

bool wimMayGoOn(WimCall *call)
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
  bool first = true;
  while (modeIs("block", call->name, "hang")) {
    if (first) {
      eventLine("blocked", call->name);
    }
    first = false;
    pauseMilliseconds(5);
    refreshConfiguration();
  }
  call->error = (DWORD)takeResult(call->name);
  return call->error == ERROR_SUCCESS;
}

static void record(WimCall *call, bool ok)
{
  Json line = { NULL, 0, 0 };
  putFormat(&line, "{\"call\":%llu,\"function\":\"%s\",\"process\":%u,\"thread\":%u,\"arguments\":{", (unsigned long long)call->number, call->name,
    currentProcess(), call->thread);
  putRaw(&line, call->arguments.length > 0 ? call->arguments.text : "");
  putFormat(&line, "},\"error\":%u,\"messages\":%u,\"aborted\":%s,\"outstanding\":%u,\"handles\":%u}", (unsigned)(ok ? 0 : call->error), call->messages,
    call->aborted ? "true" : "false", liveLocalBlocks(), openWimHandles());
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

bool endWim(WimCall *call, bool ok)
{
  record(call, ok);
  freeJson(&call->arguments);
  /* What succeeds leaves some number behind, as in Windows; only where a result says failure does the number mean anything. */
  setError(ok ? modeNumber("error-after-success", call->name, 0) : call->error);
  return ok;
}

bool failWim(WimCall *call, DWORD error)
{
  call->error = error;
  return endWim(call, false);
}

void resetWimCalls(void)
{
  freeJson(&calls);
  freeJson(&violations);
  loggedCalls = 0;
}

static char *listOf(const Json *json)
{
  Json list = { NULL, 0, 0 };
  putRaw(&list, "[");
  putRaw(&list, json->length > 0 ? json->text : "");
  putRaw(&list, "]");
  return list.text;
}

char *wimCallsJson(void) { return listOf(&calls); }
char *wimViolationsJson(void) { return listOf(&violations); }
