function Get-ImageTitle {
    <#
    .SYNOPSIS
    Gives the words for the image that a request is about, for messages and progress.
    #>
    param(
        # Parameters of the request.
        [Parameter(Mandatory)]
        [hashtable] $Params
    )
    if ($Params['online']) {
        return 'the running Windows'
    }
    return $Params['path']
}
