/* Optional features. */
#include "double.h"

#define NO_PARENT (-1)

static const struct { PCWSTR name, display; DismPackageFeatureState state; int parent; DismRestartType restart; } fixtures[] = {
  { u"TelnetClient", u"Telnet Client", DismStateInstalled, NO_PARENT, DismRestartNo },
  { u"IIS-WebServerRole", u"Internet Information Services", DismStateNotPresent, NO_PARENT, DismRestartPossible },
  { u"NetFx3", u".NET Framework 3.5 \U0001F4E6", DismStateRemoved, NO_PARENT, DismRestartRequired },
  { u"IIS-WebServer", u"", DismStateStaged, 1, DismRestartPossible },
  { u"Gr\u00fc\u00dfe-\U0001D53Beature", NULL, DismStatePartiallyInstalled, NO_PARENT, DismRestartNo },
};

_Static_assert(COUNT_OF(fixtures) <= MAX_FEATURES, "room for the features");

void fillFeatures(Content *content)
{
  for (unsigned i = 0; i < COUNT_OF(fixtures); i++) {
    content->features[i] = fixtures[i].state;
  }
}

static unsigned syntheticFeatures(void) { return modeNumber("features", NULL, 0); }

DismFeature *newFeatures(Tree *tree, const Content *content, UINT count)
{
  DismFeature *features = newList(tree, count, sizeof *features);
  for (UINT i = 0; i < count && i < COUNT_OF(fixtures); i++) {
    features[i] = (DismFeature){ newText(tree, fixtures[i].name), content->features[i] };
  }
  for (UINT i = COUNT_OF(fixtures); i < count; i++) {
    WCHAR name[NAME_LENGTH] = u"Synthetic-Feature-";
    appendNumber(name, NAME_LENGTH, i - COUNT_OF(fixtures), 5);
    features[i] = (DismFeature){ newText(tree, name), i % 2 == 0 ? DismStateInstalled : DismStateStaged };
  }
  return features;
}

static int findFeature(PCWSTR name)
{
  for (unsigned i = 0; i < COUNT_OF(fixtures); i++) {
    if (sameText(name, fixtures[i].name)) {
      return (int)i;
    }
  }
  return -1;
}

/* Which features a list with semicolons names, as bits; 0: one of them is not known. */
static unsigned parseNames(PCWSTR names)
{
  unsigned found = 0;
  while (*names != 0) {
    WCHAR name[NAME_LENGTH];
    size_t length = 0;
    while (names[length] != 0 && names[length] != ';' && length < NAME_LENGTH - 1) {
      name[length] = names[length];
      length++;
    }
    name[length] = 0;
    int index = findFeature(name);
    if (index < 0) {
      return 0;
    }
    found |= 1u << index;
    names += length + (names[length] == ';');
  }
  return found;
}

static bool isEnabled(DismPackageFeatureState state)
{
  return state == DismStateInstalled || state == DismStateInstallPending || state == DismStatePartiallyInstalled;
}

static void argIdentifier(Call *call, PCWSTR identifier, DismPackageIdentifier kind)
{
  argText(call, "Identifier", identifier);
  argNumber(call, "PackageIdentifier", (uint64_t)kind);
}

/* A package that no image has, and a kind that there is not. */
static HRESULT checkIdentifier(PCWSTR identifier, DismPackageIdentifier kind)
{
  if ((uint32_t)kind > DismPackagePath) {
    return HR_INVALID_ARGUMENT;
  }
  return !isEmpty(identifier) && contains(identifier, "missing") ? HR_INVALID_PACKAGE : S_OK;
}

static HRESULT checkEnable(const Content *content, unsigned wanted, bool all, bool sources, bool limitAccess)
{
  if (wanted == 0) {
    return HR_UNKNOWN_FEATURE;
  }
  for (unsigned i = 0; i < COUNT_OF(fixtures); i++) {
    int parent = fixtures[i].parent;
    if ((wanted & 1u << i) == 0) {
      continue;
    }
    if (parent != NO_PARENT && !all && (wanted & 1u << parent) == 0 && !isEnabled(content->features[parent])) {
      return HR_PARENT_FEATURE_DISABLED;
    }
    if (content->features[i] == DismStateRemoved && limitAccess && !sources) {
      return HR_SOURCE_MISSING;
    }
  }
  return S_OK;
}

HRESULT WINAPI DismEnableFeature(DismSession Session, PCWSTR FeatureName, PCWSTR Identifier, DismPackageIdentifier PackageIdentifier,
  BOOL LimitAccess, PCWSTR *SourcePaths, UINT SourcePathCount, BOOL EnableAll, HANDLE CancelEvent, DISM_PROGRESS_CALLBACK Progress,
  PVOID UserData)
{
  Call call;
  beginCall(&call, "DismEnableFeature");
  argSession(&call, Session);
  argText(&call, "FeatureName", FeatureName);
  argIdentifier(&call, Identifier, PackageIdentifier);
  argNumber(&call, "LimitAccess", LimitAccess != 0);
  argTexts(&call, "SourcePaths", SourcePaths, SourcePathCount);
  argNumber(&call, "EnableAll", EnableAll != 0);
  argTrio(&call, CancelEvent, Progress, UserData);
  HRESULT result = checkSession(&call, FeatureName != NULL && ARRAY_GIVEN(SourcePaths, SourcePathCount));
  if (result == S_OK) {
    result = checkIdentifier(Identifier, PackageIdentifier);
  }
  unsigned wanted = result == S_OK ? parseNames(FeatureName) : 0;
  if (result == S_OK) {
    result = checkEnable(&call.image->content, wanted, EnableAll != 0, SourcePathCount > 0, LimitAccess != 0);
  }
  if (result == S_OK) {
    result = runOperation(&call, "100");
  }
  for (unsigned i = 0; result == S_OK && i < COUNT_OF(fixtures); i++) {
    if ((wanted & 1u << i) == 0) {
      continue;
    }
    DismPackageFeatureState state = call.image->online ? DismStateInstalled : DismStateInstallPending;
    DismPackageFeatureState *features = call.image->content.features;
    features[i] = state;
    if (fixtures[i].parent != NO_PARENT && !isEnabled(features[fixtures[i].parent])) {
      features[fixtures[i].parent] = state;
    }
  }
  return endCall(&call, result);
}

HRESULT WINAPI DismDisableFeature(DismSession Session, PCWSTR FeatureName, PCWSTR PackageName, BOOL RemovePayload, HANDLE CancelEvent,
  DISM_PROGRESS_CALLBACK Progress, PVOID UserData)
{
  Call call;
  beginCall(&call, "DismDisableFeature");
  argSession(&call, Session);
  argText(&call, "FeatureName", FeatureName);
  argText(&call, "PackageName", PackageName);
  argNumber(&call, "RemovePayload", RemovePayload != 0);
  argTrio(&call, CancelEvent, Progress, UserData);
  HRESULT result = checkSession(&call, FeatureName != NULL);
  if (result == S_OK) {
    result = checkIdentifier(PackageName, DismPackageName);
  }
  unsigned wanted = result == S_OK ? parseNames(FeatureName) : 0;
  if (result == S_OK && wanted == 0) {
    result = HR_UNKNOWN_FEATURE;
  }
  if (result == S_OK) {
    result = runOperation(&call, "100");
  }
  for (unsigned i = 0; result == S_OK && i < COUNT_OF(fixtures); i++) {
    if ((wanted & 1u << i) != 0) {
      call.image->content.features[i] = RemovePayload != 0 ? DismStateRemoved
        : call.image->online ? DismStateStaged : DismStateUninstallPending;
    }
  }
  return endCall(&call, result);
}

HRESULT WINAPI DismGetFeatures(DismSession Session, PCWSTR Identifier, DismPackageIdentifier PackageIdentifier, DismFeature **Feature,
  UINT *Count)
{
  Call call;
  beginCall(&call, "DismGetFeatures");
  argSession(&call, Session);
  argIdentifier(&call, Identifier, PackageIdentifier);
  if (Feature != NULL && Count != NULL) {
    *Feature = NULL;
    *Count = 0;
  }
  HRESULT result = checkSession(&call, Feature != NULL && Count != NULL);
  if (result == S_OK) {
    result = checkIdentifier(Identifier, PackageIdentifier);
  }
  if (result == S_OK) {
    /* A package has some of the features; the image has them all. */
    UINT count = isEmpty(Identifier) ? COUNT_OF(fixtures) + syntheticFeatures() : 3;
    UINT odd = modeIs("odd", "DismGetFeatures", "yes") ? 2 : 0;
    Tree *tree = newTree();
    DismFeature *features = newFeatures(tree, &call.image->content, count + odd);
    if (odd > 0) {
      features[count] = (DismFeature){ newText(tree, u"Odd-State"), (DismPackageFeatureState)99 };
      features[count + 1] = (DismFeature){ NULL, (DismPackageFeatureState)-1 };
    }
    *Feature = features;
    *Count = count + odd;
  }
  return endCall(&call, result);
}

HRESULT WINAPI DismGetFeatureInfo(DismSession Session, PCWSTR FeatureName, PCWSTR Identifier, DismPackageIdentifier PackageIdentifier,
  DismFeatureInfo **FeatureInfo)
{
  Call call;
  beginCall(&call, "DismGetFeatureInfo");
  argSession(&call, Session);
  argText(&call, "FeatureName", FeatureName);
  argIdentifier(&call, Identifier, PackageIdentifier);
  if (FeatureInfo != NULL) {
    *FeatureInfo = NULL;
  }
  HRESULT result = checkSession(&call, FeatureName != NULL && FeatureInfo != NULL);
  if (result == S_OK) {
    result = checkIdentifier(Identifier, PackageIdentifier);
  }
  int index = result == S_OK ? findFeature(FeatureName) : -1;
  if (result == S_OK && index < 0) {
    result = HR_UNKNOWN_FEATURE;
  }
  if (result == S_OK) {
    Tree *tree = newTree();
    DismFeatureInfo *feature = newBlock(tree, sizeof *feature);
    feature->FeatureName = newText(tree, fixtures[index].name);
    feature->FeatureState = call.image->content.features[index];
    feature->DisplayName = newText(tree, fixtures[index].display);
    feature->Description = newText(tree, fixtures[index].display == NULL ? NULL : u"What it does: \u65e5\u672c\u8a9e");
    feature->RestartRequired = fixtures[index].restart;
    if (index == 0) {
      DismCustomProperty *properties = newBlock(tree, 2 * sizeof *properties);
      properties[0] = (DismCustomProperty){ newText(tree, u"SoftBlock"), newText(tree, u"\U0001F512"), newText(tree, u"Root\\Child") };
      properties[1] = (DismCustomProperty){ newText(tree, u"Empty"), newText(tree, u""), NULL };
      feature->CustomProperty = properties;
      feature->CustomPropertyCount = 2;
    }
    *FeatureInfo = feature;
  }
  return endCall(&call, result);
}

HRESULT WINAPI DismGetFeatureParent(DismSession Session, PCWSTR FeatureName, PCWSTR Identifier, DismPackageIdentifier PackageIdentifier,
  DismFeature **Feature, UINT *Count)
{
  Call call;
  beginCall(&call, "DismGetFeatureParent");
  argSession(&call, Session);
  argText(&call, "FeatureName", FeatureName);
  argIdentifier(&call, Identifier, PackageIdentifier);
  if (Feature != NULL && Count != NULL) {
    *Feature = NULL;
    *Count = 0;
  }
  HRESULT result = checkSession(&call, FeatureName != NULL && Feature != NULL && Count != NULL);
  if (result == S_OK) {
    result = checkIdentifier(Identifier, PackageIdentifier);
  }
  int index = result == S_OK ? findFeature(FeatureName) : -1;
  if (result == S_OK && index < 0) {
    result = HR_UNKNOWN_FEATURE;
  }
  if (result == S_OK) {
    int parent = fixtures[index].parent;
    UINT count = parent == NO_PARENT ? 0 : 1;
    Tree *tree = newTree();
    DismFeature *list = newList(tree, count, sizeof *list);
    if (count > 0) {
      list[0] = (DismFeature){ newText(tree, fixtures[parent].name), call.image->content.features[parent] };
    }
    *Feature = list;
    *Count = count;
  }
  return endCall(&call, result);
}
