/* The binary interface of wimgapi.dll as far as the double has it: constants, naturally aligned structs, prototypes. */
#ifndef DOUBLE_WIMGAPI_H
#define DOUBLE_WIMGAPI_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#ifdef _WIN32
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>
#define WIM_EXPORTED __declspec(dllexport)
#else
#include "../dismapi.h"
#define WIM_EXPORTED __attribute__((visibility("default")))
typedef WCHAR *PWSTR;
typedef uintptr_t WPARAM;
typedef intptr_t LPARAM;
typedef union { struct { uint32_t LowPart; int32_t HighPart; }; int64_t QuadPart; } LARGE_INTEGER;
typedef union { struct { uint32_t LowPart, HighPart; }; uint64_t QuadPart; } ULARGE_INTEGER;
typedef struct { uint32_t Data1; uint16_t Data2, Data3; uint8_t Data4[8]; } GUID;
typedef struct { DWORD dwLowDateTime, dwHighDateTime; } FILETIME;
typedef struct {
  DWORD dwFileAttributes;
  FILETIME ftCreationTime, ftLastAccessTime, ftLastWriteTime;
  DWORD nFileSizeHigh, nFileSizeLow, dwReserved0, dwReserved1;
  WCHAR cFileName[260], cAlternateFileName[14];
} WIN32_FIND_DATAW;
#define GENERIC_READ 0x80000000u
#define GENERIC_WRITE 0x40000000u
#define CREATE_NEW 1u
#define CREATE_ALWAYS 2u
#define OPEN_EXISTING 3u
#define OPEN_ALWAYS 4u
#define FILE_ATTRIBUTE_READONLY 0x1u
#define FILE_ATTRIBUTE_DIRECTORY 0x10u
#define FILE_ATTRIBUTE_ARCHIVE 0x20u
#define FILE_ATTRIBUTE_REPARSE_POINT 0x400u
#define MAX_PATH 260
#define ERROR_SUCCESS 0u
#define ERROR_FILE_NOT_FOUND 2u
#define ERROR_PATH_NOT_FOUND 3u
#define ERROR_ACCESS_DENIED 5u
#define ERROR_INVALID_HANDLE 6u
#define ERROR_BAD_FORMAT 11u
#define ERROR_NO_MORE_FILES 18u
#define ERROR_SHARING_VIOLATION 32u
#define ERROR_FILE_EXISTS 80u
#define ERROR_INVALID_PARAMETER 87u
#define ERROR_DISK_FULL 112u
#define ERROR_ALREADY_EXISTS 183u
#define ERROR_MORE_DATA 234u
#define ERROR_REQUEST_ABORTED 1235u
#define ERROR_FILE_CORRUPT 1392u
#endif

#define WIM_COMPRESS_NONE 0u
#define WIM_COMPRESS_LZMS 3u
#define WIM_CREATED_NEW 0u
#define WIM_OPENED_EXISTING 1u
#define WIM_FLAG_VERIFY 0x2u
#define WIM_FLAG_NO_APPLY 0x8u
#define WIM_FLAG_FILEINFO 0x80u
#define WIM_FLAG_CHUNKED 0x20000000u
#define WIM_REFERENCE_APPEND 0x10000u
#define WIM_REFERENCE_REPLACE 0x20000u
#define WIM_EXPORT_ALLOW_DUPLICATES 0x1u
#define WIM_ATTRIBUTE_VERIFY_DATA 0x4u
#define WIM_ATTRIBUTE_SPANNED 0x10u
#define WIM_ATTRIBUTE_READONLY 0x20u
#define WIM_MSG_SUCCESS 0u
#define WIM_MSG_DONE 0xFFFFFFF0u
#define WIM_MSG_SKIP_ERROR 0xFFFFFFFEu
#define WIM_MSG_ABORT_IMAGE 0xFFFFFFFFu
#define INVALID_CALLBACK_VALUE 0xFFFFFFFFu

enum {
  WIM_MSG_PROGRESS = 0x9478, WIM_MSG_PROCESS = 0x9479, WIM_MSG_SCANNING = 0x947A, WIM_MSG_SETRANGE = 0x947B, WIM_MSG_SETPOS = 0x947C,
  WIM_MSG_STEPIT = 0x947D, WIM_MSG_COMPRESS = 0x947E, WIM_MSG_ERROR = 0x947F, WIM_MSG_ALIGNMENT = 0x9480, WIM_MSG_RETRY = 0x9481,
  WIM_MSG_SPLIT = 0x9482, WIM_MSG_FILEINFO = 0x9483, WIM_MSG_INFO = 0x9484, WIM_MSG_WARNING = 0x9485, WIM_MSG_CHK_PROCESS = 0x9486,
  WIM_MSG_QUERY_ABORT = 0x948E,
};

typedef DWORD(CALLBACK *WIMMessageCallback)(DWORD dwMessageId, WPARAM wParam, LPARAM lParam, PVOID pvUserData);

typedef struct {
  WCHAR WimPath[MAX_PATH];
  GUID Guid;
  DWORD ImageCount, CompressionType;
  WORD PartNumber, TotalParts;
  DWORD BootIndex, WimAttributes, WimFlagsAndAttr;
} WIM_INFO;

typedef struct {
  WIN32_FIND_DATAW FindData;
  uint8_t bHash[20];
  PVOID pSecurityDescriptor;
  PWSTR *ppszAlternateStreamNames;
  uint8_t *pbReparseData;
  DWORD cbReparseData;
  ULARGE_INTEGER uliResourceSize;
} WIM_FIND_DATA;

static_assert(sizeof(WIM_INFO) == 560 && offsetof(WIM_INFO, Guid) == 520 && offsetof(WIM_INFO, WimFlagsAndAttr) == 556, "WIM_INFO");
static_assert(sizeof(WIN32_FIND_DATAW) == 592 && offsetof(WIN32_FIND_DATAW, cFileName) == 44, "WIN32_FIND_DATAW");
static_assert(sizeof(WIM_FIND_DATA) == 656 && offsetof(WIM_FIND_DATA, bHash) == 592 && offsetof(WIM_FIND_DATA, pSecurityDescriptor) == 616
  && offsetof(WIM_FIND_DATA, cbReparseData) == 640 && offsetof(WIM_FIND_DATA, uliResourceSize) == 648, "WIM_FIND_DATA");

WIM_EXPORTED HANDLE WINAPI WIMCreateFile(PCWSTR path, DWORD access, DWORD disposition, DWORD flags, DWORD compression, DWORD *result);
WIM_EXPORTED BOOL WINAPI WIMCloseHandle(HANDLE object);
WIM_EXPORTED BOOL WINAPI WIMSetTemporaryPath(HANDLE wim, PCWSTR path);
WIM_EXPORTED BOOL WINAPI WIMSetReferenceFile(HANDLE wim, PCWSTR path, DWORD flags);
WIM_EXPORTED BOOL WINAPI WIMSplitFile(HANDLE wim, PCWSTR partPath, LARGE_INTEGER *partSize, DWORD flags);
WIM_EXPORTED BOOL WINAPI WIMExportImage(HANDLE image, HANDLE wim, DWORD flags);
WIM_EXPORTED BOOL WINAPI WIMDeleteImage(HANDLE wim, DWORD index);
WIM_EXPORTED DWORD WINAPI WIMGetImageCount(HANDLE wim);
WIM_EXPORTED BOOL WINAPI WIMGetAttributes(HANDLE wim, WIM_INFO *info, DWORD size);
WIM_EXPORTED BOOL WINAPI WIMSetBootImage(HANDLE wim, DWORD index);
WIM_EXPORTED HANDLE WINAPI WIMCaptureImage(HANDLE wim, PCWSTR path, DWORD flags);
WIM_EXPORTED HANDLE WINAPI WIMLoadImage(HANDLE wim, DWORD index);
WIM_EXPORTED BOOL WINAPI WIMApplyImage(HANDLE image, PCWSTR path, DWORD flags);
WIM_EXPORTED BOOL WINAPI WIMGetImageInformation(HANDLE object, PVOID *buffer, DWORD *size);
WIM_EXPORTED BOOL WINAPI WIMSetImageInformation(HANDLE object, PVOID buffer, DWORD size);
WIM_EXPORTED DWORD WINAPI WIMRegisterMessageCallback(HANDLE wim, WIMMessageCallback callback, PVOID userData);
WIM_EXPORTED BOOL WINAPI WIMUnregisterMessageCallback(HANDLE wim, WIMMessageCallback callback);
WIM_EXPORTED HANDLE WINAPI WIMFindFirstImageFile(HANDLE image, PCWSTR pattern, WIM_FIND_DATA *data);
WIM_EXPORTED BOOL WINAPI WIMFindNextImageFile(HANDLE search, WIM_FIND_DATA *data);
WIM_EXPORTED HANDLE WINAPI WIMCreateImageFile(HANDLE image, PCWSTR path, DWORD access, DWORD disposition, DWORD flags);
WIM_EXPORTED BOOL WINAPI WIMReadImageFile(HANDLE file, PVOID buffer, DWORD count, DWORD *read, PVOID overlapped);

#endif
