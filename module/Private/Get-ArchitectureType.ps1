# The type, once it was needed.
$script:architectureType = $null

function Get-ArchitectureType {
    <#
    .SYNOPSIS
    Gives the type of the property Architecture: an enumeration of PROCESSOR_ARCHITECTURE_*, which compares with the number, as in-box scripts do it, and with the name.
    .DESCRIPTION
    PowerShell builds an assembly for an enumeration of its own language, for which not every import has to wait.
    .OUTPUTS
    The type DismTsArchitecture.
    #>
    param()
    if ($null -eq $script:architectureType) {
        $script:architectureType = & ([scriptblock]::Create('enum DismTsArchitecture { x86 = 0; arm = 5; ia64 = 6; x64 = 9; neutral = 11; arm64 = 12 }; [DismTsArchitecture]'))
    }
    return $script:architectureType
}
