# Publishing the package to a repository of PowerShell resources, and installing it from there: as root, as a plain user, while it is at work.

BeforeDiscovery {
    $missing = @()
    if ($PSVersionTable.PSEdition -eq 'Desktop' -or -not $IsLinux) {
        $missing += 'they are about Linux, where packages lose permissions'
    } else {
        if (-not (Get-Module -ListAvailable -Name Microsoft.PowerShell.PSResourceGet)) {
            $missing += 'there is no Microsoft.PowerShell.PSResourceGet (it comes with PowerShell 7.4)'
        }
        if ((id -u) -ne '0' -or -not (Get-Command -Name runuser -ErrorAction Ignore)) {
            $missing += 'acting as another user needs root and runuser'
        }
    }
    if ($missing) {
        Write-Information -MessageData "Skipped: the tests of the installation: $($missing -join '; ')" -InformationAction Continue
    }
}

Describe 'Installing from a repository of PowerShell resources' -Tag 'Integration' -Skip:($missing.Count -gt 0) {
    BeforeAll {
        Import-Module -Name "$PSScriptRoot/TestHelper.psm1"
        $root = Get-RepositoryRoot
        $testFolder = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), "dismts-install-$([System.IO.Path]::GetRandomFileName())")
        # .NET takes a folder for data that does not exist for the current one.
        $data = '.config', '.cache', '.local/share'
        $null = New-Item -ItemType Directory -Path (@("$testFolder/repository") + @('root', 'nobody' | ForEach-Object { foreach ($part in $data) { "$testFolder/$_/$part" } }))
        chmod 755 $testFolder
        chown -R nobody "$testFolder/nobody"
        $node = (Get-Command -Name node -CommandType Application | Select-Object -First 1).Source
        $pwsh = Get-PowerShellProgram
        runuser -u nobody -- test -x $pwsh
        if ($LASTEXITCODE -ne 0) {
            # It is that of a clone where other users cannot go, such as below /root.
            Copy-Item -LiteralPath $PSHOME -Destination "$testFolder/powershell" -Recurse
            chmod -R a+rX "$testFolder/powershell"
            $pwsh = "$testFolder/powershell/pwsh"
        }
        $output = & $node "$root/sidecar/build/run.mjs" package.ts "$testFolder/package" 2>&1
        $LASTEXITCODE | Should -Be 0 -Because "$output"
        $version = (Import-PowerShellDataFile -LiteralPath "$root/DismTs.psd1").ModuleVersion
        $package = "$testFolder/package/DismTs/$version"
        $architecture = "$([System.Runtime.InteropServices.RuntimeInformation]::OSArchitecture)".ToLowerInvariant()

        function Invoke-InHome {
            <#
            .SYNOPSIS
            Runs a script in a PowerShell of its own, as a user with a home folder of the test; gives what it wrote, JSON as objects.
            #>
            param([string] $User, [string] $Script)
            $home_ = "$testFolder/$User"
            $prelude = "`$ProgressPreference = 'SilentlyContinue'; `$ErrorActionPreference = 'Stop'; Set-Location '$home_'; "
            $words = '-NoLogo', '-NoProfile', '-NonInteractive', '-Command', "$prelude$Script"
            $environment = "HOME=$home_", "XDG_CONFIG_HOME=$home_/.config", "XDG_DATA_HOME=$home_/.local/share", "XDG_CACHE_HOME=$home_/.cache", "DISMTS_STATE_DIR=$home_/state"
            if ($User -eq 'root') {
                $output = env @environment $pwsh @words 2>&1
            } else {
                $output = runuser -u $User -- env @environment $pwsh @words 2>&1
            }
            $LASTEXITCODE | Should -Be 0 -Because ($output | Out-String)
            $output | Select-Object -Last 1 | ConvertFrom-Json
        }
        $register = "Register-PSResourceRepository -Name Local -Uri 'file://$testFolder/repository' -Trusted -Force; "
        $report = @'
$environment = Test-DismTsEnvironment
$file = Get-Item -LiteralPath $environment.Executable
@{ Version = (Get-Module -Name DismTs).Version.ToString(); Base = (Get-Module -Name DismTs).ModuleBase; Sidecar = $environment.SidecarVersion; Mode = $file.UnixMode } | ConvertTo-Json -Compress
'@
        $null = Invoke-InHome -User root -Script "$register Publish-PSResource -Path '$package' -Repository Local; '1'"
    }

    AfterAll {
        Remove-Item -LiteralPath $testFolder -Recurse -Force
    }

    It 'works as <User>, though the executable comes without the permission to be executed' -ForEach @(@{ User = 'root' }, @{ User = 'nobody' }) {
        $result = Invoke-InHome -User $User -Script "$register Install-PSResource -Name DismTs -Repository Local; Import-Module -Name DismTs; $report"
        $result.Version | Should -Be $version
        $result.Base | Should -BeLike "$testFolder/$User/*"
        $result.Sidecar | Should -Not -BeNullOrEmpty
        $result.Mode | Should -Match '^-..x'
    }

    It 'comes from the .nupkg file of a release, too, which has an icon and a README' {
        $null = New-Item -ItemType Directory -Path "$testFolder/files", "$testFolder/second", "$testFolder/saved"
        $output = & $pwsh -NoProfile -NonInteractive -File "$root/sidecar/build/nupkg.ps1" -Module $package -Folder "$testFolder/files"
        $LASTEXITCODE | Should -Be 0 -Because "$output"
        $file = (Get-ChildItem -Path "$testFolder/files/*.nupkg").FullName
        $archive = [System.IO.Compression.ZipFile]::OpenRead($file)
        try {
            $reader = New-Object -TypeName System.IO.StreamReader -ArgumentList ($archive.Entries | Where-Object { $_.Name -like '*.nuspec' }).Open()
            $metadata = ([xml] $reader.ReadToEnd()).package.metadata
            foreach ($path in $metadata.icon, $metadata.readme) {
                $archive.GetEntry($path).Length | Should -BeGreaterThan 1000
            }
        } finally {
            $archive.Dispose()
        }
        $name = 'Second'
        $second = "Register-PSResourceRepository -Name $name -Uri 'file://$testFolder/second' -Trusted -Force; "
        $result = Invoke-InHome -User root -Script "$second Publish-PSResource -NupkgPath '$file' -Repository $name; Save-PSResource -Name DismTs -Repository $name -Path '$testFolder/saved'; Import-Module -Name '$testFolder/saved/DismTs'; $report"
        $result.Base | Should -BeLike "$testFolder/saved/*"
        $result.Sidecar | Should -Not -BeNullOrEmpty
    }

    It 'says the line to run where the file belongs to somebody else' {
        $shared = "$testFolder/shared/DismTs/$version"
        $null = New-Item -ItemType Directory -Path "$testFolder/shared/DismTs"
        Copy-Item -LiteralPath $package -Destination $shared -Recurse
        $executable = "$shared/module/bin/linux-$architecture/dismts"
        chmod 644 $executable
        $result = Invoke-InHome -User nobody -Script "Import-Module -Name '$shared/DismTs.psd1'; try { Get-DismTsImage -Mounted } catch { @{ Id = `$_.FullyQualifiedErrorId; Hint = `$_.Exception.Hint } | ConvertTo-Json -Compress }"
        $result.Id | Should -Be 'DISMTS_E_SIDECAR_START,Get-DismTsImage'
        $result.Hint | Should -BeLike "*chmod a+rx '$executable'*"
        chmod 744 $executable
        $result = Invoke-InHome -User nobody -Script "Import-Module -Name '$shared/DismTs.psd1'; try { Get-DismTsImage -Mounted } catch { @{ Id = `$_.FullyQualifiedErrorId; Hint = `$_.Exception.Hint } | ConvertTo-Json -Compress }"
        $result.Hint | Should -BeLike "*chmod a+rx '$executable'*"
    }

    It 'gives no permission to a file whose hash is wrong' {
        $broken = "$testFolder/broken/DismTs/$version"
        $null = New-Item -ItemType Directory -Path "$testFolder/broken/DismTs"
        Copy-Item -LiteralPath $package -Destination $broken -Recurse
        $executable = "$broken/module/bin/linux-$architecture/dismts"
        Add-Content -LiteralPath $executable -Value 'x' -NoNewline
        chmod 644 $executable
        $result = Invoke-InHome -User root -Script "Import-Module -Name '$broken/DismTs.psd1'; try { Get-DismTsImage -Mounted } catch { @{ Id = `$_.FullyQualifiedErrorId } | ConvertTo-Json -Compress }"
        $result.Id | Should -Be 'DISMTS_E_SIDECAR_HASH,Get-DismTsImage'
        (Get-Item -LiteralPath $executable).UnixMode | Should -Be '-rw-r--r--'
    }

    It 'is upgraded while a session of the old version is at work, which goes on, and is removed' {
        $next = "$testFolder/next/DismTs/99.0.0"
        $null = New-Item -ItemType Directory -Path "$testFolder/next/DismTs"
        Copy-Item -LiteralPath $package -Destination $next -Recurse
        $manifest = [System.IO.File]::ReadAllText("$next/DismTs.psd1").Replace("ModuleVersion        = '$version'", "ModuleVersion        = '99.0.0'").Replace("Prerelease = ''", "Prerelease = 'preview1'")
        [System.IO.File]::WriteAllText("$next/DismTs.psd1", $manifest)
        $result = Invoke-InHome -User root -Script @"
$register
Publish-PSResource -Path '$next' -Repository Local
Import-Module -Name DismTs
`$null = Get-DismTsImage -Mounted
`$before = `$(try { Update-PSResource -Name DismTs -Repository Local; (Get-InstalledPSResource -Name DismTs).Count } catch { "`$_" })
Update-PSResource -Name DismTs -Repository Local -Prerelease
`$null = Get-DismTsImage -Mounted
`$installed = Get-InstalledPSResource -Name DismTs | ForEach-Object { "`$(`$_.Version)-`$(`$_.Prerelease)".TrimEnd('-') }
`$new = pwsh -NoProfile -Command 'Import-Module -Name DismTs; (Test-DismTsEnvironment).Executable'
Uninstall-PSResource -Name DismTs -Version '99.0.0-preview1' -Prerelease
Uninstall-PSResource -Name DismTs -Version '$version'
@{ Stable = `$before; Installed = @(`$installed); New = "`$new"; Left = @(Get-InstalledPSResource -Name DismTs -ErrorAction SilentlyContinue).Count } | ConvertTo-Json -Compress
"@
        $result.Stable | Should -Be 1 -Because 'a prerelease comes to those who ask for it'
        $result.Installed | Should -Contain $version
        $result.Installed | Should -Contain '99.0.0-preview1'
        $result.New | Should -BeLike '*/99.0.0/*'
        $result.Left | Should -Be 0
    }
}
