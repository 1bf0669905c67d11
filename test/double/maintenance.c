/* Health, clean-up, reserved storage, and what has no group of its own. */
#include "double.h"

HRESULT WINAPI DismCheckImageHealth(DismSession Session, BOOL ScanImage, HANDLE CancelEvent, DISM_PROGRESS_CALLBACK Progress, PVOID UserData,
  DismImageHealthState *ImageHealth)
{
  Call call;
  beginCall(&call, "DismCheckImageHealth");
  argSession(&call, Session);
  argNumber(&call, "ScanImage", ScanImage != 0);
  argTrio(&call, CancelEvent, Progress, UserData);
  HRESULT result = checkSession(&call, ImageHealth != NULL);
  if (result == S_OK) {
    result = runOperation(&call, ScanImage != 0 ? "1000" : "none");
  }
  if (ImageHealth != NULL) {
    *ImageHealth = result == S_OK ? call.image->content.health : DismImageHealthy;
  }
  return endCall(&call, result);
}

HRESULT WINAPI DismRestoreImageHealth(DismSession Session, PCWSTR *SourcePaths, UINT SourcePathCount, BOOL LimitAccess, HANDLE CancelEvent,
  DISM_PROGRESS_CALLBACK Progress, PVOID UserData)
{
  Call call;
  beginCall(&call, "DismRestoreImageHealth");
  argSession(&call, Session);
  argTexts(&call, "SourcePaths", SourcePaths, SourcePathCount);
  argNumber(&call, "LimitAccess", LimitAccess != 0);
  argTrio(&call, CancelEvent, Progress, UserData);
  HRESULT result = checkSession(&call, ARRAY_GIVEN(SourcePaths, SourcePathCount));
  bool broken = result == S_OK && call.image->content.health != DismImageHealthy;
  bool useful = LimitAccess == 0;
  for (UINT i = 0; result == S_OK && i < SourcePathCount; i++) {
    useful = useful || (!isEmpty(SourcePaths[i]) && !contains(SourcePaths[i], "missing"));
  }
  if (broken && (!useful || call.image->content.health == DismImageNonRepairable)) {
    result = HR_SOURCE_MISSING;
  }
  if (result == S_OK) {
    result = runOperation(&call, "1000");
  }
  if (result == S_OK) {
    call.image->content.health = DismImageHealthy;
  }
  return endCall(&call, result);
}

HRESULT WINAPI _DismCleanImage(DismSession Session, UINT Type, UINT Flags, HANDLE CancelEvent, DISM_PROGRESS_CALLBACK Progress,
  PVOID UserData)
{
  Call call;
  beginCall(&call, "_DismCleanImage");
  argSession(&call, Session);
  argNumber(&call, "Type", Type);
  argNumber(&call, "Flags", Flags);
  argTrio(&call, CancelEvent, Progress, UserData);
  HRESULT result = checkSession(&call, true);
  if (result == S_OK) {
    result = Type > DISM_CLEAN_COMPONENT || Type == 3 || Flags > (DISM_CLEAN_RESET_BASE | DISM_CLEAN_DEFER) ? HR_INVALID_ARGUMENT
      : runOperation(&call, "100");
  }
  return endCall(&call, result);
}

HRESULT WINAPI _DismOptimizeImage(DismSession Session, UINT Flags, HANDLE CancelEvent, DISM_PROGRESS_CALLBACK Progress, PVOID UserData)
{
  Call call;
  beginCall(&call, "_DismOptimizeImage");
  argSession(&call, Session);
  argNumber(&call, "Flags", Flags);
  argTrio(&call, CancelEvent, Progress, UserData);
  HRESULT result = checkSession(&call, true);
  if (result == S_OK) {
    result = call.image->online ? HR_NOT_SUPPORTED : Flags != DISM_OPTIMIZE_WIMBOOT && Flags != DISM_OPTIMIZE_BOOT ? HR_INVALID_ARGUMENT
      : runOperation(&call, "100");
  }
  return endCall(&call, result);
}

HRESULT WINAPI DismGetReservedStorageState(DismSession Session, DWORD *State)
{
  Call call;
  beginCall(&call, "DismGetReservedStorageState");
  argSession(&call, Session);
  HRESULT result = checkSession(&call, State != NULL);
  if (result == S_OK && !call.image->online) {
    result = HR_NOT_SUPPORTED;
  }
  if (State != NULL) {
    *State = result == S_OK ? call.image->content.reservedStorage : 0;
  }
  return endCall(&call, result);
}

HRESULT WINAPI DismSetReservedStorageState(DismSession Session, DWORD State)
{
  Call call;
  beginCall(&call, "DismSetReservedStorageState");
  argSession(&call, Session);
  argNumber(&call, "State", State);
  HRESULT result = checkSession(&call, true);
  if (result == S_OK) {
    result = !call.image->online ? HR_NOT_SUPPORTED : State > DISM_RESERVED_STORAGE_ENABLED ? HR_INVALID_ARGUMENT : S_OK;
  }
  if (result == S_OK) {
    call.image->content.reservedStorage = State;
  }
  return endCall(&call, result);
}

HRESULT WINAPI _DismGetRegistryMountPoint(DismSession Session, DismRegistryHive RegistryHive, DismString **MountPoint)
{
  static const char *const hives[] = { "SOFTWARE", "SYSTEM", "SECURITY", "SAM", "DEFAULT", "NTUSER", "COMPONENTS", "DRIVERS" };
  Call call;
  beginCall(&call, "_DismGetRegistryMountPoint");
  argSession(&call, Session);
  argNumber(&call, "RegistryHive", (uint64_t)RegistryHive);
  if (MountPoint != NULL) {
    *MountPoint = NULL;
  }
  HRESULT result = checkSession(&call, MountPoint != NULL);
  if (result == S_OK) {
    result = call.image->online ? HR_NOT_SUPPORTED : (uint32_t)RegistryHive >= COUNT_OF(hives) ? HR_INVALID_ARGUMENT : S_OK;
  }
  if (result == S_OK) {
    WCHAR key[NAME_LENGTH] = u"HKEY_LOCAL_MACHINE\\{bf1a281b-ad7b-4476-ac95-f47682990ce7}";
    appendAscii(key, NAME_LENGTH, hives[RegistryHive]);
    Tree *tree = newTree();
    DismString *string = newBlock(tree, sizeof *string);
    string->Value = newText(tree, key);
    *MountPoint = string;
  }
  return endCall(&call, result);
}

HRESULT WINAPI _DismGetOsInfo(DismSession Session, DismOsInfo **OsInfo)
{
  Call call;
  beginCall(&call, "_DismGetOsInfo");
  argSession(&call, Session);
  if (OsInfo != NULL) {
    *OsInfo = NULL;
  }
  HRESULT result = checkSession(&call, OsInfo != NULL);
  if (result == S_OK) {
    Tree *tree = newTree();
    DismOsInfo *information = newBlock(tree, sizeof *information);
    *information = (DismOsInfo){ 2, 9, 10, 0, 26100, 4652, newText(tree, u"C:\\Windows"), newText(tree, NULL) };
    *OsInfo = information;
  }
  return endCall(&call, result);
}

HRESULT WINAPI _DismApplyFfuImage(PCWSTR ImagePath, PCWSTR ApplyPath, PCWSTR PartPath)
{
  Call call;
  beginCall(&call, "_DismApplyFfuImage");
  argText(&call, "ImagePath", ImagePath);
  argText(&call, "ApplyPath", ApplyPath);
  argText(&call, "PartPath", PartPath);
  HRESULT result = checkCall(&call, ImagePath != NULL && ApplyPath != NULL);
  if (result == S_OK && contains(ImagePath, "missing")) {
    result = HR_FILE_NOT_FOUND;
  }
  return endCall(&call, result);
}

HRESULT WINAPI _DismSplitFfuImage(PCWSTR ImagePath, PCWSTR PartPath, ULONGLONG PartSize)
{
  Call call;
  beginCall(&call, "_DismSplitFfuImage");
  argText(&call, "ImagePath", ImagePath);
  argText(&call, "PartPath", PartPath);
  argNumber(&call, "PartSize", PartSize);
  HRESULT result = checkCall(&call, ImagePath != NULL && PartPath != NULL);
  if (result == S_OK) {
    result = contains(ImagePath, "missing") ? HR_FILE_NOT_FOUND : PartSize == 0 ? HR_INVALID_ARGUMENT : S_OK;
  }
  return endCall(&call, result);
}

HRESULT WINAPI _DismApplyCustomDataImage(PCWSTR CustomDataImage, PCWSTR ImagePath, UINT Flags, HANDLE CancelEvent,
  DISM_PROGRESS_CALLBACK Progress, PVOID UserData)
{
  Call call;
  beginCall(&call, "_DismApplyCustomDataImage");
  argText(&call, "CustomDataImage", CustomDataImage);
  argText(&call, "ImagePath", ImagePath);
  argNumber(&call, "Flags", Flags);
  argTrio(&call, CancelEvent, Progress, UserData);
  HRESULT result = checkCall(&call, CustomDataImage != NULL && ImagePath != NULL);
  if (result == S_OK) {
    result = contains(CustomDataImage, "missing") ? HR_FILE_NOT_FOUND : Flags > DISM_CUSTOM_DATA_SINGLE_INSTANCE ? HR_INVALID_ARGUMENT
      : runOperation(&call, "100");
  }
  return endCall(&call, result);
}

/* What only the running system has. */
static HRESULT onlineOnly(Call *call)
{
  HRESULT result = checkSession(call, true);
  return endCall(call, result == S_OK && !call->image->online ? HR_NOT_SUPPORTED : result);
}

HRESULT WINAPI _DismInitiateOSUninstall(DismSession Session, UINT Reason)
{
  Call call;
  beginCall(&call, "_DismInitiateOSUninstall");
  argSession(&call, Session);
  argNumber(&call, "Reason", Reason);
  return onlineOnly(&call);
}

HRESULT WINAPI _DismRemoveOSUninstall(DismSession Session)
{
  Call call;
  beginCall(&call, "_DismRemoveOSUninstall");
  argSession(&call, Session);
  return onlineOnly(&call);
}

HRESULT WINAPI _DismStage(DismSession Session)
{
  Call call;
  beginCall(&call, "_DismStage");
  argSession(&call, Session);
  return endCall(&call, checkSession(&call, true));
}

HRESULT WINAPI _DismRevertPendingActions(DismSession Session, HANDLE CancelEvent, DISM_PROGRESS_CALLBACK Progress, PVOID UserData)
{
  Call call;
  beginCall(&call, "_DismRevertPendingActions");
  argSession(&call, Session);
  argTrio(&call, CancelEvent, Progress, UserData);
  HRESULT result = checkSession(&call, true);
  if (result == S_OK) {
    result = runOperation(&call, "100");
  }
  return endCall(&call, result);
}
