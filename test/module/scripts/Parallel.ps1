# Several images at once, in runspaces and in jobs.
param($ImagePath, $Folder, $Manifest)

1..2 | ForEach-Object {
    Copy-Item -LiteralPath $ImagePath -Destination "$Folder/$_.wim"
    $null = New-Item -ItemType Directory -Path "$Folder/$_"
}
$results = 1..2 | ForEach-Object -Parallel {
    Import-Module -Name Dism # renamed: Import-Module -Name $using:Manifest
    $null = Mount-WindowsImage -ImagePath "$using:Folder/$_.wim" -Index 1 -Path "$using:Folder/$_"
    Set-Content -LiteralPath "$using:Folder/$_/Windows/a.txt" -Value "parallel $_"
    $null = Dismount-WindowsImage -Path "$using:Folder/$_" -Save # piped: $null = [pscustomobject] @{ Path = "$using:Folder/$_" } | Dismount-WindowsImage -Save
    try {
        Dismount-WindowsImage -Path "$using:Folder/$_" -Save
    } catch {
        "$_".Length -gt 0
    }
}
"parallel: $($results -join ' ')"
$job = Start-Job -ArgumentList $Folder, $Manifest -ScriptBlock {
    param($Folder, $Manifest)
    Import-Module -Name Dism # renamed: Import-Module -Name $Manifest
    $null = Mount-WindowsImage -ImagePath "$Folder/1.wim" -Index 1 -Path "$Folder/1" -ReadOnly
    Get-Content -LiteralPath "$Folder/1/Windows/a.txt"
    (Get-WindowsImage -Mounted).MountMode.ToString()
    $null = Dismount-WindowsImage -Path "$Folder/1" -Discard
}
"job: $(($job | Receive-Job -Wait -AutoRemoveJob) -join ', ')"
"left: $(@(Get-WindowsImage -Mounted).Count)"
