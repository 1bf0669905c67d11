/* Drivers. */
#include "double.h"
#include <stdlib.h>

static const SYSTEMTIME driverDate = { 2023, 6, 3, 21, 0, 0, 0, 0 };

void fillDrivers(Content *content)
{
  static const Driver fixtures[] = {
    { u"oem0.inf", u"C:\\drivers\\\U0001F5A8 printer\\printer.inf", FALSE },
    { u"usbport.inf", u"C:\\Windows\\inf\\usbport.inf", TRUE },
  };
  for (unsigned i = 0; i < COUNT_OF(fixtures); i++) {
    content->drivers[i] = fixtures[i];
  }
  content->driverCount = COUNT_OF(fixtures);
}

static HRESULT checkInf(PCWSTR path)
{
  if (isEmpty(path) || !endsWith(path, ".inf")) {
    return HR_INVALID_ARGUMENT;
  }
  return contains(path, "missing") || (modeIs("files", NULL, "check") && !pathExists(path)) ? HR_FILE_NOT_FOUND : S_OK;
}

static HRESULT addDriver(Call *call, PCWSTR path, bool forceUnsigned)
{
  HRESULT result = checkInf(path);
  Content *content = &call->image->content;
  if (result == S_OK && contains(path, "unsigned") && !forceUnsigned) {
    result = HR_UNSIGNED_DRIVER;
  }
  if (result == S_OK && content->driverCount == MAX_DRIVERS) {
    result = HR_UNEXPECTED;
  }
  if (result == S_OK) {
    Driver *driver = &content->drivers[content->driverCount];
    *driver = (Driver){ .inBox = FALSE };
    appendAscii(driver->published, NAME_LENGTH, "oem");
    appendNumber(driver->published, NAME_LENGTH, content->driverCount++, 1);
    appendAscii(driver->published, NAME_LENGTH, ".inf");
    copyText(driver->original, NAME_LENGTH, path);
  }
  return result;
}

HRESULT WINAPI DismAddDriver(DismSession Session, PCWSTR DriverPath, BOOL ForceUnsigned)
{
  Call call;
  beginCall(&call, "DismAddDriver");
  argSession(&call, Session);
  argText(&call, "DriverPath", DriverPath);
  argNumber(&call, "ForceUnsigned", ForceUnsigned != 0);
  HRESULT result = checkSession(&call, DriverPath != NULL);
  if (result == S_OK) {
    result = addDriver(&call, DriverPath, ForceUnsigned != 0);
  }
  return endCall(&call, result);
}

HRESULT WINAPI _DismAddDriverEx(DismSession Session, PCWSTR DriverPath, DWORD Flags, UINT Architecture, UINT A5, UINT A6)
{
  Call call;
  beginCall(&call, "_DismAddDriverEx");
  argSession(&call, Session);
  argText(&call, "DriverPath", DriverPath);
  argNumber(&call, "Flags", Flags);
  argNumber(&call, "Architecture", Architecture);
  argNumber(&call, "A5", A5);
  argNumber(&call, "A6", A6);
  HRESULT result = checkSession(&call, DriverPath != NULL);
  if (result == S_OK) {
    result = addDriver(&call, DriverPath, false);
  }
  return endCall(&call, result);
}

static Driver *findDriver(Content *content, PCWSTR name)
{
  for (unsigned i = 0; i < content->driverCount; i++) {
    if (sameText(content->drivers[i].published, name)) {
      return &content->drivers[i];
    }
  }
  return NULL;
}

HRESULT WINAPI DismRemoveDriver(DismSession Session, PCWSTR DriverPath)
{
  Call call;
  beginCall(&call, "DismRemoveDriver");
  argSession(&call, Session);
  argText(&call, "DriverPath", DriverPath);
  HRESULT result = checkSession(&call, DriverPath != NULL);
  Driver *driver = result == S_OK ? findDriver(&call.image->content, DriverPath) : NULL;
  if (result == S_OK) {
    result = call.image->online ? HR_NOT_SUPPORTED : driver == NULL ? HR_FILE_NOT_FOUND : driver->inBox ? HR_INVALID_ARGUMENT : S_OK;
  }
  if (result == S_OK) {
    *driver = call.image->content.drivers[--call.image->content.driverCount];
  }
  return endCall(&call, result);
}

static void describeDriver(Tree *tree, DismDriverPackage *target, const Driver *driver)
{
  *target = (DismDriverPackage){
    .PublishedName = newText(tree, driver->published), .OriginalFileName = newText(tree, driver->original), .InBox = driver->inBox,
    .CatalogFile = driver->inBox ? NULL : newText(tree, u"driver.cat"), .ClassName = newText(tree, driver->inBox ? u"USB" : u"Printer"),
    .ClassGuid = newText(tree, u"{4D36E979-E325-11CE-BFC1-08002BE10318}"), .ClassDescription = newText(tree, u""),
    .BootCritical = driver->inBox, .DriverSignature = driver->inBox ? DismDriverSignatureSigned : DismDriverSignatureUnknown,
    .ProviderName = newText(tree, u"Provider \U0001F3ED"), .Date = driverDate,
    .MajorVersion = 70000, .MinorVersion = 4000000000u, .Build = 3, .Revision = 65536,
  };
}

HRESULT WINAPI DismGetDrivers(DismSession Session, BOOL AllDrivers, DismDriverPackage **DriverPackage, UINT *Count)
{
  Call call;
  beginCall(&call, "DismGetDrivers");
  argSession(&call, Session);
  argNumber(&call, "AllDrivers", AllDrivers != 0);
  if (DriverPackage != NULL && Count != NULL) {
    *DriverPackage = NULL;
    *Count = 0;
  }
  HRESULT result = checkSession(&call, DriverPackage != NULL && Count != NULL);
  if (result == S_OK) {
    const Content *content = &call.image->content;
    UINT count = 0, odd = modeIs("odd", "DismGetDrivers", "yes");
    for (unsigned i = 0; i < content->driverCount; i++) {
      count += AllDrivers != 0 || !content->drivers[i].inBox;
    }
    Tree *tree = newTree();
    DismDriverPackage *list = newList(tree, count + odd, sizeof *list), *next = list;
    for (unsigned i = 0; i < content->driverCount; i++) {
      if (AllDrivers != 0 || !content->drivers[i].inBox) {
        describeDriver(tree, next++, &content->drivers[i]);
      }
    }
    if (odd > 0) {
      *next = (DismDriverPackage){ .DriverSignature = (DismDriverSignature)9, .InBox = -1, .Date = { 1601, 1, 1, 1, 0, 0, 0, 0 }, .Revision = 0xFFFFFFFFu };
    }
    *DriverPackage = list;
    *Count = count + odd;
  }
  return endCall(&call, result);
}

HRESULT WINAPI DismGetDriverInfo(DismSession Session, PCWSTR DriverPath, DismDriver **Devices, UINT *Count, DismDriverPackage **DriverPackage)
{
  Call call;
  beginCall(&call, "DismGetDriverInfo");
  argSession(&call, Session);
  argText(&call, "DriverPath", DriverPath);
  argPointer(&call, "DriverPackage", DriverPackage);
  if (Devices != NULL && Count != NULL) {
    *Devices = NULL;
    *Count = 0;
  }
  if (DriverPackage != NULL) {
    *DriverPackage = NULL;
  }
  HRESULT result = checkSession(&call, DriverPath != NULL && Devices != NULL && Count != NULL);
  Driver file = { .inBox = FALSE };
  const Driver *driver = NULL;
  if (result == S_OK) {
    driver = findDriver(&call.image->content, DriverPath);
    bool isPath = contains(DriverPath, "\\") || contains(DriverPath, "/");
    if (driver == NULL) {
      result = isPath ? checkInf(DriverPath) : HR_FILE_NOT_FOUND;
      copyText(file.original, NAME_LENGTH, DriverPath);
      driver = &file;
    }
  }
  if (result == S_OK) {
    Tree *tree = newTree();
    DismDriver *devices = newList(tree, 3, sizeof *devices);
    static const UINT architectures[] = { 9, 0, 12 };
    for (unsigned i = 0; i < COUNT_OF(architectures); i++) {
      devices[i] = (DismDriver){
        newText(tree, u"Maker \U0001F3ED"), newText(tree, u"Ger\u00e4t"), newText(tree, u"USB\\VID_1234&PID_5678"), architectures[i],
        newText(tree, i == 0 ? u"usbsvc" : u""), i == 1 ? NULL : newText(tree, u"USB\\Class_07"), NULL,
      };
    }
    *Devices = devices;
    *Count = 3;
    if (DriverPackage != NULL) {
      Tree *second = newTree();
      *DriverPackage = newBlock(second, sizeof **DriverPackage);
      describeDriver(second, *DriverPackage, driver);
    }
  }
  return endCall(&call, result);
}

HRESULT WINAPI _DismExportDriver(DismSession Session, PCWSTR Destination, HANDLE CancelEvent, DISM_PROGRESS_CALLBACK Progress, PVOID UserData)
{
  Call call;
  beginCall(&call, "_DismExportDriver");
  argSession(&call, Session);
  argText(&call, "Destination", Destination);
  argTrio(&call, CancelEvent, Progress, UserData);
  HRESULT result = checkSession(&call, Destination != NULL);
  bool files = modeIs("files", NULL, "check");
  if (result == S_OK) {
    result = isEmpty(Destination) ? HR_INVALID_ARGUMENT
      : contains(Destination, "missing") || (files && !pathExists(Destination)) ? HR_PATH_NOT_FOUND : S_OK;
  }
  if (result == S_OK) {
    result = runOperation(&call, "100");
  }
  for (unsigned i = 0; result == S_OK && files && i < call.image->content.driverCount; i++) {
    const Driver *driver = &call.image->content.drivers[i];
    if (!driver->inBox) {
      WCHAR path[PATH_LENGTH] = u"";
      copyPath(path, PATH_LENGTH, Destination);
      appendAscii(path, PATH_LENGTH, "/");
      appendText(path, PATH_LENGTH, driver->published);
      char *text = toUtf8(path);
      writeText(text, "; exported by the double\n", false);
      free(text);
    }
  }
  return endCall(&call, result);
}
