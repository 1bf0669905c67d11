/* Provisioned Appx packages, and the policy on those that cannot be removed. */
#include "double.h"

void fillAppx(Content *content)
{
  static const Appx fixtures[] = {
    { u"Contoso.Clock_1.2.3.4_neutral_~_8wekyb3d8bbwe", u"Contoso.Clock", u"", false },
    { u"Contoso.\U0001F600Mail_70000.0.1.2_x64__8wekyb3d8bbwe", u"Contoso.\U0001F600Mail", u"US;DE", true },
  };
  static const Appx blocked = { u"", u"Contoso.Store_8wekyb3d8bbwe", u"", false };
  for (unsigned i = 0; i < COUNT_OF(fixtures); i++) {
    content->appx[i] = fixtures[i];
  }
  content->appxCount = COUNT_OF(fixtures);
  content->blocked[0] = blocked;
  content->blockedCount = 1;
}

static Appx *findAppx(Content *content, PCWSTR name)
{
  for (unsigned i = 0; i < content->appxCount; i++) {
    if (sameText(content->appx[i].name, name)) {
      return &content->appx[i];
    }
  }
  return NULL;
}

static HRESULT getPackages(Call *call, DismSession session, DismAppxPackage **out, UINT *count)
{
  argSession(call, session);
  if (out != NULL && count != NULL) {
    *out = NULL;
    *count = 0;
  }
  HRESULT result = checkSession(call, out != NULL && count != NULL);
  if (result == S_OK) {
    const Content *content = &call->image->content;
    Tree *tree = newTree();
    DismAppxPackage *list = newList(tree, content->appxCount, sizeof *list);
    for (unsigned i = 0; i < content->appxCount; i++) {
      const Appx *appx = &content->appx[i];
      list[i] = (DismAppxPackage){
        .PackageName = newText(tree, appx->name), .DisplayName = newText(tree, appx->display), .PublisherId = newText(tree, u"8wekyb3d8bbwe"),
        .MajorVersion = i == 1 ? 70000 : 1, .MinorVersion = 2, .Build = 3, .RevisionNumber = 4, .Architecture = i == 1 ? 9 : 11,
        .ResourceId = newText(tree, i == 0 ? u"~" : u""),
        .InstallLocation = newText(tree, u"%SYSTEMDRIVE%\\Program Files\\WindowsApps\\AppxManifest.xml"),
        .Region = appx->hasRegion ? newText(tree, appx->region) : NULL,
      };
    }
    *out = list;
    *count = content->appxCount;
  }
  return endCall(call, result);
}

HRESULT WINAPI _DismGetProvisionedAppxPackages(DismSession Session, DismAppxPackage **Package, UINT *Count)
{
  Call call;
  beginCall(&call, "_DismGetProvisionedAppxPackages");
  return getPackages(&call, Session, Package, Count);
}

HRESULT WINAPI DismGetProvisionedAppxPackages(DismSession Session, DismAppxPackage **Package, UINT *Count)
{
  Call call;
  beginCall(&call, "DismGetProvisionedAppxPackages");
  return getPackages(&call, Session, Package, Count);
}

static HRESULT addPackage(Call *call, DismSession session, PCWSTR path, PCWSTR *dependencies, UINT dependencyCount, PCWSTR *optional,
  UINT optionalCount, PCWSTR *licenses, UINT licenseCount, BOOL skipLicense, PCWSTR customData, PCWSTR region, DismStubPackageOption stub)
{
  argSession(call, session);
  argText(call, "AppPath", path);
  argTexts(call, "DependencyPackages", dependencies, dependencyCount);
  argTexts(call, "OptionalPackages", optional, optionalCount);
  argTexts(call, "LicensePaths", licenses, licenseCount);
  argNumber(call, "SkipLicense", skipLicense != 0);
  argText(call, "CustomDataPath", customData);
  argText(call, "Region", region);
  argNumber(call, "StubPackageOption", (uint32_t)stub);
  HRESULT result = checkSession(call, path != NULL && ARRAY_GIVEN(dependencies, dependencyCount) && ARRAY_GIVEN(optional, optionalCount)
    && ARRAY_GIVEN(licenses, licenseCount));
  if (result == S_OK && (uint32_t)stub > DismStubPackageOptionUserPreference) {
    result = HR_ENUM_OUT_OF_RANGE;
  }
  if (result == S_OK && (isEmpty(path) || (licenseCount == 0 && skipLicense == 0))) {
    result = HR_INVALID_ARGUMENT;
  }
  if (result == S_OK && (contains(path, "missing") || (modeIs("files", NULL, "check") && !pathExists(path)))) {
    result = HR_FILE_NOT_FOUND;
  }
  Content *content = result == S_OK ? &call->image->content : NULL;
  if (result == S_OK && content->appxCount == MAX_APPX) {
    result = HR_UNEXPECTED;
  }
  if (result == S_OK) {
    Appx appx = { .hasRegion = region != NULL };
    fileName(appx.display, NAME_LENGTH, path, true);
    copyText(appx.name, NAME_LENGTH, appx.display);
    appendAscii(appx.name, NAME_LENGTH, "_1.2.3.4_neutral_~_8wekyb3d8bbwe");
    copyText(appx.region, NAME_LENGTH, region != NULL ? region : u"");
    Appx *known = findAppx(content, appx.name);
    *(known != NULL ? known : &content->appx[content->appxCount++]) = appx;
  }
  return endCall(call, result);
}

HRESULT WINAPI _DismAddProvisionedAppxPackage(DismSession Session, PCWSTR AppPath, PCWSTR *DependencyPackages, UINT DependencyPackageCount,
  PCWSTR *OptionalPackages, UINT OptionalPackageCount, PCWSTR *LicensePaths, UINT LicensePathCount, BOOL SkipLicense,
  PCWSTR CustomDataPath, PCWSTR Region, DismStubPackageOption StubPackageOption)
{
  Call call;
  beginCall(&call, "_DismAddProvisionedAppxPackage");
  return addPackage(&call, Session, AppPath, DependencyPackages, DependencyPackageCount, OptionalPackages, OptionalPackageCount,
    LicensePaths, LicensePathCount, SkipLicense, CustomDataPath, Region, StubPackageOption);
}

HRESULT WINAPI DismAddProvisionedAppxPackage(DismSession Session, PCWSTR AppPath, PCWSTR *DependencyPackages, UINT DependencyPackageCount,
  PCWSTR *OptionalPackages, UINT OptionalPackageCount, PCWSTR *LicensePaths, UINT LicensePathCount, BOOL SkipLicense,
  PCWSTR CustomDataPath, PCWSTR Region, DismStubPackageOption StubPackageOption)
{
  Call call;
  beginCall(&call, "DismAddProvisionedAppxPackage");
  return addPackage(&call, Session, AppPath, DependencyPackages, DependencyPackageCount, OptionalPackages, OptionalPackageCount,
    LicensePaths, LicensePathCount, SkipLicense, CustomDataPath, Region, StubPackageOption);
}

static HRESULT removePackage(Call *call, DismSession session, PCWSTR name, bool pointersGiven)
{
  argSession(call, session);
  argText(call, "PackageName", name);
  HRESULT result = checkSession(call, name != NULL && pointersGiven);
  Appx *appx = result == S_OK ? findAppx(&call->image->content, name) : NULL;
  if (result == S_OK && appx == NULL) {
    result = HR_NOT_FOUND;
  }
  if (result == S_OK) {
    *appx = call->image->content.appx[--call->image->content.appxCount];
  }
  return endCall(call, result);
}

HRESULT WINAPI _DismRemoveProvisionedAppxPackage(DismSession Session, PCWSTR PackageName)
{
  Call call;
  beginCall(&call, "_DismRemoveProvisionedAppxPackage");
  return removePackage(&call, Session, PackageName, true);
}

HRESULT WINAPI DismRemoveProvisionedAppxPackage(DismSession Session, PCWSTR PackageName)
{
  Call call;
  beginCall(&call, "DismRemoveProvisionedAppxPackage");
  return removePackage(&call, Session, PackageName, true);
}

HRESULT WINAPI _DismRemoveProvisionedAppxPackageAllUsers(DismSession Session, PCWSTR PackageName, BOOL *ErrorsEncountered)
{
  Call call;
  beginCall(&call, "_DismRemoveProvisionedAppxPackageAllUsers");
  if (ErrorsEncountered != NULL) {
    *ErrorsEncountered = modeIs("user-errors", NULL, "yes");
  }
  return removePackage(&call, Session, PackageName, ErrorsEncountered != NULL);
}

HRESULT WINAPI _DismSetAppXProvisionedDataFile(DismSession Session, PCWSTR PackageName, PCWSTR DataFilePath)
{
  Call call;
  beginCall(&call, "_DismSetAppXProvisionedDataFile");
  argSession(&call, Session);
  argText(&call, "PackageName", PackageName);
  argText(&call, "DataFilePath", DataFilePath);
  HRESULT result = checkSession(&call, PackageName != NULL && DataFilePath != NULL);
  if (result == S_OK) {
    result = findAppx(&call.image->content, PackageName) == NULL ? HR_NOT_FOUND
      : contains(DataFilePath, "missing") ? HR_FILE_NOT_FOUND : S_OK;
  }
  return endCall(&call, result);
}

HRESULT WINAPI _DismOptimizeProvisionedAppxPackages(DismSession Session)
{
  Call call;
  beginCall(&call, "_DismOptimizeProvisionedAppxPackages");
  argSession(&call, Session);
  return endCall(&call, checkSession(&call, true));
}

static Appx *findBlocked(Content *content, PCWSTR family)
{
  for (unsigned i = 0; i < content->blockedCount; i++) {
    if (sameText(content->blocked[i].display, family)) {
      return &content->blocked[i];
    }
  }
  return NULL;
}

HRESULT WINAPI _DismAddPackageFamilyToUninstallBlocklist(DismSession Session, PCWSTR PackageFamily)
{
  Call call;
  beginCall(&call, "_DismAddPackageFamilyToUninstallBlocklist");
  argSession(&call, Session);
  argText(&call, "PackageFamily", PackageFamily);
  HRESULT result = checkSession(&call, PackageFamily != NULL);
  if (result == S_OK && (isEmpty(PackageFamily) || call.image->content.blockedCount == MAX_APPX)) {
    result = HR_INVALID_ARGUMENT;
  }
  if (result == S_OK && findBlocked(&call.image->content, PackageFamily) == NULL) {
    copyText(call.image->content.blocked[call.image->content.blockedCount++].display, NAME_LENGTH, PackageFamily);
  }
  return endCall(&call, result);
}

HRESULT WINAPI _DismRemovePackageFamilyFromUninstallBlocklist(DismSession Session, PCWSTR PackageFamily)
{
  Call call;
  beginCall(&call, "_DismRemovePackageFamilyFromUninstallBlocklist");
  argSession(&call, Session);
  argText(&call, "PackageFamily", PackageFamily);
  HRESULT result = checkSession(&call, PackageFamily != NULL);
  Appx *blocked = result == S_OK ? findBlocked(&call.image->content, PackageFamily) : NULL;
  if (result == S_OK && blocked == NULL) {
    result = HR_NOT_FOUND;
  }
  if (result == S_OK) {
    *blocked = call.image->content.blocked[--call.image->content.blockedCount];
  }
  return endCall(&call, result);
}

HRESULT WINAPI _DismGetNonRemovableAppsPolicy(DismSession Session, DismString **PackageFamily, UINT *Count)
{
  Call call;
  beginCall(&call, "_DismGetNonRemovableAppsPolicy");
  argSession(&call, Session);
  if (PackageFamily != NULL && Count != NULL) {
    *PackageFamily = NULL;
    *Count = 0;
  }
  HRESULT result = checkSession(&call, PackageFamily != NULL && Count != NULL);
  if (result == S_OK) {
    const Content *content = &call.image->content;
    Tree *tree = newTree();
    DismString *list = newList(tree, content->blockedCount, sizeof *list);
    for (unsigned i = 0; i < content->blockedCount; i++) {
      list[i].Value = newText(tree, content->blocked[i].display);
    }
    *PackageFamily = list;
    *Count = content->blockedCount;
  }
  return endCall(&call, result);
}
