/* Packages and answer files. */
#include "double.h"

static const SYSTEMTIME installTime = { 2025, 2, 5, 28, 13, 14, 15, 160 };
static const SYSTEMTIME creationTime = { 2024, 2, 4, 29, 0, 0, 0, 0 };

void fillPackages(Content *content)
{
  static const Package fixtures[] = {
    { u"Microsoft-Windows-Foundation-Package~31bf3856ad364e35~amd64~~10.0.26100.1", DismStateInstalled, DismReleaseTypeFoundation },
    { u"Microsoft-Windows-Client-LanguagePack-Package~31bf3856ad364e35~amd64~de-DE~10.0.26100.1", DismStateStaged, DismReleaseTypeLanguagePack },
    { u"Package_for_\U0001F4E6~31bf3856ad364e35~amd64~~1.0.0.1", DismStateSuperseded, DismReleaseTypeOnDemandPack },
  };
  for (unsigned i = 0; i < COUNT_OF(fixtures); i++) {
    content->packages[i] = fixtures[i];
  }
  content->packageCount = COUNT_OF(fixtures);
}

/* Rows of mode `odd`: numbers that no enumeration has, and times at the edges and in the hour that daylight saving time leaves out. */
static const struct { PCWSTR name; int state, type; SYSTEMTIME time; } oddPackages[] = {
  { u"Odd-State~31bf3856ad364e35~amd64~~1.0.0.0", 99, 77, { 1601, 1, 1, 1, 0, 0, 0, 0 } },
  { u"Odd-Sign~31bf3856ad364e35~amd64~~1.0.0.0", -1, -1, { 9999, 12, 5, 31, 23, 59, 59, 999 } },
  { u"Odd-Hour~31bf3856ad364e35~amd64~~1.0.0.0", DismStateInstalled, DismReleaseTypeUpdate, { 2025, 3, 0, 30, 2, 30, 0, 0 } },
  { NULL, DismStateInstalled, DismReleaseTypeUpdate, { 30827, 13, 9, 99, 99, 99, 99, 9999 } },
};

static Package *findPackage(Content *content, PCWSTR name)
{
  for (unsigned i = 0; i < content->packageCount; i++) {
    if (sameText(content->packages[i].name, name)) {
      return &content->packages[i];
    }
  }
  return NULL;
}

/* What a package file's package is called: by the file. */
static void nameOfFile(WCHAR *name, PCWSTR path)
{
  WCHAR stem[NAME_LENGTH];
  fileName(stem, NAME_LENGTH, path, endsWith(path, ".cab") || endsWith(path, ".msu"));
  copyText(name, NAME_LENGTH, u"Package_for_");
  appendText(name, NAME_LENGTH, stem);
  appendAscii(name, NAME_LENGTH, "~31bf3856ad364e35~amd64~~1.0.0.0");
}

static HRESULT checkPackageFile(PCWSTR path)
{
  if (isEmpty(path)) {
    return HR_INVALID_ARGUMENT;
  }
  if (contains(path, "missing") || (modeIs("files", NULL, "check") && !pathExists(path))) {
    return HR_FILE_NOT_FOUND;
  }
  return contains(path, "corrupt") || endsWith(path, ".txt") ? HR_INVALID_PACKAGE : S_OK;
}

HRESULT WINAPI DismAddPackage(DismSession Session, PCWSTR PackagePath, BOOL IgnoreCheck, BOOL PreventPending, HANDLE CancelEvent,
  DISM_PROGRESS_CALLBACK Progress, PVOID UserData)
{
  Call call;
  beginCall(&call, "DismAddPackage");
  argSession(&call, Session);
  argText(&call, "PackagePath", PackagePath);
  argNumber(&call, "IgnoreCheck", IgnoreCheck != 0);
  argNumber(&call, "PreventPending", PreventPending != 0);
  argTrio(&call, CancelEvent, Progress, UserData);
  HRESULT result = checkSession(&call, PackagePath != NULL);
  if (result == S_OK) {
    result = checkPackageFile(PackagePath);
  }
  if (result == S_OK && IgnoreCheck == 0 && contains(PackagePath, "notapplicable")) {
    result = HR_NOT_APPLICABLE;
  }
  Content *content = result == S_OK ? &call.image->content : NULL;
  for (unsigned i = 0; result == S_OK && PreventPending != 0 && i < content->packageCount; i++) {
    if (content->packages[i].state == DismStateInstallPending || content->packages[i].state == DismStateUninstallPending) {
      result = HR_PENDING;
    }
  }
  if (result == S_OK && content->packageCount == MAX_PACKAGES) {
    result = HR_UNEXPECTED;
  }
  if (result == S_OK) {
    result = runOperation(&call, "1000");
  }
  if (result == S_OK) {
    Package package = { .type = DismReleaseTypeSecurityUpdate };
    package.state = call.image->online ? DismStateInstalled : DismStateInstallPending;
    nameOfFile(package.name, PackagePath);
    Package *known = findPackage(content, package.name);
    *(known != NULL ? known : &content->packages[content->packageCount++]) = package;
  }
  return endCall(&call, result);
}

/* The package that an identifier means, or why there is none. */
static HRESULT choosePackage(Content *content, PCWSTR identifier, DismPackageIdentifier kind, Package **package)
{
  WCHAR name[NAME_LENGTH];
  if (isEmpty(identifier) || (kind != DismPackageName && kind != DismPackagePath)) {
    return HR_INVALID_ARGUMENT;
  }
  if (kind == DismPackagePath) {
    HRESULT result = checkPackageFile(identifier);
    if (result != S_OK) {
      return result;
    }
    nameOfFile(name, identifier);
  } else {
    copyText(name, NAME_LENGTH, identifier);
  }
  *package = findPackage(content, name);
  return *package == NULL ? HR_INVALID_PACKAGE : S_OK;
}

/* The same for one that is only to be looked at: a file's package need not be in the image. `there` is where it is described then. */
static HRESULT lookAtPackage(Content *content, PCWSTR identifier, DismPackageIdentifier kind, Package **package, Package *there)
{
  HRESULT result = choosePackage(content, identifier, kind, package);
  if (result == HR_INVALID_PACKAGE && kind == DismPackagePath && checkPackageFile(identifier) == S_OK) {
    *there = (Package){ .state = DismStateNotPresent, .type = DismReleaseTypeSecurityUpdate };
    nameOfFile(there->name, identifier);
    *package = there;
    return S_OK;
  }
  return result;
}

HRESULT WINAPI DismRemovePackage(DismSession Session, PCWSTR Identifier, DismPackageIdentifier PackageIdentifier, HANDLE CancelEvent,
  DISM_PROGRESS_CALLBACK Progress, PVOID UserData)
{
  Call call;
  beginCall(&call, "DismRemovePackage");
  argSession(&call, Session);
  argText(&call, "Identifier", Identifier);
  argNumber(&call, "PackageIdentifier", (uint64_t)PackageIdentifier);
  argTrio(&call, CancelEvent, Progress, UserData);
  HRESULT result = checkSession(&call, Identifier != NULL);
  Package *package = NULL;
  if (result == S_OK) {
    result = PackageIdentifier == DismPackagePath && endsWith(Identifier, ".msu") ? HR_INVALID_ARGUMENT
      : choosePackage(&call.image->content, Identifier, PackageIdentifier, &package);
  }
  if (result == S_OK && package->type == DismReleaseTypeFoundation) {
    result = HR_CANNOT_UNINSTALL;
  }
  if (result == S_OK) {
    result = runOperation(&call, "1000");
  }
  if (result == S_OK) {
    *package = call.image->content.packages[--call.image->content.packageCount];
  }
  return endCall(&call, result);
}

HRESULT WINAPI DismGetPackages(DismSession Session, DismPackage **List, UINT *Count)
{
  Call call;
  beginCall(&call, "DismGetPackages");
  argSession(&call, Session);
  if (List != NULL && Count != NULL) {
    *List = NULL;
    *Count = 0;
  }
  HRESULT result = checkSession(&call, List != NULL && Count != NULL);
  if (result == S_OK) {
    const Content *content = &call.image->content;
    UINT odd = modeIs("odd", "DismGetPackages", "yes") ? COUNT_OF(oddPackages) : 0;
    UINT count = content->packageCount + modeNumber("packages", NULL, 0);
    Tree *tree = newTree();
    DismPackage *list = newList(tree, count + odd, sizeof *list);
    for (UINT i = 0; i < content->packageCount; i++) {
      const Package *package = &content->packages[i];
      list[i] = (DismPackage){ newText(tree, package->name), package->state, package->type, installTime };
    }
    for (UINT i = content->packageCount; i < count; i++) {
      WCHAR name[NAME_LENGTH] = u"Synthetic-Package-";
      appendNumber(name, NAME_LENGTH, i - content->packageCount, 5);
      appendAscii(name, NAME_LENGTH, "~31bf3856ad364e35~amd64~~10.0.26100.1");
      list[i] = (DismPackage){ newText(tree, name), DismStateInstalled, DismReleaseTypeUpdate, installTime };
    }
    for (UINT i = 0; i < odd; i++) {
      list[count + i] = (DismPackage){
        newText(tree, oddPackages[i].name), (DismPackageFeatureState)oddPackages[i].state, (DismReleaseType)oddPackages[i].type, oddPackages[i].time,
      };
    }
    *List = list;
    *Count = count + odd;
  }
  return endCall(&call, result);
}

static void describePackage(Tree *tree, DismPackageInfo *target, const Package *package, const Content *content)
{
  target->PackageName = newText(tree, package->name);
  target->PackageState = package->state;
  target->ReleaseType = package->type;
  target->InstallTime = installTime;
  target->Applicable = !contains(package->name, "notapplicable");
  target->Copyright = newText(tree, u"\u00a9 Nobody");
  target->Company = newText(tree, u"");
  target->CreationTime = creationTime;
  target->DisplayName = newText(tree, u"Package \U0001F4E6");
  target->Description = newText(tree, u"Fix for \u65e5\u672c\u8a9e");
  target->InstallClient = newText(tree, u"DISM Package Manager Provider");
  target->InstallPackageName = newText(tree, u"update.mum");
  target->ProductName = newText(tree, u"Package");
  target->ProductVersion = newText(tree, u"10.0.26100.1");
  target->RestartRequired = DismRestartPossible;
  target->FullyOffline = DismFullyOfflineInstallableUndetermined;
  DismCustomProperty *properties = newBlock(tree, 2 * sizeof *properties);
  properties[0] = (DismCustomProperty){ newText(tree, u"FileVersion"), newText(tree, u"\U0001D7D9"), newText(tree, u"Root") };
  properties[1] = (DismCustomProperty){ newText(tree, u"Owner"), newText(tree, u""), NULL };
  target->CustomProperty = properties;
  target->CustomPropertyCount = 2;
  target->Feature = newFeatures(tree, content, 3);
  target->FeatureCount = 3;
}

HRESULT WINAPI DismGetPackageInfo(DismSession Session, PCWSTR Identifier, DismPackageIdentifier PackageIdentifier,
  DismPackageInfo **PackageInfo)
{
  Call call;
  beginCall(&call, "DismGetPackageInfo");
  argSession(&call, Session);
  argText(&call, "Identifier", Identifier);
  argNumber(&call, "PackageIdentifier", (uint64_t)PackageIdentifier);
  if (PackageInfo != NULL) {
    *PackageInfo = NULL;
  }
  HRESULT result = checkSession(&call, Identifier != NULL && PackageInfo != NULL);
  Package *package = NULL, there;
  if (result == S_OK) {
    result = lookAtPackage(&call.image->content, Identifier, PackageIdentifier, &package, &there);
  }
  if (result == S_OK) {
    Tree *tree = newTree();
    *PackageInfo = newBlock(tree, sizeof **PackageInfo);
    describePackage(tree, *PackageInfo, package, &call.image->content);
  }
  return endCall(&call, result);
}

HRESULT WINAPI DismGetPackageInfoEx(DismSession Session, PCWSTR Identifier, DismPackageIdentifier PackageIdentifier,
  DismPackageInfoEx **PackageInfoEx)
{
  Call call;
  beginCall(&call, "DismGetPackageInfoEx");
  argSession(&call, Session);
  argText(&call, "Identifier", Identifier);
  argNumber(&call, "PackageIdentifier", (uint64_t)PackageIdentifier);
  if (PackageInfoEx != NULL) {
    *PackageInfoEx = NULL;
  }
  HRESULT result = checkSession(&call, Identifier != NULL && PackageInfoEx != NULL);
  Package *package = NULL, there;
  if (result == S_OK) {
    result = lookAtPackage(&call.image->content, Identifier, PackageIdentifier, &package, &there);
  }
  if (result == S_OK) {
    Tree *tree = newTree();
    DismPackageInfoEx *information = newBlock(tree, sizeof *information);
    describePackage(tree, (DismPackageInfo *)information, package, &call.image->content);
    information->CapabilityId = newText(tree, u"Language.Basic~~~de-DE~0.0.1.0");
    *PackageInfoEx = information;
  }
  return endCall(&call, result);
}

HRESULT WINAPI DismApplyUnattend(DismSession Session, PCWSTR UnattendFile, BOOL SingleSession)
{
  Call call;
  beginCall(&call, "DismApplyUnattend");
  argSession(&call, Session);
  argText(&call, "UnattendFile", UnattendFile);
  argNumber(&call, "SingleSession", SingleSession != 0);
  HRESULT result = checkSession(&call, UnattendFile != NULL);
  if (result == S_OK) {
    result = checkPackageFile(UnattendFile);
  }
  return endCall(&call, result);
}
