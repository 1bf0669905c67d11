# What each script gives, in every way.
@{
    RetryDismount = @('attempt 1: 0xC1420117', 'attempt 2: 0xC1420117', 'True after 3', 'left: 0')
    CatchCode     = @('no file: True', 'no such index', 'mounted already', 'went on: as it was, True', 'left: 0')
    CleanUp       = @('gone: Invalid, ReadOnly', 'mount: Ok, ReadWrite', 'left: 0')
    Filter        = @('by folder: 1', 'by file: 1', 'by number: 1', 'by name: 1', 'no status but 0', 'it is fine', 'restart: False, online: False', 'left: 0')
    Typed         = @('First (1)', 'Second (2)', 'writable: True', 'left: 0')
    Strict        = @('images: 2, First to Second, True', 'index: 1, reads: 5', 'log: True, restart: False', 'refused: C0040007', 'left: 0')
    Save          = @('level: WarningsInfo, log: build.log', 'log: build.log, written: True', 'images: 3', 'content: new', 'left: 0')
    Finally       = @('mounted', 'failed: 80070002', 'cleaned up', 'caller: COMException', 'trapped: C0040007', 'left: 0')
    Parallel      = @('parallel: True True', 'job: parallel 1, ReadOnly', 'left: 0')
    Servicing     = @('enabled: 1', 'not enabled: 2', 'DismTs-Feature-Gone: DisabledWithPayloadRemoved', 'installed: 4', 'engine: 80070032', 'health: Healthy', 'edition: Professional')
}
