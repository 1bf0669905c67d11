function New-Sidecar {
    <#
    .SYNOPSIS
    Makes the object that stands for a sidecar: its process, and what was written to it and read from it.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'Makes an object')]
    param(
        # What it is kept under.
        [Parameter(Mandatory)]
        [string] $Key,

        # The program that it runs.
        [Parameter(Mandatory)]
        [string] $Executable
    )
    # A hash table: each property of an object that is used costs the first command a millisecond or two, which PowerShell takes to compile the access to it.
    return @{
        Key         = $Key
        Executable  = $Executable
        # What "initialize" answered; null until then.
        Server      = $null
        Process     = $null
        Input       = $null
        Output      = $null
        LastId      = 0
        Busy        = $false
        # The write under way, and the id of the request that was written last.
        WriteTask   = $null
        WrittenId   = $null
        # Buffer[Start..Length-1] was received and not yet consumed; BodyStart is 0 until the header of the next frame is complete.
        ReadTask    = $null
        Buffer      = [byte[]]::new(65536)
        Start       = 0
        Length      = 0
        BodyStart   = 0
        BodyLength  = 0
        # The message that was read last, and the exception that ended reading or writing.
        Message     = $null
        Failure     = $null
        ErrorStream = $null
        ErrorTask   = $null
        ErrorBuffer = [byte[]]::new(65536)
        ErrorTail   = ''
    }
}
