# Results as scripts for the in-box module expect them: objects of its types. Loaded when the in-box names are enabled, so that an import of DismTs does not pay for it.

Set-StrictMode -Version Latest

# Full name of an in-box type -> the type where objects of it can be made; null where they cannot.
$script:types = @{}
# What the types come from: Compiled, Windows (the in-box assembly) or None (names only).
$script:source = 'None'

function Import-InboxType {
    <#
    .SYNOPSIS
    Makes the types Microsoft.Dism.Commands.* known: those of the in-box assembly where it is there, else compiled ones. All runspaces of a process share them.
    .OUTPUTS
    Compiled, Windows, or None where PowerShell may not compile; then objects keep their own types and enumerations stay strings.
    #>
    [OutputType([string])]
    param(
        # The in-box assembly; it may not exist.
        [string] $AssemblyPath
    )
    # One type of many stands for all: an assembly has all or none.
    $probe = 'Microsoft.Dism.Commands.BaseDismObject'
    # Runspaces that run at the same time must not compile twice: an object of one would be none of the type of the other.
    $lock = [string]::Intern('DismTs: types of the in-box module')
    while (-not [System.Threading.Monitor]::TryEnter($lock, 100)) {
        continue
    }
    try {
        $script:source = 'None'
        if ($null -eq ($probe -as [type])) {
            if ($AssemblyPath -and [System.IO.File]::Exists($AssemblyPath)) {
                try {
                    Add-Type -LiteralPath $AssemblyPath -ErrorAction Stop
                } catch {
                    Write-Debug -Message "Loading $AssemblyPath`: $_"
                }
            }
            if ($null -eq ($probe -as [type])) {
                Add-Type -TypeDefinition ([System.IO.File]::ReadAllText([System.IO.Path]::Combine($PSScriptRoot, 'InboxType.cs'))) -ErrorAction Stop
            }
        }
        $script:source = 'Windows'
        if (($probe -as [type]).Assembly.GetName().Name -ne 'Microsoft.Dism.PowerShell') {
            $script:source = 'Compiled'
        }
    } catch {
        Write-Debug -Message "Compiling the types: $_"
    } finally {
        [System.Threading.Monitor]::Exit($lock)
    }
    $script:types = @{}
    return $script:source
}

function ConvertTo-InboxObject {
    <#
    .SYNOPSIS
    Makes objects of the in-box types of objects of DismTs, which keep their DismTs type too: views and parameters go by that.
    #>
    param(
        # Objects of one type.
        [Parameter(Mandatory)]
        [AllowEmptyCollection()]
        [psobject[]] $InputObject,

        # Name of the type without "DismTs.".
        [Parameter(Mandatory)]
        [string] $TypeName
    )
    $fullName = "Microsoft.Dism.Commands.$TypeName"
    if (-not $script:types.ContainsKey($TypeName)) {
        $script:types[$TypeName] = if ($script:source -ne 'None') { $fullName -as [type] }
    }
    $type = $script:types[$TypeName]
    if ($null -eq $type) {
        return $InputObject
    }
    # The in-box assembly need not let others make its objects.
    $canMake = $null -ne $type.GetConstructor([type]::EmptyTypes)
    foreach ($one in $InputObject) {
        $object = $one
        if ($canMake) {
            $object = New-Object -TypeName $type.FullName
        }
        foreach ($property in $one.PSObject.Properties) {
            $known = $type.GetProperty($property.Name)
            $value = $property.Value
            if ($null -ne $known) {
                $target = $known.PropertyType
                $inner = [System.Nullable]::GetUnderlyingType($target)
                if ($null -eq $inner) {
                    $inner = $target
                }
                if ($inner.IsEnum) {
                    # A value that the enumeration does not know stays unknown; a wrong one would be a lie.
                    $value = $value -as $inner
                } elseif ($value -is [array] -and $inner.IsArray -and $inner.GetElementType().Namespace -eq 'Microsoft.Dism.Commands') {
                    $value = @(ConvertTo-InboxObject -InputObject $value -TypeName $inner.GetElementType().Name)
                }
            }
            if (-not $canMake) {
                $property.Value = $value
            } elseif ($null -ne $known -and $known.CanWrite) {
                if ($null -ne $value -or -not $known.PropertyType.IsValueType -or $null -ne [System.Nullable]::GetUnderlyingType($known.PropertyType)) {
                    $object.($property.Name) = $value
                }
            } else {
                $object.PSObject.Properties.Add((New-Object -TypeName System.Management.Automation.PSNoteProperty -ArgumentList $property.Name, $value))
            }
        }
        $object = [psobject] $object
        if ($canMake) {
            $object.PSObject.TypeNames.Insert(1, "DismTs.$TypeName")
        } else {
            $object.PSObject.TypeNames.Insert(0, $fullName)
        }
        $object
    }
}

Export-ModuleMember -Function Import-InboxType, ConvertTo-InboxObject
