/* Stand-ins for the event functions of kernel32, exported by the ELF build alone. */
#ifndef _WIN32
#include "double.h"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define WAIT_OBJECT_0 0u
#define WAIT_TIMEOUT 258u
#define WAIT_FAILED 0xFFFFFFFFu
#define INFINITE 0xFFFFFFFFu
#define MAX_EVENTS 4096

typedef struct { bool open, manualReset, set; } Event;

/* A handle is a number, and no number is given out twice while the library is loaded: use after CloseHandle is always seen. */
static Event events[MAX_EVENTS];
static uint64_t eventNumbers[MAX_EVENTS];
static uint64_t lastEvent;
static unsigned openEvents;
static pthread_mutex_t eventLock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t eventSet = PTHREAD_COND_INITIALIZER;

static Event *findEvent(HANDLE handle)
{
  uint64_t number = (uint64_t)(uintptr_t)handle / 4;
  unsigned slot = (unsigned)(number % MAX_EVENTS);
  return number != 0 && events[slot].open && eventNumbers[slot] == number ? &events[slot] : NULL;
}

DISM_EXPORTED HANDLE CreateEventW(void *attributes, BOOL manualReset, BOOL initialState, PCWSTR name)
{
  (void)attributes;
  (void)name;
  pthread_mutex_lock(&eventLock);
  HANDLE handle = NULL;
  for (unsigned tries = 0; handle == NULL && tries < MAX_EVENTS; tries++) {
    unsigned slot = (unsigned)(++lastEvent % MAX_EVENTS);
    if (!events[slot].open) {
      events[slot] = (Event){ .open = true, .manualReset = manualReset != 0, .set = initialState != 0 };
      eventNumbers[slot] = lastEvent;
      openEvents++;
      handle = (HANDLE)(uintptr_t)(lastEvent * 4);
    }
  }
  pthread_mutex_unlock(&eventLock);
  return handle;
}

static BOOL changeEvent(HANDLE handle, bool set)
{
  pthread_mutex_lock(&eventLock);
  Event *event = findEvent(handle);
  if (event != NULL) {
    event->set = set;
    pthread_cond_broadcast(&eventSet);
  }
  pthread_mutex_unlock(&eventLock);
  return event != NULL;
}

DISM_EXPORTED BOOL SetEvent(HANDLE handle) { return changeEvent(handle, true); }
DISM_EXPORTED BOOL ResetEvent(HANDLE handle) { return changeEvent(handle, false); }

DISM_EXPORTED DWORD WaitForSingleObject(HANDLE handle, DWORD milliseconds)
{
  struct timespec end;
  clock_gettime(CLOCK_REALTIME, &end);
  end.tv_sec += milliseconds / 1000;
  end.tv_nsec += (long)(milliseconds % 1000) * 1000000;
  if (end.tv_nsec >= 1000000000) {
    end.tv_sec++;
    end.tv_nsec -= 1000000000;
  }
  DWORD result = WAIT_OBJECT_0;
  pthread_mutex_lock(&eventLock);
  Event *event;
  while ((event = findEvent(handle)) != NULL && !event->set && result == WAIT_OBJECT_0) {
    if (milliseconds == 0) {
      result = WAIT_TIMEOUT;
    } else if (milliseconds == INFINITE) {
      pthread_cond_wait(&eventSet, &eventLock);
    } else if (pthread_cond_timedwait(&eventSet, &eventLock, &end) == ETIMEDOUT) {
      result = WAIT_TIMEOUT;
    }
  }
  if (event == NULL) {
    result = WAIT_FAILED;
  } else if (event->set && !event->manualReset) {
    event->set = false;
  }
  pthread_mutex_unlock(&eventLock);
  return result;
}

DISM_EXPORTED BOOL CloseHandle(HANDLE handle)
{
  pthread_mutex_lock(&eventLock);
  Event *event = findEvent(handle);
  if (event != NULL) {
    event->open = false;
    openEvents--;
    pthread_cond_broadcast(&eventSet);
  }
  pthread_mutex_unlock(&eventLock);
  if (event == NULL) {
    violation("CloseHandle of a handle that is not open");
  }
  return event != NULL;
}

unsigned openHandles(void) { return openEvents; }

EventState waitForEvent(HANDLE event, unsigned milliseconds)
{
  switch (WaitForSingleObject(event, milliseconds)) {
    case WAIT_OBJECT_0: return EVENT_SET;
    case WAIT_TIMEOUT: return EVENT_NOT_SET;
    default: return EVENT_INVALID;
  }
}

#else
typedef int noEventsHere;
#endif
