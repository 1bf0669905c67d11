function Get-ImageItem {
    <#
    .SYNOPSIS
    Asks for a list of what an image holds, and gives its items as objects of a type.
    #>
    param(
        # Name of the method, such as package/get.
        [Parameter(Mandatory)]
        [string] $Method,

        # Parameters of the request.
        [Parameter(Mandatory)]
        [hashtable] $Params,

        # Name of the list in the result, and what its items are called in the title of the progress bar.
        [Parameter(Mandatory)]
        [string] $List,

        # Name of the items' type without "DismTs.".
        [Parameter(Mandatory)]
        [string] $TypeName,

        # The command on whose behalf it is sent.
        [Parameter(Mandatory)]
        [System.Management.Automation.PSCmdlet] $Cmdlet,

        # Engine choice.
        [Parameter(Mandatory)]
        [string] $Engine,

        # The native engine's DismApi.dll, as in -DismPath.
        [string] $DismPath,

        # Property that -Like goes by.
        [string] $Property,

        # Only items whose property matches these wildcards.
        [string] $Like,

        # Stands for the items where there are none.
        [psobject] $Missing
    )
    if ($Like -and -not (Test-Wildcard -Cmdlet $Cmdlet -Pattern $Like)) {
        return
    }
    $image = Get-ImageTitle -Params $Params
    $request = @{ Method = $Method; Params = $Params; Cmdlet = $Cmdlet; Engine = $Engine; DismPath = $DismPath; Target = $image; Activity = "Read $List of $image" }
    $result = Invoke-SidecarRequest @request
    if ($null -eq $result) {
        return
    }
    $items = $result.$List
    if ($Like) {
        $items = @($items | Where-Object { $_.$Property -like $Like })
    }
    if ($null -ne $Missing -and @($items).Count -eq 0) {
        $items = $Missing
    }
    ConvertTo-DismTsObject -InputObject $items -TypeName $TypeName -Image $result
}
