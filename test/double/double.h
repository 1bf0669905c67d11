/* What the parts of the double share. How a test drives it from outside is told in hooks.c. */
#ifndef DOUBLE_H
#define DOUBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "dismapi.h"

/* Whether a pointer and a count are together what a caller may pass. */
#define ARRAY_GIVEN(array, count) ((array) != NULL || (count) == 0)
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#ifndef _WIN32
#define S_OK ((HRESULT)0)
#endif
#define HR(code) ((HRESULT)(uint32_t)(code))
#define HR_UNEXPECTED HR(0x8000FFFF)
#define HR_INVALID_ARGUMENT HR(0x80070057)
#define HR_FILE_NOT_FOUND HR(0x80070002)
#define HR_PATH_NOT_FOUND HR(0x80070003)
#define HR_BAD_FORMAT HR(0x8007000B)
#define HR_NOT_SUPPORTED HR(0x80070032)
#define HR_NOT_FOUND HR(0x80070490)
#define HR_ENUM_OUT_OF_RANGE HR(0x800706F5)
#define HR_NOT_INITIALIZED HR(0xC0040001)
#define HR_OPEN_SESSION_HANDLES HR(0xC0040003)
#define HR_INVALID_SESSION HR(0xC0040004)
#define HR_INVALID_IMAGE_INDEX HR(0xC0040005)
#define HR_INVALID_IMAGE_NAME HR(0xC0040006)
#define HR_UNABLE_TO_UNMOUNT HR(0xC0040007)
#define HR_OPEN_HANDLES_UNMOUNT HR(0xC004000A)
#define HR_OPEN_HANDLES_REMOUNT HR(0xC004000C)
#define HR_PARENT_FEATURE_DISABLED HR(0xC004000D)
#define HR_MUST_SPECIFY_ONLINE_IMAGE HR(0xC004000E)
#define HR_INVALID_PRODUCT_KEY HR(0xC004000F)
#define HR_NEEDS_REMOUNT HR(0xC1510114)
#define HR_INVALID_MOUNT HR(0xC1510115)
#define HR_MOUNTED_READ_ONLY HR(0xC142010C)
#define HR_DIRECTORY_HOLDS_IMAGE HR(0xC1420113)
#define HR_DIRECTORY_NOT_EMPTY HR(0xC1420114)
#define HR_DIRECTORY_MISSING HR(0xC1420115)
#define HR_NOT_REMOUNTABLE HR(0xC1420123)
#define HR_CHANGED_SINCE_MOUNT HR(0xC1420124)
#define HR_ALREADY_MOUNTED_READ_WRITE HR(0xC1420127)
#define HR_SPLIT_WIM HR(0xC1420130)
#define HR_DIRECTORY_IS_ROOT HR(0xC1420131)
#define HR_INVALID_PACKAGE HR(0x800F0805)
#define HR_PENDING HR(0x800F0806)
#define HR_REESTABLISH_SESSION HR(0x800F080A)
#define HR_UNKNOWN_FEATURE HR(0x800F080C)
#define HR_NOT_APPLICABLE HR(0x800F081E)
#define HR_SOURCE_MISSING HR(0x800F081F)
#define HR_CANNOT_UNINSTALL HR(0x800F0825)
#define HR_UNSIGNED_DRIVER HR(0x800F0242)
#define HR_SERVER_UNAVAILABLE HR(0x800706BA)
#define HR_UNKNOWN_PRODUCT HR(0x80070645)

/* ---- platform.c: what differs between Linux and Windows ---- */

/* Serialises API calls; the same thread may enter again. */
bool tryLockCalls(void);
void lockCalls(void);
void unlockCalls(void);
/* Guards modes, the call log and the heap; held for moments, never during a callback. */
void lockHooks(void);
void unlockHooks(void);
uint32_t currentThread(void);
uint32_t currentProcess(void);
/* Runs `action` on a thread of its own and waits for its end. */
void runOnThread(void (*action)(void *), void *argument);
void pauseMilliseconds(unsigned milliseconds);
typedef enum { EVENT_SET, EVENT_NOT_SET, EVENT_INVALID } EventState;
EventState waitForEvent(HANDLE event, unsigned milliseconds);
/* Open handles of the process; off Windows: events of this library that are not closed. */
unsigned openHandles(void);
bool pathExists(PCWSTR path);
bool folderIsEmpty(PCWSTR path);
/* Full path of this library, UTF-8. */
void libraryPath(char *buffer, size_t size);
/* Whole content, to be freed; NULL where there is none. */
char *readText(const char *path);
void writeText(const char *path, const char *text, bool append);

/* ---- text.c: UTF-16 ---- */

#define PATH_LENGTH 1024
#define NAME_LENGTH 260

size_t textLength(PCWSTR text);
/* Copies what fits; false where it does not fit. */
bool copyText(WCHAR *target, size_t size, PCWSTR text);
/* Appends ASCII, a number in at least `digits` digits. */
void appendAscii(WCHAR *target, size_t size, const char *text);
void appendText(WCHAR *target, size_t size, PCWSTR text);
void appendNumber(WCHAR *target, size_t size, unsigned number, int digits);
/* All of these ignore the case of ASCII letters. */
bool sameText(PCWSTR left, PCWSTR right);
bool endsWith(PCWSTR text, const char *ending);
bool contains(PCWSTR text, const char *part);
bool isEmpty(PCWSTR text);
/* A path without its trailing separators. */
bool copyPath(WCHAR *target, size_t size, PCWSTR path);
/* File name of a path, without its extension where `stem` is asked for. */
void fileName(WCHAR *target, size_t size, PCWSTR path, bool stem);
/* To be freed. */
char *toUtf8(PCWSTR text);
void fromUtf8(WCHAR *target, size_t size, const char *text);

/* ---- json.c ---- */

typedef struct { char *text; size_t length, capacity; } Json;
void putRaw(Json *json, const char *text);
void putFormat(Json *json, const char *format, ...) __attribute__((format(printf, 2, 3)));
void putAscii(Json *json, const char *text);
void putText(Json *json, PCWSTR text);
void freeJson(Json *json);

/* ---- heap.c: results ---- */

typedef struct Tree Tree;
/* A result in the making: the first block is what the caller gets and gives to DismDelete. */
Tree *newTree(void);
void *newBlock(Tree *tree, size_t size);
PCWSTR newText(Tree *tree, PCWSTR text);
/* The first block of a list. Without elements it is NULL and the tree is gone, or, by mode, a block of nothing. */
void *newList(Tree *tree, size_t count, size_t size);
/* Gives a tree up; false where `top` is no live result. */
bool deleteTree(void *top, unsigned *blocks);
unsigned liveBlocks(void);
void resetHeap(void);

/* ---- modes.c: how a test makes the double behave ---- */

#define MODE_LENGTH 1024
/* Value for `key.function`, else for `key`; false where neither is set. */
bool readMode(const char *key, const char *function, char *value, size_t size);
/* Whether the host process of the API is gone: a call with mode `dies` was made. */
extern bool hostIsDead;
bool modeIs(const char *key, const char *function, const char *value);
unsigned modeNumber(const char *key, const char *function, unsigned otherwise);
void setMode(const char *key, const char *value);
/* A key that does something at once instead of staying: true where it was one. Of the library in question. */
bool runCommand(const char *key, const char *value);
void resetModes(void);
/* Takes the next result that is to be forced upon a function; 0 where none is. */
HRESULT takeResult(const char *function);
/* Reads the configuration file again, where there is one and it changed. */
void refreshConfiguration(void);

/* ---- call.c: what every function begins and ends with ---- */

typedef struct Image Image;
typedef struct {
  const char *name;
  uint64_t number;
  uint32_t thread;
  DismSession session;
  Image *image;
  HANDLE cancelEvent;
  DISM_PROGRESS_CALLBACK progress;
  PVOID userData;
  bool hasTrio, recorded, concurrent, refused, cancelSeen;
  HRESULT forced;
  unsigned callbacks;
  Json arguments;
} Call;

void beginCall(Call *call, const char *name);
void argText(Call *call, const char *name, PCWSTR value);
void argNumber(Call *call, const char *name, uint64_t value);
void argPointer(Call *call, const char *name, const void *value);
void argTexts(Call *call, const char *name, PCWSTR *values, UINT count);
void argSession(Call *call, DismSession session);
void argTrio(Call *call, HANDLE cancelEvent, DISM_PROGRESS_CALLBACK progress, PVOID userData);
/* Initialised, pointers, then what a test wants to happen: S_OK, or what the call has to return. */
HRESULT checkCall(Call *call, bool pointersGiven);
/* The same with a session, which goes into `call`. */
HRESULT checkSession(Call *call, bool pointersGiven);
/* The same for what may be called at any time. */
HRESULT checkAlways(Call *call, bool pointersGiven);
/* Writes the call down; gives the final result. */
HRESULT endCall(Call *call, HRESULT result);
/* The same without a change of the last error. */
HRESULT endQuietCall(Call *call, HRESULT result);
/* Something that a client must not do, or that would be a fault of the double. */
void violation(const char *format, ...) __attribute__((format(printf, 1, 2)));
void eventLine(const char *event, const char *function);
/* Last error text of this thread; NULL where there is none. */
PCWSTR lastErrorText(void);
void resetCalls(void);
char *callsJson(void);
char *violationsJson(void);
unsigned blockedCalls(void);

/* ---- operation.c: progress and cancel ---- */

/* Above 0 while a callback runs, on whichever thread. */
extern volatile int runningCallbacks;

/* Does as the script says: S_OK, or why the work ends here. */
HRESULT runOperation(Call *call, const char *script);
/* Waits in mode `block`; true where cancel was asked for. */
bool blockCall(Call *call);
void countBlocked(int change);

/* ---- content.c: what is in a mounted image, where the mode says that there is something ---- */

/* Images of a file of the double of wimgapi.dll; -1 where it is none, or no such mode is set. */
int countImages(PCWSTR file);
bool nameOfImage(PCWSTR file, unsigned image, WCHAR *name);
bool mountsFiles(void);
void showImage(PCWSTR file, unsigned index, PCWSTR folder);
void saveImage(PCWSTR file, unsigned index, PCWSTR folder, bool append);
void hideImage(PCWSTR folder);

/* ---- state.c: mounts, sessions, images ---- */

#define MAX_MOUNTS 32
#define MAX_SESSIONS 32
#define MAX_IMAGES 32
#define MAX_PACKAGES 64
#define MAX_DRIVERS 64
#define MAX_APPX 64
#define MAX_FEATURES 8
#define MAX_CAPABILITIES 8

typedef struct { WCHAR path[PATH_LENGTH], file[PATH_LENGTH]; UINT index; DismMountMode mode; DismMountStatus status; } Mount;
typedef struct { WCHAR name[NAME_LENGTH]; DismPackageFeatureState state; DismReleaseType type; } Package;
typedef struct { WCHAR published[NAME_LENGTH], original[NAME_LENGTH]; BOOL inBox; } Driver;
typedef struct { WCHAR name[NAME_LENGTH], display[NAME_LENGTH], region[NAME_LENGTH]; bool hasRegion; } Appx;

/* What an image holds, as far as the functions can change it. */
typedef struct {
  DismPackageFeatureState features[MAX_FEATURES];
  DismPackageFeatureState capabilities[MAX_CAPABILITIES];
  Package packages[MAX_PACKAGES];
  unsigned packageCount;
  Driver drivers[MAX_DRIVERS];
  unsigned driverCount;
  Appx appx[MAX_APPX];
  unsigned appxCount;
  Appx blocked[MAX_APPX];
  unsigned blockedCount;
  WCHAR edition[NAME_LENGTH];
  DWORD reservedStorage;
  DismImageHealthState health;
} Content;

struct Image {
  bool used, online;
  WCHAR path[PATH_LENGTH];
  Content content;
};

typedef struct { DismSession number; Image *image; bool stale; } Session;

extern bool initialized;
extern Mount mounts[MAX_MOUNTS];
extern unsigned mountCount;
extern Session sessions[MAX_SESSIONS];
extern unsigned sessionCount;

/* Reads the table from the file of mode `state-file`, and writes it there. */
void loadMounts(void);
void saveMounts(void);
Mount *findMount(PCWSTR path);
void removeMount(Mount *mount);
void addFixtureMounts(void);
/* The image at a path; made where it was not known. NULL: there are too many. */
Image *imageAt(PCWSTR path, bool online);
Session *findSession(DismSession number);
bool hasSession(PCWSTR path);
void resetState(void);
/* What a new image holds of a group. */
void fillFeatures(Content *content);
void fillPackages(Content *content);
void fillDrivers(Content *content);
void fillCapabilities(Content *content);
void fillAppx(Content *content);
void fillEdition(Content *content);

/* ---- feature.c, for package.c ---- */

DismFeature *newFeatures(Tree *tree, const Content *content, UINT count);

#endif
