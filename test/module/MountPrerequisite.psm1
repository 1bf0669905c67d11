# What the suites that mount images on Linux need, and what makes their images.

$script:root = [System.IO.Path]::GetFullPath([System.IO.Path]::Combine($PSScriptRoot, '..', '..'))

function Get-PlatformName {
    <#
    .SYNOPSIS
    Gives the name of this Linux as folders of builds have it, such as linux-x64.
    #>
    param()
    return "linux-$([System.Runtime.InteropServices.RuntimeInformation]::OSArchitecture)".ToLowerInvariant()
}

function Get-PackagedNode {
    <#
    .SYNOPSIS
    Gives the path of the Node.js of the npm packages, which runs buildStore.mjs and wineSidecar.mjs.
    #>
    param()
    return "$script:root/node_modules/node-$(Get-PlatformName)/bin/node"
}

function Get-MissingMountPrerequisite {
    <#
    .SYNOPSIS
    Gives what keeps tests from running here, a text each, and prints it.
    #>
    param(
        # What does not run then: "the samples".
        [Parameter(Mandatory)]
        [string] $Skipped,

        # They make an image with a component store.
        [switch] $ImageMaker,

        # They run wimlib-imagex.
        [switch] $Wimlib
    )
    $missing = @(
        if ($PSVersionTable.PSEdition -eq 'Desktop' -or -not $IsLinux) {
            'the portable engine mounts on Linux only'
        } else {
            if (-not [System.IO.File]::Exists("$script:root/module/bin/$(Get-PlatformName)/dismts")) {
                'the executable is not built (npm run build)'
            }
            if ($ImageMaker -and -not [System.IO.File]::Exists((Get-PackagedNode))) {
                'the Node.js that makes the image is not installed (npm ci)'
            }
            if ($Wimlib -and -not (Get-Command -Name wimlib-imagex -ErrorAction Ignore)) {
                'wimlib-imagex is not installed (apt-get install wimtools)'
            }
            if (-not (Test-Path -LiteralPath /dev/fuse) -or (id -u) -ne '0') {
                'mounting needs /dev/fuse and root here'
            }
        }
    )
    if ($missing) {
        Write-Information -MessageData "Skipped: ${Skipped}: $($missing -join '; ')" -InformationAction Continue
    }
    return $missing
}

Export-ModuleMember -Function Get-PlatformName, Get-PackagedNode, Get-MissingMountPrerequisite
