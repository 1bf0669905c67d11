# Makes the .nupkg file of a module folder, as Publish-PSResource -NupkgPath takes it: with the icon and the README inside, and packed as small as it gets.

param(
    # Folder with the manifest.
    [Parameter(Mandatory)]
    [string] $Module,

    # Where to: DismTs.<version>.nupkg.
    [Parameter(Mandatory)]
    [string] $Folder
)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
if (-not (Get-Command -Name Compress-PSResource -ErrorAction Ignore)) {
    Write-Output 'No .nupkg file: this PowerShell has no Compress-PSResource (Microsoft.PowerShell.PSResourceGet 1.1)'
    exit 0
}
$made = Compress-PSResource -Path $Module -DestinationPath $Folder -PassThru
$small = "$($made.FullName).tmp"
$source = [System.IO.Compression.ZipFile]::OpenRead($made.FullName)
$target = [System.IO.Compression.ZipFile]::Open($small, 'Create')
try {
    foreach ($entry in $source.Entries | Where-Object { $_.Name }) {
        $new = $target.CreateEntry($entry.FullName, [System.IO.Compression.CompressionLevel]::SmallestSize)
        $new.LastWriteTime = $entry.LastWriteTime
        $from, $to = $entry.Open(), $new.Open()
        if ($entry.FullName -like '*.nuspec') {
            $reader = New-Object -TypeName System.IO.StreamReader -ArgumentList $from
            $text = $reader.ReadToEnd().Replace('</metadata>', "  <icon>module/icon.png</icon>`n    <readme>README.md</readme>`n  </metadata>")
            $bytes = [System.Text.Encoding]::UTF8.GetBytes($text)
            $to.Write($bytes, 0, $bytes.Length)
        } else {
            $from.CopyTo($to)
        }
        $to.Dispose()
        $from.Dispose()
    }
} finally {
    $target.Dispose()
    $source.Dispose()
}
Move-Item -LiteralPath $small -Destination $made.FullName -Force
Write-Output ('{0}: {1:n1} MB' -f $made.Name, ((Get-Item -LiteralPath $made.FullName).Length / 1e6))
