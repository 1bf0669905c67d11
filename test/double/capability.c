/* Capabilities and languages. */
#include "double.h"

static const struct { PCWSTR name, display; DismPackageFeatureState state; DWORD download, install; } fixtures[] = {
  { u"Language.Basic~~~en-US~0.0.1.0", u"Basic \U0001F5E3", DismStateInstalled, 0x80000001u, 0xFFFFFFFFu },
  { u"OpenSSH.Server~~~~0.0.1.0", NULL, DismStateNotPresent, 1500000, 7000000 },
  { u"Rsat.Dns.Tools~~~~0.0.1.0", u"", DismStateStaged, 0, 0 },
};

_Static_assert(COUNT_OF(fixtures) <= MAX_CAPABILITIES, "room for the capabilities");

void fillCapabilities(Content *content)
{
  for (unsigned i = 0; i < COUNT_OF(fixtures); i++) {
    content->capabilities[i] = fixtures[i].state;
  }
}

static int findCapability(PCWSTR name)
{
  for (unsigned i = 0; i < COUNT_OF(fixtures); i++) {
    if (sameText(name, fixtures[i].name)) {
      return (int)i;
    }
  }
  return -1;
}

static HRESULT checkSources(PCWSTR *sources, UINT count)
{
  for (UINT i = 0; i < count; i++) {
    if (isEmpty(sources[i]) || contains(sources[i], "missing")) {
      return HR_SOURCE_MISSING;
    }
  }
  return S_OK;
}

static void argSources(Call *call, BOOL limitAccess, PCWSTR *sources, UINT count)
{
  argNumber(call, "LimitAccess", limitAccess != 0);
  argTexts(call, "SourcePaths", sources, count);
}

static void listCapabilities(const Call *call, DismCapability **out, UINT *count)
{
  Tree *tree = newTree();
  UINT odd = modeIs("odd", call->name, "yes");
  DismCapability *list = newList(tree, COUNT_OF(fixtures) + odd, sizeof *list);
  if (odd > 0) {
    list[COUNT_OF(fixtures)] = (DismCapability){ newText(tree, u"Odd.State~~~~0.0.1.0"), (DismPackageFeatureState)99 };
  }
  for (unsigned i = 0; i < COUNT_OF(fixtures); i++) {
    list[i] = (DismCapability){ newText(tree, fixtures[i].name), call->image->content.capabilities[i] };
  }
  *out = list;
  *count = COUNT_OF(fixtures) + odd;
}

static HRESULT describeCapability(const Call *call, PCWSTR name, DismCapabilityInfo **out)
{
  int index = findCapability(name);
  Tree *tree = newTree();
  DismCapabilityInfo *capability = newBlock(tree, sizeof *capability);
  // Windows answers about a capability that it does not know, too: without a name, and not present.
  *capability = (DismCapabilityInfo){ NULL, DismStateNotPresent, NULL, NULL, 0, 0 };
  if (index >= 0) {
    *capability = (DismCapabilityInfo){
      newText(tree, fixtures[index].name), call->image->content.capabilities[index], newText(tree, fixtures[index].display),
      newText(tree, fixtures[index].display), fixtures[index].download, fixtures[index].install,
    };
  }
  *out = capability;
  return S_OK;
}

HRESULT WINAPI DismGetCapabilities(DismSession Session, DismCapability **Capability, UINT *Count)
{
  Call call;
  beginCall(&call, "DismGetCapabilities");
  argSession(&call, Session);
  if (Capability != NULL && Count != NULL) {
    *Capability = NULL;
    *Count = 0;
  }
  HRESULT result = checkSession(&call, Capability != NULL && Count != NULL);
  if (result == S_OK) {
    listCapabilities(&call, Capability, Count);
  }
  return endCall(&call, result);
}

HRESULT WINAPI _DismGetCapabilitiesEx(DismSession Session, BOOL LimitAccess, PCWSTR *SourcePaths, UINT SourcePathCount,
  DismCapability **Capability, UINT *Count)
{
  Call call;
  beginCall(&call, "_DismGetCapabilitiesEx");
  argSession(&call, Session);
  argSources(&call, LimitAccess, SourcePaths, SourcePathCount);
  if (Capability != NULL && Count != NULL) {
    *Capability = NULL;
    *Count = 0;
  }
  HRESULT result = checkSession(&call, Capability != NULL && Count != NULL && ARRAY_GIVEN(SourcePaths, SourcePathCount));
  if (result == S_OK) {
    result = checkSources(SourcePaths, SourcePathCount);
  }
  if (result == S_OK) {
    listCapabilities(&call, Capability, Count);
  }
  return endCall(&call, result);
}

HRESULT WINAPI DismGetCapabilityInfo(DismSession Session, PCWSTR Name, DismCapabilityInfo **Info)
{
  Call call;
  beginCall(&call, "DismGetCapabilityInfo");
  argSession(&call, Session);
  argText(&call, "Name", Name);
  if (Info != NULL) {
    *Info = NULL;
  }
  HRESULT result = checkSession(&call, Name != NULL && Info != NULL);
  if (result == S_OK) {
    result = describeCapability(&call, Name, Info);
  }
  return endCall(&call, result);
}

HRESULT WINAPI _DismGetCapabilityInfoEx(DismSession Session, PCWSTR Name, BOOL LimitAccess, PCWSTR *SourcePaths, UINT SourcePathCount,
  DismCapabilityInfo **Info)
{
  Call call;
  beginCall(&call, "_DismGetCapabilityInfoEx");
  argSession(&call, Session);
  argText(&call, "Name", Name);
  argSources(&call, LimitAccess, SourcePaths, SourcePathCount);
  if (Info != NULL) {
    *Info = NULL;
  }
  HRESULT result = checkSession(&call, Name != NULL && Info != NULL && ARRAY_GIVEN(SourcePaths, SourcePathCount));
  if (result == S_OK) {
    result = checkSources(SourcePaths, SourcePathCount);
  }
  if (result == S_OK) {
    result = describeCapability(&call, Name, Info);
  }
  return endCall(&call, result);
}

HRESULT WINAPI DismAddCapability(DismSession Session, PCWSTR Name, BOOL LimitAccess, PCWSTR *SourcePaths, UINT SourcePathCount,
  HANDLE CancelEvent, DISM_PROGRESS_CALLBACK Progress, PVOID UserData)
{
  Call call;
  beginCall(&call, "DismAddCapability");
  argSession(&call, Session);
  argText(&call, "Name", Name);
  argSources(&call, LimitAccess, SourcePaths, SourcePathCount);
  argTrio(&call, CancelEvent, Progress, UserData);
  HRESULT result = checkSession(&call, Name != NULL && ARRAY_GIVEN(SourcePaths, SourcePathCount));
  int index = result == S_OK ? findCapability(Name) : -1;
  if (result == S_OK) {
    result = index < 0 ? HR_INVALID_ARGUMENT : checkSources(SourcePaths, SourcePathCount);
  }
  if (result == S_OK) {
    result = runOperation(&call, "100");
  }
  if (result == S_OK) {
    call.image->content.capabilities[index] = DismStateInstalled;
  }
  return endCall(&call, result);
}

HRESULT WINAPI DismRemoveCapability(DismSession Session, PCWSTR Name, HANDLE CancelEvent, DISM_PROGRESS_CALLBACK Progress, PVOID UserData)
{
  Call call;
  beginCall(&call, "DismRemoveCapability");
  argSession(&call, Session);
  argText(&call, "Name", Name);
  argTrio(&call, CancelEvent, Progress, UserData);
  HRESULT result = checkSession(&call, Name != NULL);
  int index = result == S_OK ? findCapability(Name) : -1;
  if (result == S_OK && index < 0) {
    result = HR_INVALID_ARGUMENT;
  }
  if (result == S_OK) {
    result = runOperation(&call, "100");
  }
  if (result == S_OK) {
    call.image->content.capabilities[index] = DismStateNotPresent;
  }
  return endCall(&call, result);
}

HRESULT WINAPI _DismAddCapabilityEx(DismSession Session, PCWSTR RecipeFile, BOOL LimitAccess, PCWSTR *SourcePaths, UINT SourcePathCount,
  HANDLE CancelEvent, DISM_PROGRESS_CALLBACK Progress, PVOID UserData)
{
  Call call;
  beginCall(&call, "_DismAddCapabilityEx");
  argSession(&call, Session);
  argText(&call, "RecipeFile", RecipeFile);
  argSources(&call, LimitAccess, SourcePaths, SourcePathCount);
  argTrio(&call, CancelEvent, Progress, UserData);
  HRESULT result = checkSession(&call, RecipeFile != NULL && ARRAY_GIVEN(SourcePaths, SourcePathCount));
  if (result == S_OK) {
    result = checkSources(SourcePaths, SourcePathCount);
  }
  if (result == S_OK) {
    result = runOperation(&call, "100");
  }
  return endCall(&call, result);
}

static HRESULT exportSource(Call *call, DismSession session, PCWSTR recipe, PCWSTR source, PCWSTR target, HANDLE cancelEvent,
  DISM_PROGRESS_CALLBACK progress, PVOID userData)
{
  argSession(call, session);
  argText(call, "RecipeFile", recipe);
  argText(call, "SourcePath", source);
  argText(call, "TargetPath", target);
  argTrio(call, cancelEvent, progress, userData);
  HRESULT result = checkSession(call, recipe != NULL && source != NULL && target != NULL);
  if (result == S_OK) {
    result = contains(source, "missing") || contains(target, "missing") ? HR_PATH_NOT_FOUND : runOperation(call, "100");
  }
  return endCall(call, result);
}

HRESULT WINAPI _DismExportSource(DismSession Session, PCWSTR RecipeFile, PCWSTR SourcePath, PCWSTR TargetPath, HANDLE CancelEvent,
  DISM_PROGRESS_CALLBACK Progress, PVOID UserData)
{
  Call call;
  beginCall(&call, "_DismExportSource");
  return exportSource(&call, Session, RecipeFile, SourcePath, TargetPath, CancelEvent, Progress, UserData);
}

HRESULT WINAPI _DismExportSourceEx(DismSession Session, PCWSTR RecipeFile, PCWSTR SourcePath, PCWSTR TargetPath, HANDLE CancelEvent,
  DISM_PROGRESS_CALLBACK Progress, PVOID UserData)
{
  Call call;
  beginCall(&call, "_DismExportSourceEx");
  return exportSource(&call, Session, RecipeFile, SourcePath, TargetPath, CancelEvent, Progress, UserData);
}

HRESULT WINAPI DismAddLanguage(DismSession Session, PCWSTR LanguageName, BOOL PreventPending, BOOL LimitAccess, PCWSTR *SourcePaths,
  UINT SourcePathCount, HANDLE CancelEvent, DISM_PROGRESS_CALLBACK Progress, PVOID UserData)
{
  Call call;
  beginCall(&call, "DismAddLanguage");
  argSession(&call, Session);
  argText(&call, "LanguageName", LanguageName);
  argNumber(&call, "PreventPending", PreventPending != 0);
  argSources(&call, LimitAccess, SourcePaths, SourcePathCount);
  argTrio(&call, CancelEvent, Progress, UserData);
  HRESULT result = checkSession(&call, LanguageName != NULL && ARRAY_GIVEN(SourcePaths, SourcePathCount));
  if (result == S_OK) {
    result = isEmpty(LanguageName) ? HR_INVALID_ARGUMENT : checkSources(SourcePaths, SourcePathCount);
  }
  if (result == S_OK) {
    result = runOperation(&call, "100");
  }
  return endCall(&call, result);
}

HRESULT WINAPI DismRemoveLanguage(DismSession Session, PCWSTR LanguageName, HANDLE CancelEvent, DISM_PROGRESS_CALLBACK Progress,
  PVOID UserData)
{
  Call call;
  beginCall(&call, "DismRemoveLanguage");
  argSession(&call, Session);
  argText(&call, "LanguageName", LanguageName);
  argTrio(&call, CancelEvent, Progress, UserData);
  HRESULT result = checkSession(&call, LanguageName != NULL);
  if (result == S_OK) {
    result = isEmpty(LanguageName) ? HR_INVALID_ARGUMENT : runOperation(&call, "100");
  }
  return endCall(&call, result);
}
