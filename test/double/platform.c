/* What differs between Linux and Windows: locks, threads, files. */
#define _GNU_SOURCE
#include "double.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *readText(const char *path)
{
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    return NULL;
  }
  size_t capacity = 4096, length = 0, count;
  char *text = malloc(capacity + 1);
  while ((count = fread(text + length, 1, capacity - length, file)) > 0) {
    length += count;
    if (length == capacity) {
      capacity *= 2;
      text = realloc(text, capacity + 1);
    }
  }
  text[length] = '\0';
  fclose(file);
  return text;
}

void writeText(const char *path, const char *text, bool append)
{
  FILE *file = fopen(path, append ? "ab" : "wb");
  if (file == NULL) {
    return;
  }
  /* In one piece: another process may append to the same file. */
  setvbuf(file, NULL, _IOFBF, strlen(text) + 1);
  fputs(text, file);
  fclose(file);
}

#ifdef _WIN32

static CRITICAL_SECTION callLock, hookLock;

/* Not DllMain: programs are linked with these sources as well. */
static void __attribute__((constructor)) initializeLocks(void)
{
  InitializeCriticalSection(&callLock);
  InitializeCriticalSection(&hookLock);
}

bool tryLockCalls(void) { return TryEnterCriticalSection(&callLock) != 0; }
void lockCalls(void) { EnterCriticalSection(&callLock); }
void unlockCalls(void) { LeaveCriticalSection(&callLock); }
void lockHooks(void) { EnterCriticalSection(&hookLock); }
void unlockHooks(void) { LeaveCriticalSection(&hookLock); }
uint32_t currentThread(void) { return GetCurrentThreadId(); }
uint32_t currentProcess(void) { return GetCurrentProcessId(); }
void pauseMilliseconds(unsigned milliseconds) { Sleep(milliseconds); }

typedef struct { void (*action)(void *); void *argument; } Task;

static DWORD WINAPI runTask(void *task)
{
  ((Task *)task)->action(((Task *)task)->argument);
  return 0;
}

void runOnThread(void (*action)(void *), void *argument)
{
  Task task = { action, argument };
  HANDLE thread = CreateThread(NULL, 0, runTask, &task, 0, NULL);
  WaitForSingleObject(thread, INFINITE);
  CloseHandle(thread);
}

EventState waitForEvent(HANDLE event, unsigned milliseconds)
{
  switch (WaitForSingleObject(event, milliseconds)) {
    case WAIT_OBJECT_0: return EVENT_SET;
    case WAIT_TIMEOUT: return EVENT_NOT_SET;
    default: return EVENT_INVALID;
  }
}

typedef struct { void *object; ULONG_PTR process, handle; ULONG access; USHORT backTrace, type; ULONG attributes, spare; } HandleEntry;
typedef struct { ULONG_PTR count, spare; HandleEntry entries[]; } HandleTable;

/* From the table of all processes, as Wine does not count the handles of one. */
static unsigned countHandles(void)
{
  typedef LONG(NTAPI * Query)(int class, void *buffer, ULONG size, ULONG *needed);
  Query query = (Query)(void *)GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "NtQuerySystemInformation");
  ULONG size = 1 << 20, count = 0;
  HandleTable *table = malloc(size);
  while (query(64, table, size, NULL) == (LONG)0xC0000004 && size < 1 << 26) {
    size *= 2;
    table = realloc(table, size);
  }
  for (ULONG_PTR i = 0; i < table->count; i++) {
    count += table->entries[i].process == GetCurrentProcessId();
  }
  free(table);
  return count;
}

unsigned openHandles(void)
{
  DWORD count = 0;
  return GetProcessHandleCount(GetCurrentProcess(), &count) && count > 0 ? count : countHandles();
}

bool pathExists(PCWSTR path) { return GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES; }

bool folderIsEmpty(PCWSTR path)
{
  WCHAR pattern[PATH_LENGTH] = u"";
  WIN32_FIND_DATAW found;
  appendText(pattern, PATH_LENGTH, path);
  appendAscii(pattern, PATH_LENGTH, "\\*");
  HANDLE search = FindFirstFileW(pattern, &found);
  if (search == INVALID_HANDLE_VALUE) {
    return true;
  }
  bool empty = true;
  do {
    empty = sameText(found.cFileName, u".") || sameText(found.cFileName, u"..");
  } while (empty && FindNextFileW(search, &found));
  FindClose(search);
  return empty;
}

void libraryPath(char *buffer, size_t size)
{
  WCHAR path[PATH_LENGTH];
  HMODULE library = NULL;
  GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT, (LPCWSTR)(void *)libraryPath, &library);
  GetModuleFileNameW(library, path, PATH_LENGTH);
  char *text = toUtf8(path);
  snprintf(buffer, size, "%s", text);
  free(text);
}

#else

#include <dirent.h>
#include <dlfcn.h>
#include <pthread.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t callLock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_mutex_t hookLock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

bool tryLockCalls(void) { return pthread_mutex_trylock(&callLock) == 0; }
void lockCalls(void) { pthread_mutex_lock(&callLock); }
void unlockCalls(void) { pthread_mutex_unlock(&callLock); }
void lockHooks(void) { pthread_mutex_lock(&hookLock); }
void unlockHooks(void) { pthread_mutex_unlock(&hookLock); }
uint32_t currentProcess(void) { return (uint32_t)getpid(); }

uint32_t currentThread(void)
{
  static __thread uint32_t thread;
  if (thread == 0) {
    thread = (uint32_t)gettid();
  }
  return thread;
}

void pauseMilliseconds(unsigned milliseconds)
{
  struct timespec time = { milliseconds / 1000, (long)(milliseconds % 1000) * 1000000 };
  nanosleep(&time, NULL);
}

typedef struct { void (*action)(void *); void *argument; } Task;

static void *runTask(void *task)
{
  ((Task *)task)->action(((Task *)task)->argument);
  return NULL;
}

void runOnThread(void (*action)(void *), void *argument)
{
  Task task = { action, argument };
  pthread_t thread;
  if (pthread_create(&thread, NULL, runTask, &task) != 0) {
    abort();
  }
  pthread_join(thread, NULL);
}

bool pathExists(PCWSTR path)
{
  struct stat status;
  char *text = toUtf8(path);
  bool exists = stat(text, &status) == 0;
  free(text);
  return exists;
}

bool folderIsEmpty(PCWSTR path)
{
  char *text = toUtf8(path);
  DIR *folder = opendir(text);
  free(text);
  if (folder == NULL) {
    return true;
  }
  bool empty = true;
  struct dirent *entry;
  while (empty && (entry = readdir(folder)) != NULL) {
    empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
  }
  closedir(folder);
  return empty;
}

void libraryPath(char *buffer, size_t size)
{
  Dl_info information;
  snprintf(buffer, size, "%s", dladdr((void *)libraryPath, &information) != 0 ? information.dli_fname : "");
}

#endif
