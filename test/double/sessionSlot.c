/* Checks from C what a binding cannot see: that out slots get exactly their bytes. Ends with 0, or with the line that failed. */
#include "dismapi.h"
#include <string.h>

#define CANARY 0xA5
#define REQUIRE(condition) do { if (!(condition)) { return __LINE__ % 250 + 1; } } while (0)

/* A slot of 4 bytes between canaries. */
typedef struct { uint8_t before[8]; DWORD value; uint8_t after[8]; } Slot;

static void prepare(Slot *slot) { memset(slot, CANARY, sizeof *slot); }

static int isWhole(const Slot *slot)
{
  for (int i = 0; i < 8; i++) {
    if (slot->before[i] != CANARY || slot->after[i] != CANARY) {
      return 0;
    }
  }
  return 1;
}

int main(void)
{
  Slot session, count, state;
  prepare(&session);
  prepare(&count);
  prepare(&state);
  REQUIRE(DismInitialize(DismLogErrorsWarningsInfo, NULL, NULL) == 0);
  REQUIRE(DismOpenSession(DISM_ONLINE_IMAGE, NULL, NULL, (DismSession *)&session.value) == 0);
  REQUIRE(session.value == 2 && isWhole(&session));

  DismFeature *features = NULL;
  REQUIRE(DismGetFeatures(session.value, NULL, DismPackageNone, &features, (UINT *)&count.value) == 0);
  REQUIRE(count.value == 5 && isWhole(&count));
  /* The second element is where packing puts it. */
  uint32_t second;
  memcpy(&second, (char *)features + sizeof(void *) + 4 + sizeof(void *), sizeof second);
  REQUIRE(second == DismStateNotPresent && features[2].State == DismStateRemoved);
  REQUIRE(DismDelete(features) == 0 && DismDelete(NULL) == 0);

  REQUIRE(DismGetReservedStorageState(session.value, &state.value) == 0);
  REQUIRE(state.value == DISM_RESERVED_STORAGE_ENABLED && isWhole(&state));
  prepare(&state);
  REQUIRE(DismCheckImageHealth(session.value, 7, NULL, NULL, NULL, (DismImageHealthState *)&state.value) == 0);
  REQUIRE(state.value == DismImageHealthy && isWhole(&state));

  REQUIRE(DismCloseSession(session.value) == 0);
  REQUIRE(DismShutdown() == 0);
  return 0;
}
