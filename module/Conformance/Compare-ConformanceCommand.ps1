function Compare-ConformanceCommand {
    <#
    .SYNOPSIS
    Compares what a command gives with what the in-box command gives that it stands for: rows, and every property of each.
    .OUTPUTS
    Lines of Test-DismTsConformance.
    #>
    param(
        # Ours, InBox, Key (the property that tells rows apart), Parameters and Title (beside the target); Detail and DetailKey: the parameter by which one row
        # is asked for, and what tells the rows apart that it gives.
        [Parameter(Mandatory)]
        [hashtable] $Pair,

        # Engine and DismPath for our command.
        [Parameter(Mandatory)]
        [hashtable] $Choice,

        # What is read, for both: Online, Path or ImagePath.
        [Parameter(Mandatory)]
        [hashtable] $Target,

        # What that is, in words.
        [Parameter(Mandatory)]
        [string] $Place
    )
    $own = @{}
    if ($Pair['Parameters']) {
        $own = $Pair['Parameters']
    }
    $parameters = $Target + $own
    $title = "$($Pair['Ours'])$($Pair['Title']), $Place"
    $ours = Invoke-ConformanceCommand -Command $Pair['Ours'] -Parameter ($parameters + $Choice)
    $inBox = Get-Command -Name $Pair['InBox'] -Module Dism -ErrorAction Ignore
    if (-not $inBox) {
        $seen = "$($ours['Rows'].Count) rows"
        if ($ours['Code']) {
            $seen = $ours['Code']
        }
        New-ConformanceRow -Question "${title}: the rows of $($Pair['InBox'])" -Expected 'the in-box module, which is not here' -Seen "not tried: $seen"
        return
    }
    $theirs = Invoke-ConformanceCommand -Command $inBox -Parameter $parameters
    if ($ours['Code'] -or $theirs['Code']) {
        # The same trouble is the same answer.
        $expected, $seen = @($theirs, $ours) | ForEach-Object { if ($_['Code']) { $_['Code'] } else { 'rows' } }
        New-ConformanceRow -Question "${title}: the code of $($Pair['InBox'])" -Expected $expected -Seen $seen
        return
    }
    $key = $Pair['Key']
    # Of rows with the same key the first is compared with the first, and so on.
    $byKey = @{}
    foreach ($row in $theirs['Rows']) {
        $id = "$($row.$key)"
        if (-not $byKey.ContainsKey($id)) {
            $byKey[$id] = [System.Collections.Queue]::new()
        }
        $byKey[$id].Enqueue($row)
    }
    $matching = @(foreach ($row in $ours['Rows']) {
            $queue = $byKey["$($row.$key)"]
            if ($queue -and $queue.Count) {
                @{ Ours = $row; Theirs = $queue.Dequeue() }
            }
        })
    $wanted = "$($theirs['Rows'].Count) rows"
    $seen = "$($ours['Rows'].Count) rows"
    if ($matching.Count -ne $theirs['Rows'].Count) {
        $seen = "$seen, $($matching.Count) of them with the same $key"
    }
    New-ConformanceRow -Question "${title}: the rows of $($Pair['InBox'])" -Expected $wanted -Seen $seen
    if (-not $matching) {
        return
    }
    $names = @($matching[0]['Theirs'].PSObject.Properties.Name | Where-Object { $_ -notin $script:conformanceCallProperties })
    $lacking = @($names | Where-Object { $_ -cnotin $matching[0]['Ours'].PSObject.Properties.Name })
    $different = foreach ($name in $names | Where-Object { $_ -cnotin $lacking }) {
        $count = @($matching | Where-Object {
                (ConvertTo-ConformanceText -InputObject $_['Ours'].$name) -cne (ConvertTo-ConformanceText -InputObject $_['Theirs'].$name)
            }).Count
        if ($count) {
            "$name differs in $count"
        }
    }
    $seen = "$($names.Count) the same"
    if ($lacking -or $different) {
        $seen = (@($different) + @($lacking | ForEach-Object { "$_ is missing" }) | Where-Object { $_ }) -join ', '
    }
    New-ConformanceRow -Question "${title}: the properties of $($Pair['InBox']), in the same casing" -Expected "$($names.Count) the same" -Seen $seen
    if ($Pair['Detail']) {
        $one = $Pair.Clone()
        $one['Parameters'] = $own + @{ $Pair['Detail'] = $matching[0]['Theirs'].$key }
        $one['Title'] = "$($Pair['Title']) -$($Pair['Detail'])"
        $one['Detail'] = $null
        $one['Key'] = $Pair['DetailKey']
        Compare-ConformanceCommand -Pair $one -Choice $Choice -Target $Target -Place $Place
    }
}
