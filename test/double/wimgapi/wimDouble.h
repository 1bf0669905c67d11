/* What the parts of the double of wimgapi.dll share. How a test drives it from outside is told in wimHooks.c. */
#ifndef WIM_DOUBLE_H
#define WIM_DOUBLE_H

#include "wimgapi.h"
#include "../double.h"

/* ---- wimCall.c: what every function begins and ends with ---- */

typedef struct {
  const char *name;
  uint64_t number;
  uint32_t thread;
  /* Of the function; set by a check that failed. */
  DWORD error;
  unsigned messages;
  bool aborted;
  Json arguments;
} WimCall;

void beginWim(WimCall *call, const char *name);
void wimText(WimCall *call, const char *name, PCWSTR value);
void wimNumber(WimCall *call, const char *name, uint64_t value);
/* What a test wants to happen; false where the function is to fail with call->error. */
bool wimMayGoOn(WimCall *call);
/* Writes the call down and sets the last error; gives `ok`. */
bool endWim(WimCall *call, bool ok);
/* The same for a function that fails with an error. */
bool failWim(WimCall *call, DWORD error);
void setError(DWORD error);
unsigned openWimHandles(void);
/* What LocalAlloc gave and LocalFree did not free. */
unsigned liveLocalBlocks(void);
void *allocateLocal(size_t size);
void resetWimCalls(void);
char *wimCallsJson(void);
char *wimViolationsJson(void);

/* ---- wimArchive.c: a file and its content, which is written as one whole ---- */

typedef struct { char *path; uint32_t attributes; char hash[41]; uint64_t size; } Entry;
typedef struct { char *xml; Entry *entries; unsigned count; uint64_t bytes; } ArchiveImage;
typedef struct { char hash[41]; size_t size; char *data; bool raw; } Blob;
typedef struct {
  unsigned compression, solid, integrity, part, parts, boot, readOnly;
  char guid[33];
  ArchiveImage *images;
  unsigned imageCount;
  Blob *blobs;
  unsigned blobCount;
} Archive;

/* All paths in UTF-8. An error of Windows; 0: success. */
DWORD readArchive(const char *path, bool verify, Archive *archive);
DWORD writeArchive(const char *path, const Archive *archive);
/* Bytes that it takes up in a file. */
size_t archiveSize(const Archive *archive);
void freeArchive(Archive *archive);
ArchiveImage *addImage(Archive *archive);
void copyImage(ArchiveImage *target, const ArchiveImage *source);
void freeImage(ArchiveImage *image);
Entry *addEntry(ArchiveImage *image, const char *path, uint32_t attributes);
Blob *findBlob(const Archive *archive, const char *hash);
/* Adds bytes where they are not there yet; gives their hash. */
void addBlob(Archive *archive, const char *data, size_t size, bool raw, char hash[41]);
void hashOf(const char *data, size_t size, char hash[41]);
char *copyString(const char *text);

/* ---- wimContainer.c: the same in the form of a WIM file ---- */

bool isContainer(const char *data, size_t size);
/* The text of the archive; NULL where there is none. */
const char *containerText(const char *data, size_t size, size_t *textSize);
bool writeContainer(const char *path, const Archive *archive, const char *text, size_t size);

/* ---- wimObjects.c: handles ---- */

typedef struct WimFile WimFile;
struct WimFile {
  char *path, *temporaryPath;
  DWORD access, flags;
  Archive archive;
  bool changed;
  /* Files with blobs that are not in this one. */
  Archive *references;
  unsigned referenceCount, openImages;
  struct { WIMMessageCallback function; PVOID userData; } callbacks[8];
};
typedef struct { WimFile *file; unsigned index; } WimImage;
typedef struct { const Blob *blob; size_t at; } WimReader;
/* A search has no object: nobody goes on with one. */
typedef enum { NOTHING, A_FILE, AN_IMAGE, A_SEARCH, A_READER } ObjectKind;

/* NULL where the handle is none of the kind; the error is set in the call then. */
void *objectOf(WimCall *call, HANDLE handle, ObjectKind kind);
WimFile *fileOf(WimCall *call, HANDLE handle);
WimImage *imageOf(WimCall *call, HANDLE handle);
bool isImageHandle(HANDLE handle);
HANDLE newHandle(ObjectKind kind, void *object);
ArchiveImage *imageData(WimImage *image);
/* In the file itself, or in what it refers to. */
const Blob *blobOf(const WimFile *file, const char *hash);
void resetObjects(void);

/* ---- wimMessages.c ---- */

/* The calls of one function: on which thread, and what was answered. */
typedef struct { WimCall *call; WimFile *files[2]; void (*work)(void *); void *context; } Messages;
/* Does the work of a function that sends messages, on the thread that the mode or the compression asks for. */
void runWork(Messages *messages, unsigned compression);
/* False: the work has to stop, with call->error set. */
bool sendMessage(Messages *messages, DWORD message, WPARAM first, LPARAM second);
bool sendPath(Messages *messages, DWORD message, const char *path, LPARAM second);
/* The messages of one path by the modes for errors, retries and warnings. `skip`: it is to be left out. False: stop. */
bool sendTroubles(Messages *messages, const char *path, bool *skip);
/* Waits as mode `block` says; false: stop. */
bool blockWork(Messages *messages);
void endLateMessages(void);

/* ---- wimCapture.c, wimApply.c ---- */

typedef struct {
  Messages messages;
  WimFile *file;
  ArchiveImage *image;
  const char *root;
  DWORD flags;
  unsigned done, total;
} ImageWork;
/* Asks whether a path is wanted. False: stop. The answer has to be the same each time that a path is asked about. */
bool isIncluded(ImageWork *work, const char *path, bool *included);

/* ---- wimTree.c: files of the system; paths in UTF-8 ---- */

typedef struct { char *name; bool isFolder, isLink; uint64_t size; } FolderEntry;
bool listFolder(const char *path, FolderEntry **entries, unsigned *count);
void freeFolder(FolderEntry *entries, unsigned count);
bool readWhole(const char *path, char **data, size_t *size);
bool writeWhole(const char *path, const char *data, size_t size);
/* Into a file that is there. */
bool writeAt(const char *path, uint64_t offset, const char *data, size_t size);
bool makeFolder(const char *path);
bool isThere(const char *path);
bool isFolderPath(const char *path);
bool isWritable(const char *path);
bool replaceFile(const char *from, const char *to);
void removePath(const char *path, bool isFolder);
char *readLink(const char *path);
/* With the separator of the system. */
char *joinPath(const char *folder, const char *name);
char *parentPath(const char *path);
WCHAR *toWide(const char *text);

#endif
