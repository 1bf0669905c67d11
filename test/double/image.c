/* Image files and mounts. */
#include "double.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KNOWN_MOUNT_FLAGS (DISM_MOUNT_READONLY | DISM_MOUNT_OPTIMIZE | DISM_MOUNT_CHECK_INTEGRITY | DISM_MOUNT_SUPPORT_EA)
#define KNOWN_COMMIT_FLAGS (DISM_COMMIT_GENERATE_INTEGRITY | DISM_COMMIT_APPEND | DISM_COMMIT_SUPPORT_EA)

static const SYSTEMTIME created = { 2024, 4, 1, 1, 9, 8, 7, 6 };
static const SYSTEMTIME modified = { 2025, 12, 3, 31, 23, 59, 58, 999 };

/* Images of the fixture WIM; a disk has the first one alone. */
static const struct { PCWSTR name, description; UINT64 size; UINT architecture; PCWSTR edition; } fixtures[] = {
  { u"Windows 11 Pro", u"Gr\u00fc\u00dfe \U0001F4BF", 0x123456789ull, 9, u"Professional" },
  { u"Windows 11 \U0001D53C\U0001D555\U0001D566", NULL, 0x20000000000001ull, 12, u"Education" },
};

/* What an image is called: as its file says, as mode `image-names` has it, else as above. */
static void imageName(WCHAR *name, PCWSTR file, unsigned image)
{
  char names[MODE_LENGTH];
  if (nameOfImage(file, image, name)) {
    return;
  }
  if (!readMode("image-names", NULL, names, sizeof names)) {
    copyText(name, NAME_LENGTH, fixtures[image % COUNT_OF(fixtures)].name);
    return;
  }
  char *at = names;
  for (unsigned i = 0; i < image; i++) {
    at += strcspn(at, ",");
    at += *at == ',';
  }
  at[strcspn(at, ",")] = '\0';
  fromUtf8(name, NAME_LENGTH, at);
}

/* Edges of what a SYSTEMTIME can hold. */
static const SYSTEMTIME first = { 1601, 1, 1, 1, 0, 0, 0, 0 };
static const SYSTEMTIME last = { 9999, 12, 5, 31, 23, 59, 59, 999 };

/* Rows of mode `odd`: what no client expects. */
static void describeOddImages(Tree *tree, DismImageInfo *images)
{
  DismWimCustomizedInfo *customized = newBlock(tree, sizeof *customized);
  *customized = (DismWimCustomizedInfo){ sizeof *customized, 0xFFFFFFFFu, 0, first, last };
  images[0] = (DismImageInfo){
    .ImageType = DismImageTypeWim, .ImageIndex = 0xFFFFFFFFu, .ImageName = newText(tree, u"odd"), .ImageSize = 0xFFFFFFFFFFFFFFFFull, .Architecture = 0xFFFF,
    .MajorVersion = 0xFFFFFFFFu, .Bootable = (DismImageBootable)77, .DefaultLanguageIndex = 9, .CustomizedInfo = customized,
  };
  images[1] = (DismImageInfo){ .ImageType = (DismImageType)-1, .Bootable = (DismImageBootable)-1 };
}

static bool isDisk(PCWSTR file) { return endsWith(file, ".vhd") || endsWith(file, ".vhdx"); }

static UINT imagesOf(PCWSTR file)
{
  int count = countImages(file);
  return isDisk(file) ? 1 : count >= 0 ? (UINT)count : COUNT_OF(fixtures);
}

static HRESULT checkImageFile(PCWSTR file, bool forMount)
{
  if (isEmpty(file) || textLength(file) >= PATH_LENGTH) {
    return HR_INVALID_ARGUMENT;
  }
  if (contains(file, "missing") || (modeIs("files", NULL, "check") && !pathExists(file))) {
    return HR_FILE_NOT_FOUND;
  }
  if (endsWith(file, ".swm") && forMount) {
    return HR_SPLIT_WIM;
  }
  return endsWith(file, ".wim") || isDisk(file) || (endsWith(file, ".esd") && !forMount) ? S_OK : HR_BAD_FORMAT;
}

HRESULT WINAPI DismGetImageInfo(PCWSTR ImageFilePath, DismImageInfo **ImageInfo, UINT *Count)
{
  Call call;
  beginCall(&call, "DismGetImageInfo");
  argText(&call, "ImageFilePath", ImageFilePath);
  if (ImageInfo != NULL && Count != NULL) {
    *ImageInfo = NULL;
    *Count = 0;
  }
  HRESULT result = checkCall(&call, ImageFilePath != NULL && ImageInfo != NULL && Count != NULL);
  if (result == S_OK) {
    result = checkImageFile(ImageFilePath, false);
  }
  if (result == S_OK) {
    bool disk = isDisk(ImageFilePath);
    UINT count = imagesOf(ImageFilePath);
    Tree *tree = newTree();
    UINT odd = modeIs("odd", "DismGetImageInfo", "yes") ? 2 : 0;
    DismImageInfo *images = newList(tree, count + odd, sizeof *images);
    if (odd > 0) {
      describeOddImages(tree, images + count);
    }
    for (UINT i = 0; i < count; i++) {
      DismImageInfo *image = &images[i];
      WCHAR name[NAME_LENGTH];
      imageName(name, ImageFilePath, i);
      image->ImageType = disk ? DismImageTypeVhd : DismImageTypeWim;
      image->ImageIndex = i + 1;
      image->ImageName = newText(tree, name);
      image->ImageDescription = newText(tree, fixtures[i % COUNT_OF(fixtures)].description);
      image->ImageSize = fixtures[i % COUNT_OF(fixtures)].size;
      image->Architecture = fixtures[i % COUNT_OF(fixtures)].architecture;
      image->ProductName = newText(tree, u"Microsoft\u00ae Windows\u00ae Operating System");
      image->EditionId = newText(tree, fixtures[i % COUNT_OF(fixtures)].edition);
      image->InstallationType = newText(tree, u"Client");
      image->Hal = newText(tree, i == 0 ? u"" : NULL);
      image->ProductType = newText(tree, u"WinNT");
      image->ProductSuite = newText(tree, u"Terminal Server");
      image->MajorVersion = 10;
      image->MinorVersion = 0;
      image->Build = 26100;
      image->SpBuild = 4652;
      image->SpLevel = 7;
      image->Bootable = i == 0 ? DismImageBootableYes : DismImageBootableUnknown;
      image->SystemRoot = newText(tree, u"WINDOWS");
      if (i == 0) {
        DismLanguage *languages = newBlock(tree, 2 * sizeof *languages);
        languages[0].Value = newText(tree, u"de-DE");
        languages[1].Value = newText(tree, u"en-US");
        image->Language = languages;
        image->LanguageCount = 2;
        image->DefaultLanguageIndex = 1;
        if (!disk) {
          DismWimCustomizedInfo *customized = newBlock(tree, sizeof *customized);
          *customized = (DismWimCustomizedInfo){ sizeof *customized, 25000, 4000000000u, created, modified };
          image->CustomizedInfo = customized;
        }
      }
    }
    *ImageInfo = images;
    *Count = count + odd;
  }
  return endCall(&call, result);
}

HRESULT WINAPI DismGetMountedImageInfo(DismMountedImageInfo **MountedImageInfo, UINT *Count)
{
  Call call;
  beginCall(&call, "DismGetMountedImageInfo");
  if (MountedImageInfo != NULL && Count != NULL) {
    *MountedImageInfo = NULL;
    *Count = 0;
  }
  HRESULT result = checkCall(&call, MountedImageInfo != NULL && Count != NULL);
  if (result == S_OK) {
    loadMounts();
    Tree *tree = newTree();
    UINT odd = modeIs("odd", "DismGetMountedImageInfo", "yes") ? 2 : 0;
    DismMountedImageInfo *list = newList(tree, mountCount + odd, sizeof *list);
    bool check = modeIs("files", NULL, "check");
    for (unsigned i = 0; i < mountCount; i++) {
      if (check && !pathExists(mounts[i].file)) {
        mounts[i].status = DismMountStatusInvalid;
        saveMounts();
      }
      list[i] = (DismMountedImageInfo){
        newText(tree, mounts[i].path), newText(tree, mounts[i].file), mounts[i].index, mounts[i].mode, mounts[i].status,
      };
    }
    if (odd > 0) {
      list[mountCount] = (DismMountedImageInfo){ NULL, NULL, 0, (DismMountMode)7, (DismMountStatus)9 };
      list[mountCount + 1] = (DismMountedImageInfo){
        newText(tree, u"C:\\mount\\odd"), newText(tree, u"C:\\images\\odd.wim"), 0xFFFFFFFFu, DismReadWrite, DismMountStatusInvalid,
      };
    }
    *MountedImageInfo = list;
    *Count = mountCount + odd;
  }
  return endCall(&call, result);
}

/* Mode `mount-content`: a mount shows what that folder holds, and takes it away when it ends. */
static void moveContent(const WCHAR *mountPath, bool intoMount)
{
  char content[MODE_LENGTH];
  if (mountsFiles() || !readMode("mount-content", NULL, content, sizeof content)) {
    return;
  }
  WCHAR path[PATH_LENGTH];
  copyPath(path, PATH_LENGTH, mountPath);
  appendAscii(path, PATH_LENGTH, "/Windows");
  char *inside = toUtf8(path);
  if (rename(intoMount ? content : inside, intoMount ? inside : content) != 0) {
    violation("the content of %s cannot be moved", inside);
  }
  free(inside);
}

static HRESULT checkMountFolder(PCWSTR folder)
{
  if (isEmpty(folder) || textLength(folder) >= PATH_LENGTH) {
    return HR_INVALID_ARGUMENT;
  }
  WCHAR path[PATH_LENGTH];
  copyPath(path, PATH_LENGTH, folder);
  if (sameText(path, u"/") || (textLength(path) == 2 && path[1] == ':')) {
    return HR_DIRECTORY_IS_ROOT;
  }
  if (findMount(path) != NULL) {
    return HR_DIRECTORY_HOLDS_IMAGE;
  }
  if (modeIs("files", NULL, "check")) {
    return !pathExists(path) ? HR_DIRECTORY_MISSING : !folderIsEmpty(path) ? HR_DIRECTORY_NOT_EMPTY : S_OK;
  }
  return contains(path, "missing") ? HR_DIRECTORY_MISSING : S_OK;
}

/* The index that a mount asks for, or why there is none. */
static HRESULT chooseImage(PCWSTR file, UINT wanted, PCWSTR name, DismImageIdentifier identifier, UINT *index)
{
  UINT count = imagesOf(file);
  if (identifier == DismImageIndex) {
    *index = wanted;
    return wanted >= 1 && wanted <= count ? S_OK : HR_INVALID_IMAGE_INDEX;
  }
  if (identifier != DismImageName) {
    return HR_INVALID_ARGUMENT;
  }
  for (*index = 1; *index <= count; ++*index) {
    WCHAR known[NAME_LENGTH];
    imageName(known, file, *index - 1);
    if (name != NULL && sameText(name, known)) {
      return S_OK;
    }
  }
  return HR_INVALID_IMAGE_NAME;
}

HRESULT WINAPI DismMountImage(PCWSTR ImageFilePath, PCWSTR MountPath, UINT ImageIndex, PCWSTR ImageName,
  DismImageIdentifier ImageIdentifier, DWORD Flags, HANDLE CancelEvent, DISM_PROGRESS_CALLBACK Progress, PVOID UserData)
{
  Call call;
  beginCall(&call, "DismMountImage");
  argText(&call, "ImageFilePath", ImageFilePath);
  argText(&call, "MountPath", MountPath);
  argNumber(&call, "ImageIndex", ImageIndex);
  argText(&call, "ImageName", ImageName);
  argNumber(&call, "ImageIdentifier", (uint64_t)ImageIdentifier);
  argNumber(&call, "Flags", Flags);
  argTrio(&call, CancelEvent, Progress, UserData);
  HRESULT result = checkCall(&call, ImageFilePath != NULL && MountPath != NULL);
  Mount mount = { .mode = (Flags & DISM_MOUNT_READONLY) != 0 ? DismReadOnly : DismReadWrite };
  if (result == S_OK && (Flags & ~KNOWN_MOUNT_FLAGS) != 0) {
    result = HR_INVALID_ARGUMENT;
  }
  if (result == S_OK) {
    result = checkImageFile(ImageFilePath, true);
  }
  if (result == S_OK) {
    result = chooseImage(ImageFilePath, ImageIndex, ImageName, ImageIdentifier, &mount.index);
  }
  if (result == S_OK) {
    loadMounts();
    result = checkMountFolder(MountPath);
  }
  for (unsigned i = 0; result == S_OK && mount.mode == DismReadWrite && i < mountCount; i++) {
    if (mounts[i].mode == DismReadWrite && mounts[i].index == mount.index && sameText(mounts[i].file, ImageFilePath)) {
      result = HR_ALREADY_MOUNTED_READ_WRITE;
    }
  }
  if (result == S_OK && mountCount == MAX_MOUNTS) {
    result = HR_UNEXPECTED;
  }
  if (result == S_OK) {
    result = runOperation(&call, "100");
  }
  if (result == S_OK) {
    loadMounts();
    /* As it is given, with a separator at its end too. */
    copyText(mount.path, PATH_LENGTH, MountPath);
    moveContent(MountPath, true);
    showImage(ImageFilePath, mount.index, MountPath);
    copyText(mount.file, PATH_LENGTH, ImageFilePath);
    mounts[mountCount++] = mount;
    saveMounts();
  }
  return endCall(&call, result);
}

static HRESULT checkCommit(const Mount *mount)
{
  return mount->mode == DismReadOnly ? HR_MOUNTED_READ_ONLY
    : mount->status == DismMountStatusNeedsRemount ? HR_NEEDS_REMOUNT
    : mount->status == DismMountStatusInvalid ? HR_INVALID_MOUNT : S_OK;
}

HRESULT WINAPI DismUnmountImage(PCWSTR MountPath, DWORD Flags, HANDLE CancelEvent, DISM_PROGRESS_CALLBACK Progress, PVOID UserData)
{
  Call call;
  beginCall(&call, "DismUnmountImage");
  argText(&call, "MountPath", MountPath);
  argNumber(&call, "Flags", Flags);
  argTrio(&call, CancelEvent, Progress, UserData);
  HRESULT result = checkCall(&call, MountPath != NULL);
  bool discard = (Flags & DISM_DISCARD_IMAGE) != 0;
  if (result == S_OK && (isEmpty(MountPath) || (Flags & ~(KNOWN_COMMIT_FLAGS | DISM_DISCARD_IMAGE)) != 0
    || (discard && Flags != DISM_DISCARD_IMAGE))) {
    result = HR_INVALID_ARGUMENT;
  }
  if (result == S_OK) {
    loadMounts();
    Mount *mount = findMount(MountPath);
    result = mount == NULL ? HR_UNABLE_TO_UNMOUNT : hasSession(MountPath) ? HR_OPEN_HANDLES_UNMOUNT
      : discard ? S_OK : checkCommit(mount);
  }
  if (result == S_OK) {
    result = runOperation(&call, discard ? "100" : "200");
  }
  if (result == S_OK) {
    loadMounts();
    Mount *mount = findMount(MountPath);
    if (mount != NULL) {
      Image *image = imageAt(MountPath, false);
      if (image != NULL) {
        /* The folder is nothing any more; another mount there begins afresh. */
        image->used = false;
      }
      if (!discard) {
        saveImage(mount->file, mount->index, MountPath, (Flags & DISM_COMMIT_APPEND) != 0);
      }
      hideImage(MountPath);
      moveContent(MountPath, false);
      removeMount(mount);
      saveMounts();
    }
  }
  return endCall(&call, result);
}

HRESULT WINAPI DismRemountImage(PCWSTR MountPath)
{
  Call call;
  beginCall(&call, "DismRemountImage");
  argText(&call, "MountPath", MountPath);
  HRESULT result = checkCall(&call, MountPath != NULL);
  if (result == S_OK) {
    loadMounts();
    Mount *mount = findMount(MountPath);
    result = isEmpty(MountPath) ? HR_INVALID_ARGUMENT : mount == NULL ? HR_NOT_REMOUNTABLE
      : hasSession(MountPath) ? HR_OPEN_HANDLES_REMOUNT : mount->status == DismMountStatusInvalid ? HR_CHANGED_SINCE_MOUNT : S_OK;
    if (result == S_OK) {
      mount->status = DismMountStatusOk;
      saveMounts();
    }
  }
  return endCall(&call, result);
}

HRESULT WINAPI DismCommitImage(DismSession Session, DWORD Flags, HANDLE CancelEvent, DISM_PROGRESS_CALLBACK Progress, PVOID UserData)
{
  Call call;
  beginCall(&call, "DismCommitImage");
  argSession(&call, Session);
  argNumber(&call, "Flags", Flags);
  argTrio(&call, CancelEvent, Progress, UserData);
  HRESULT result = checkSession(&call, true);
  if (result == S_OK && (Flags & ~KNOWN_COMMIT_FLAGS) != 0) {
    result = HR_INVALID_ARGUMENT;
  }
  if (result == S_OK) {
    loadMounts();
    Mount *mount = findMount(call.image->path);
    result = mount == NULL ? HR_INVALID_ARGUMENT : checkCommit(mount);
  }
  if (result == S_OK) {
    result = runOperation(&call, "100");
  }
  if (result == S_OK) {
    loadMounts();
    Mount *mount = findMount(call.image->path);
    if (mount != NULL) {
      saveImage(mount->file, mount->index, mount->path, (Flags & DISM_COMMIT_APPEND) != 0);
    }
  }
  return endCall(&call, result);
}

HRESULT WINAPI DismCleanupMountpoints(void)
{
  Call call;
  beginCall(&call, "DismCleanupMountpoints");
  HRESULT result = checkCall(&call, true);
  if (result == S_OK) {
    loadMounts();
    for (unsigned i = mountCount; i > 0; i--) {
      if (mounts[i - 1].status == DismMountStatusInvalid) {
        removeMount(&mounts[i - 1]);
      }
    }
    saveMounts();
  }
  return endCall(&call, result);
}
