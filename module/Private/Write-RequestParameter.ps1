function Write-RequestParameter {
    <#
    .SYNOPSIS
    Says with -Debug what a request is sent with, without a product key.
    #>
    param(
        # The request's method.
        [Parameter(Mandatory)]
        [string] $Method,

        # Its parameters.
        [Parameter(Mandatory)]
        [hashtable] $Params
    )
    $shown = $Params.Clone()
    if ($shown['productKey']) {
        $shown['productKey'] = '*****'
    }
    # Not what -Debug means in Windows PowerShell, which would ask whether to go on.
    $DebugPreference = 'Continue'
    Write-Debug -Message "$Method $(& $script:cmdlets['ConvertTo-Json'] -InputObject $shown -Compress -Depth 8)"
}
