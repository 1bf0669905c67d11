function Get-ModuleError {
    <#
    .SYNOPSIS
    Gives what the table of errors says of those that this module makes itself, perhaps because there is no sidecar to ask.
    .DESCRIPTION
    The table is that of sidecar/src/hresult.ts; a test compares the two.
    .OUTPUTS
    An object with symbol, nativeCode, category, meaning and hint, as the sidecar gives it; nothing for an error of which the module knows nothing.
    #>
    param(
        # The symbol.
        [string] $Symbol,

        # The HRESULT, signed or unsigned; used without a symbol.
        [long] $Code
    )
    $rows = @{
        DISMTS_E_PROTOCOL_VERSION = 0xA0440001, 'InvalidOperation', 'The module and the sidecar speak different versions of the DismTs protocol',
            'Install module and executable from the same release of DismTs, and close sessions that still run the old one.'
        DISMTS_E_SIDECAR_NOT_FOUND = 0xA0440010, 'ObjectNotFound', 'There is no executable of DismTs for this machine',
            'Install a package of DismTs that has an executable for this machine, or run "npm ci && npm run build" in the source folder.'
        DISMTS_E_SIDECAR_HASH = 0xA0440011, 'SecurityError', 'The executable of DismTs is not the one that the module was made with',
            'Install DismTs again, or run "npm run build" in the source folder.'
        DISMTS_E_SIDECAR_START = 0xA0440012, 'ResourceUnavailable', 'The executable of DismTs cannot be started',
            'Check that the file may be executed: its mode, a "noexec" volume, application control, a virus scanner.'
        DISMTS_E_SIDECAR_LOST = 0xA0440013, 'ConnectionError', 'The sidecar ended, or the connection to it broke, before it had answered',
            'The next command starts a new sidecar. Look at the state with "Get-DismTsImage -Mounted" before you run this one again.'
        DISMTS_E_SIDECAR_PROTOCOL = 0xA0440014, 'ConnectionError', 'The sidecar sent what is no message of the protocol',
            'The next command starts a new sidecar. Look at the state with "Get-DismTsImage -Mounted" before you run this one again.'
        DISMTS_E_BUSY = 0xA0440015, 'ResourceBusy', 'Another command of this runspace is waiting for its answer',
            'Run the command in a runspace of its own.'
        DISMTS_E_TIMEOUT = 0xA0440016, 'OperationTimeout', 'The command was cancelled because it did not finish within the time that it was given',
            'Allow more time, or look into the log for what it waits for.'
        E_INVALIDARG = 0x80070057, 'InvalidArgument', 'A parameter is invalid',
            'Correct the parameter that the message names.'
        E_NOTIMPL = 0x80004001, 'NotImplemented', 'The servicing stack in use is too old for this image',
            'Use the DISM of a newer Windows or of a newer ADK.'
        E_UNEXPECTED = 0x8000FFFF, 'NotSpecified', 'Something happened that should not happen',
            'This is a bug; report it with the log file.'
        ERROR_ALREADY_EXISTS = 0x800700B7, 'ResourceExists', 'It exists already',
            'Choose another name, or remove what is there.'
        ERROR_FILE_NOT_FOUND = 0x80070002, 'ObjectNotFound', 'The file does not exist',
            'Check the path.'
        ERROR_PATH_NOT_FOUND = 0x80070003, 'ObjectNotFound', 'The folder does not exist',
            'Check the path.'
    }
    if (-not $Symbol) {
        $Symbol = $rows.Keys | Where-Object { ($rows[$_][0] -band 0xFFFFFFFFL) -eq ($Code -band 0xFFFFFFFFL) }
    }
    if ($Symbol -and $rows.ContainsKey($Symbol)) {
        $row = $rows[$Symbol]
        return [pscustomobject] @{ symbol = $Symbol; nativeCode = $row[0]; category = $row[1]; meaning = $row[2]; hint = $row[3] }
    }
}
