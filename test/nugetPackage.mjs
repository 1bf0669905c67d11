/** A package from NuGet, for who has a .NET SDK. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runQuietly } from '../sidecar/build/setup.mjs';

/**
 * Fetches a package and gives its folder, below `work`. NuGet brings packages for a project only: this one has nothing else to bring.
 * @param {string} work a folder for one package
 * @param {{ title: string, id: string, version: string }} wanted
 */
export function fetchPackage(work, { title, id, version }) {
  const project = join(work, 'package.csproj');
  writeFileSync(project, `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>netstandard2.0</TargetFramework>
    <DisableImplicitFrameworkReferences>true</DisableImplicitFrameworkReferences>
  </PropertyGroup>
  <ItemGroup>
    <PackageDownload Include="${id}" Version="[${version}]" />
  </ItemGroup>
</Project>
`);
  // Quiet, so that an error is what it says first.
  const restore = ['restore', project, '--packages', join(work, 'packages'), '--verbosity', 'quiet'];
  runQuietly(`Fetching ${title} ${version} from NuGet`, 'dotnet', restore);
  return join(work, 'packages', id.toLowerCase(), version);
}
