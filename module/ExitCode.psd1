# Exit codes for scripts. Made by "npm run tables" of sidecar/src/exitCodes.ts, which is the place to change.
@{
    # What counts first where several things ended differently comes last.
    Outcome = @(
        @{ Name = 'done'; Windows = 0; Posix = 0 }
        @{ Name = 'restart'; Windows = 3010; Posix = 0 }
        @{ Name = 'damaged'; Windows = 65; Posix = 65 }
        @{ Name = 'busy'; Windows = 1618; Posix = 75 }
        @{ Name = 'failed'; Windows = 1; Posix = 1 }
    )
    # HRESULTs after which another attempt, later, can succeed.
    Busy    = @(
        0x80070020
        0x80070021
        0x800700AA
        0x8007046B
        0x800704C8
        0x800704D5
        0x800F023D
        0x800F0902
        0xA0440015
        0xC004000A
        0xC004000B
        0xC004000C
        0xC1420112
        0xC1420113
        0xC1420117
        0xC1420118
        0xC1420125
        0xC1420126
        0xC1420127
        0xC1420135
        0xC15101FD
        0xC1570106
    )
    # HRESULTs that say: done, and a restart is needed.
    Restart = @(
        0x00000BC2
        0x00000BC3
        0x80070BC2
        0x80070BC3
    )
}
