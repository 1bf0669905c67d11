# Types that have the members: name -> true.
$script:countedTypes = @{}

function Add-CountMember {
    <#
    .SYNOPSIS
    Makes .Count and .Length of one object of a type 1 in Windows PowerShell, as of any .NET object; there it gives null for custom objects.
    .DESCRIPTION
    Scripts count results: (Get-WindowsImage -Mounted).Count. PowerShell 6 and newer do it by themselves. The members are hidden from lists and from JSON.
    #>
    param(
        # Name of the type without "DismTs.".
        [Parameter(Mandatory)]
        [string] $TypeName,

        # The members.
        [string[]] $Member = @('Count', 'Length'),

        # Edition of PowerShell that the members are needed in.
        [string] $Edition = 'Desktop'
    )
    if ($script:countedTypes.ContainsKey($TypeName) -or $PSVersionTable.PSEdition -ne $Edition) {
        return
    }
    $script:countedTypes[$TypeName] = $true
    $type = New-Object -TypeName System.Management.Automation.Runspaces.TypeData -ArgumentList "DismTs.$TypeName"
    foreach ($name in $Member) {
        $property = New-Object -TypeName System.Management.Automation.Runspaces.NotePropertyData -ArgumentList $name, 1
        $property.IsHidden = $true
        $type.Members.Add($name, $property)
    }
    Update-TypeData -TypeData $type -Force
}
