/*
 * What a call of the double costs from C, for comparison with a binding: the mean of DismGetFeatures with its DismDelete, as
 * {"calls":N,"nanoseconds":M}. Takes the number of calls.
 */
#include "dismapi.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

void DismDouble_SetMode(const char *key, const char *value);

int main(int count, char **arguments)
{
  unsigned calls = count > 1 ? (unsigned)strtoul(arguments[1], NULL, 10) : 100000;
  DismSession session;
  struct timespec begin, end;
  DismDouble_SetMode("calls", "off");
  if (calls == 0 || DismInitialize(DismLogErrors, NULL, NULL) != 0 || DismOpenSession(DISM_ONLINE_IMAGE, NULL, NULL, &session) != 0) {
    return 1;
  }
  clock_gettime(CLOCK_MONOTONIC, &begin);
  for (unsigned i = 0; i < calls; i++) {
    DismFeature *features;
    UINT length;
    if (DismGetFeatures(session, NULL, DismPackageNone, &features, &length) != 0 || DismDelete(features) != 0) {
      return 1;
    }
  }
  clock_gettime(CLOCK_MONOTONIC, &end);
  double elapsed = (double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec);
  printf("{\"calls\":%u,\"nanoseconds\":%.0f}\n", calls, elapsed / calls);
  return DismCloseSession(session) != 0 || DismShutdown() != 0;
}
