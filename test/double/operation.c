/* Progress and cancel of what takes long. */
#include "double.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POLL_MILLISECONDS 5
#define DEFAULT_CANCEL_RESULT 0x800704D3u

/* Numbers of the calls that have not returned: the event and the callback of any other call are not to be touched. */
static volatile uint64_t runningOperation;

typedef enum { CANCEL_OBEYED, CANCEL_AT_END, CANCEL_TOO_LATE, CANCEL_IGNORED } CancelMode;

typedef struct {
  Call *call;
  char script[MODE_LENGTH];
  CancelMode cancelMode;
  HRESULT cancelResult, result;
  unsigned blockAfter, failAfter, delay, done;
} Operation;

static void requireRunning(const Call *call)
{
  if (runningOperation != call->number) {
    violation("the double touched the event or the callback of %s after its return", call->name);
    abort();
  }
}

static bool cancelAsked(Call *call, unsigned milliseconds)
{
  if (call->cancelEvent == NULL) {
    pauseMilliseconds(milliseconds);
    return false;
  }
  requireRunning(call);
  EventState state = waitForEvent(call->cancelEvent, milliseconds);
  if (state == EVENT_INVALID) {
    violation("the CancelEvent of %s is no open handle", call->name);
    pauseMilliseconds(milliseconds);
  }
  call->cancelSeen = call->cancelSeen || state == EVENT_SET;
  return state == EVENT_SET;
}

bool blockCall(Call *call)
{
  char mode[MODE_LENGTH];
  bool first = true, cancelled = false;
  while (!cancelled && readMode("block", call->name, mode, sizeof mode)) {
    bool waitsForCancel = strcmp(mode, "cancel") == 0;
    if (waitsForCancel && !call->hasTrio) {
      break;
    }
    if (first) {
      countBlocked(1);
      eventLine("blocked", call->name);
    }
    first = false;
    if (waitsForCancel) {
      cancelled = cancelAsked(call, POLL_MILLISECONDS);
    } else {
      pauseMilliseconds(POLL_MILLISECONDS);
    }
    refreshConfiguration();
  }
  if (!first) {
    countBlocked(-1);
  }
  return cancelled;
}

static bool obeysCancel(Operation *operation)
{
  return operation->cancelMode == CANCEL_OBEYED && cancelAsked(operation->call, 0);
}

/* One step; false where the work ends. */
static bool step(Operation *operation, UINT current, UINT total)
{
  Call *call = operation->call;
  if (operation->done == operation->failAfter) {
    operation->result = call->forced;
    return false;
  }
  bool cancelled = operation->done == operation->blockAfter && blockCall(call);
  if (cancelled || obeysCancel(operation)) {
    operation->result = operation->cancelResult;
    return false;
  }
  if (operation->delay > 0 && operation->done > 0) {
    if (operation->cancelMode == CANCEL_OBEYED && cancelAsked(call, operation->delay)) {
      operation->result = operation->cancelResult;
      return false;
    }
    if (operation->cancelMode != CANCEL_OBEYED || call->cancelEvent == NULL) {
      pauseMilliseconds(operation->delay);
    }
  }
  operation->done++;
  if (call->progress != NULL) {
    requireRunning(call);
    runningCallbacks++;
    call->progress(current, total, call->userData);
    runningCallbacks--;
    call->callbacks++;
  }
  return true;
}

static bool evenSteps(Operation *operation, UINT from, UINT to, UINT width, UINT total)
{
  for (UINT current = from; current <= to; current += width) {
    if (!step(operation, current, total)) {
      return false;
    }
  }
  return true;
}

/* Steps written out: "5/100,50/100". */
static bool givenSteps(Operation *operation)
{
  const char *at = operation->script;
  while (*at != '\0') {
    char *rest;
    UINT current = (UINT)strtoul(at, &rest, 10);
    UINT total = *rest == '/' ? (UINT)strtoul(rest + 1, &rest, 10) : 100;
    if (!step(operation, current, total)) {
      return false;
    }
    at = rest + strcspn(rest, ",");
    at += *at == ',';
  }
  return true;
}

static bool scriptIs(const Operation *operation, const char *name) { return strcmp(operation->script, name) == 0; }

static bool performScript(Operation *operation)
{
  if (scriptIs(operation, "none")) { return true; }
  if (scriptIs(operation, "100")) { return evenSteps(operation, 0, 100, 10, 100); }
  if (scriptIs(operation, "200")) { return evenSteps(operation, 0, 200, 10, 200); }
  if (scriptIs(operation, "1000")) { return evenSteps(operation, 50, 1000, 50, 1000); }
  if (scriptIs(operation, "past")) { return evenSteps(operation, 0, 225, 25, 100); }
  if (scriptIs(operation, "zero")) { return evenSteps(operation, 0, 4, 1, 0); }
  if (scriptIs(operation, "back")) { return evenSteps(operation, 0, 100, 50, 100) && evenSteps(operation, 10, 100, 45, 100); }
  if (scriptIs(operation, "many")) { return evenSteps(operation, 1, 10000, 1, 10000); }
  return givenSteps(operation);
}

static void perform(void *argument)
{
  Operation *operation = argument;
  Call *call = operation->call;
  if (!performScript(operation)) {
    return;
  }
  /* A script that is shorter than the point at which to stop. */
  if (operation->done <= operation->failAfter && operation->failAfter != UINT32_MAX) {
    operation->result = call->forced;
    return;
  }
  bool cancelled = operation->done <= operation->blockAfter && blockCall(call);
  if (!cancelled && operation->cancelMode != CANCEL_IGNORED) {
    cancelled = cancelAsked(call, 0) && operation->cancelMode != CANCEL_TOO_LATE;
  }
  if (cancelled) {
    operation->result = operation->cancelResult;
  }
}

HRESULT runOperation(Call *call, const char *script)
{
  Operation operation = { .call = call, .cancelMode = CANCEL_OBEYED, .failAfter = UINT32_MAX };
  if (!readMode("progress", call->name, operation.script, sizeof operation.script)) {
    snprintf(operation.script, sizeof operation.script, "%s", script);
  }
  char mode[MODE_LENGTH];
  if (readMode("cancel", call->name, mode, sizeof mode)) {
    operation.cancelMode = strcmp(mode, "end") == 0 ? CANCEL_AT_END : strcmp(mode, "late") == 0 ? CANCEL_TOO_LATE
      : strcmp(mode, "ignore") == 0 ? CANCEL_IGNORED : CANCEL_OBEYED;
  }
  operation.cancelResult = HR(modeNumber("cancel-result", call->name, DEFAULT_CANCEL_RESULT));
  operation.blockAfter = modeNumber("block-after", call->name, 1);
  operation.delay = modeNumber("step-delay", call->name, 0);
  if (call->forced < 0) {
    operation.failAfter = modeNumber("fail-after", call->name, UINT32_MAX);
  }
  runningOperation = call->number;
  if (modeIs("callback-thread", call->name, "helper")) {
    runOnThread(perform, &operation);
  } else {
    perform(&operation);
  }
  runningOperation = 0;
  return operation.result;
}
