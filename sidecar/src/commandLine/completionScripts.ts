/** What each shell runs to complete a command line of `dismts`: it asks `dismts complete`, and takes files where that knows nothing. */

export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof shells)[number];

/** Lines that `dismts complete` prints are a word, a tab and what it is. */
const scripts: Readonly<Record<Shell, string>> = {
  bash: `# Completion of dismts for bash: source <(dismts completion bash)
_dismts() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("$(printf '%q' "\${line%%$'\\t'*}")")
  done < <(dismts complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _dismts dismts
`,
  zsh: `#compdef dismts
# Completion of dismts for zsh: source <(dismts completion zsh)
_dismts() {
  local -a lines described
  local line
  lines=("\${(@f)$(dismts complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -z $lines[1] ]]; then _files; return; fi
  for line in $lines; do
    described+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  _describe -V dismts described
}
compdef _dismts dismts
`,
  fish: `# Completion of dismts for fish: dismts completion fish | source
complete -c dismts -a '(dismts complete -- (commandline -opc)[2..] (commandline -ct | string collect --allow-empty) 2>/dev/null)'
`,
  powershell: `# Completion of dismts for PowerShell: dismts completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName dismts, dismts.exe -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { "$_" })
    $word = $wordToComplete
    if ($word -eq '' -and $PSVersionTable.PSVersion -lt [version] '7.3') {
        # Passes no empty argument otherwise.
        $word = '""'
    }
    & "$($commandAst.CommandElements[0])" complete -- @words $word | ForEach-Object {
        $value, $text = $_ -split "\`t", 2
        if (-not $text) {
            # A result without one is refused.
            $text = $value
        }
        $inserted = $value
        if ($value -match '[\\s;''"]') {
            $inserted = "'" + $value.Replace("'", "''") + "'"
        }
        [System.Management.Automation.CompletionResult]::new($inserted, $value, 'ParameterValue', $text)
    }
}
`,
};

/** The script of a shell. */
export function completionScript(shell: Shell): string {
  return scripts[shell];
}
