/* Prints the layout of every struct as this compiler makes it: {"DismFeature":{"size":12,"fields":{"FeatureName":0,...}},...}. */
#include "dismapi.h"
#include <stdio.h>

static int count;

static void begin(const char *name, size_t size)
{
  printf("%s\"%s\":{\"size\":%u,\"fields\":{", count > 0 ? "}},\n" : "{", name, (unsigned)size);
  count = 0;
}

static void field(const char *name, size_t offset)
{
  printf("%s\"%s\":%u", count++ > 0 ? "," : "", name, (unsigned)offset);
}

#define STRUCT(type) begin(#type, sizeof(type))
#define FIELD(type, name) field(#name, offsetof(type, name))

#define PACKAGE_INFO(type) \
  FIELD(type, PackageName); FIELD(type, PackageState); FIELD(type, ReleaseType); FIELD(type, InstallTime); FIELD(type, Applicable); \
  FIELD(type, Copyright); FIELD(type, Company); FIELD(type, CreationTime); FIELD(type, DisplayName); FIELD(type, Description); \
  FIELD(type, InstallClient); FIELD(type, InstallPackageName); FIELD(type, LastUpdateTime); FIELD(type, ProductName); \
  FIELD(type, ProductVersion); FIELD(type, RestartRequired); FIELD(type, FullyOffline); FIELD(type, SupportInformation); \
  FIELD(type, CustomProperty); FIELD(type, CustomPropertyCount); FIELD(type, Feature); FIELD(type, FeatureCount)

int main(void)
{
  STRUCT(DismString);
  FIELD(DismString, Value);
  STRUCT(DismFeature);
  FIELD(DismFeature, FeatureName); FIELD(DismFeature, State);
  STRUCT(DismCapability);
  FIELD(DismCapability, Name); FIELD(DismCapability, State);
  STRUCT(DismCustomProperty);
  FIELD(DismCustomProperty, Name); FIELD(DismCustomProperty, Value); FIELD(DismCustomProperty, Path);
  STRUCT(DismPackage);
  FIELD(DismPackage, PackageName); FIELD(DismPackage, PackageState); FIELD(DismPackage, ReleaseType); FIELD(DismPackage, InstallTime);
  STRUCT(DismPackageInfo);
  PACKAGE_INFO(DismPackageInfo);
  STRUCT(DismPackageInfoEx);
  PACKAGE_INFO(DismPackageInfoEx); FIELD(DismPackageInfoEx, CapabilityId);
  STRUCT(DismFeatureInfo);
  FIELD(DismFeatureInfo, FeatureName); FIELD(DismFeatureInfo, FeatureState); FIELD(DismFeatureInfo, DisplayName);
  FIELD(DismFeatureInfo, Description); FIELD(DismFeatureInfo, RestartRequired); FIELD(DismFeatureInfo, CustomProperty);
  FIELD(DismFeatureInfo, CustomPropertyCount);
  STRUCT(DismCapabilityInfo);
  FIELD(DismCapabilityInfo, Name); FIELD(DismCapabilityInfo, State); FIELD(DismCapabilityInfo, DisplayName);
  FIELD(DismCapabilityInfo, Description); FIELD(DismCapabilityInfo, DownloadSize); FIELD(DismCapabilityInfo, InstallSize);
  STRUCT(DismImageInfo);
  FIELD(DismImageInfo, ImageType); FIELD(DismImageInfo, ImageIndex); FIELD(DismImageInfo, ImageName);
  FIELD(DismImageInfo, ImageDescription); FIELD(DismImageInfo, ImageSize); FIELD(DismImageInfo, Architecture);
  FIELD(DismImageInfo, ProductName); FIELD(DismImageInfo, EditionId); FIELD(DismImageInfo, InstallationType);
  FIELD(DismImageInfo, Hal); FIELD(DismImageInfo, ProductType); FIELD(DismImageInfo, ProductSuite);
  FIELD(DismImageInfo, MajorVersion); FIELD(DismImageInfo, MinorVersion); FIELD(DismImageInfo, Build); FIELD(DismImageInfo, SpBuild);
  FIELD(DismImageInfo, SpLevel); FIELD(DismImageInfo, Bootable); FIELD(DismImageInfo, SystemRoot); FIELD(DismImageInfo, Language);
  FIELD(DismImageInfo, LanguageCount); FIELD(DismImageInfo, DefaultLanguageIndex); FIELD(DismImageInfo, CustomizedInfo);
  STRUCT(DismWimCustomizedInfo);
  FIELD(DismWimCustomizedInfo, Size); FIELD(DismWimCustomizedInfo, DirectoryCount); FIELD(DismWimCustomizedInfo, FileCount);
  FIELD(DismWimCustomizedInfo, CreatedTime); FIELD(DismWimCustomizedInfo, ModifiedTime);
  STRUCT(DismMountedImageInfo);
  FIELD(DismMountedImageInfo, MountPath); FIELD(DismMountedImageInfo, ImageFilePath); FIELD(DismMountedImageInfo, ImageIndex);
  FIELD(DismMountedImageInfo, MountMode); FIELD(DismMountedImageInfo, MountStatus);
  STRUCT(DismDriverPackage);
  FIELD(DismDriverPackage, PublishedName); FIELD(DismDriverPackage, OriginalFileName); FIELD(DismDriverPackage, InBox);
  FIELD(DismDriverPackage, CatalogFile); FIELD(DismDriverPackage, ClassName); FIELD(DismDriverPackage, ClassGuid);
  FIELD(DismDriverPackage, ClassDescription); FIELD(DismDriverPackage, BootCritical); FIELD(DismDriverPackage, DriverSignature);
  FIELD(DismDriverPackage, ProviderName); FIELD(DismDriverPackage, Date); FIELD(DismDriverPackage, MajorVersion);
  FIELD(DismDriverPackage, MinorVersion); FIELD(DismDriverPackage, Build); FIELD(DismDriverPackage, Revision);
  STRUCT(DismDriver);
  FIELD(DismDriver, ManufacturerName); FIELD(DismDriver, HardwareDescription); FIELD(DismDriver, HardwareId);
  FIELD(DismDriver, Architecture); FIELD(DismDriver, ServiceName); FIELD(DismDriver, CompatibleIds); FIELD(DismDriver, ExcludeIds);
  STRUCT(DismAppxPackage);
  FIELD(DismAppxPackage, PackageName); FIELD(DismAppxPackage, DisplayName); FIELD(DismAppxPackage, PublisherId);
  FIELD(DismAppxPackage, MajorVersion); FIELD(DismAppxPackage, MinorVersion); FIELD(DismAppxPackage, Build);
  FIELD(DismAppxPackage, RevisionNumber); FIELD(DismAppxPackage, Architecture); FIELD(DismAppxPackage, ResourceId);
  FIELD(DismAppxPackage, InstallLocation); FIELD(DismAppxPackage, Region);
  STRUCT(DismOsInfo);
  FIELD(DismOsInfo, OsState); FIELD(DismOsInfo, Architecture); FIELD(DismOsInfo, MajorVersion); FIELD(DismOsInfo, MinorVersion);
  FIELD(DismOsInfo, Build); FIELD(DismOsInfo, RevisionNumber); FIELD(DismOsInfo, WindowsDirectory); FIELD(DismOsInfo, BootDrive);
  STRUCT(SYSTEMTIME);
  FIELD(SYSTEMTIME, wYear); FIELD(SYSTEMTIME, wMonth); FIELD(SYSTEMTIME, wDayOfWeek); FIELD(SYSTEMTIME, wDay); FIELD(SYSTEMTIME, wHour);
  FIELD(SYSTEMTIME, wMinute); FIELD(SYSTEMTIME, wSecond); FIELD(SYSTEMTIME, wMilliseconds);
  printf("}}}\n");
  return 0;
}
