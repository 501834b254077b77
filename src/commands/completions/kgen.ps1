# What kgen offers may be a stranger's text: it gets to the line in quotes, and the line is read, never run.
Register-ArgumentCompleter -Native -CommandName kgen -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $text = {
        param($element)
        if ($element -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $element.Value }
        else { $element.Extent.Text }
    }
    $words = @()
    $current = ''
    foreach ($element in $commandAst.CommandElements) {
        if ($element.Extent.EndOffset -lt $cursorPosition) { $words += & $text $element }
        elseif ($element.Extent.StartOffset -lt $cursorPosition) { $current = & $text $element }
    }

    $asked = $env:KGEN_COMPLETE
    $env:KGEN_COMPLETE = $words.Count
    try { $offered = @(& kgen -- @words $current 2>$null) } finally { $env:KGEN_COMPLETE = $asked }

    foreach ($line in $offered) {
        $word, $help = $line -split "`t", 2
        # Before 7.3, what follows a `"` becomes arguments of its own.
        if ($word.Contains('"') -and $PSVersionTable.PSVersion -lt '7.3') { continue }
        $quoted = $word
        if ($word -cnotmatch '\A(--?[A-Za-z-]+=?|(~/)?[A-Za-z][A-Za-z0-9_./=-]*)\z') {
            $quoted = "'" + [System.Management.Automation.Language.CodeGeneration]::EscapeSingleQuotedStringContent($word) + "'"
        }
        if (-not $help) { $help = $word }
        [System.Management.Automation.CompletionResult]::new($quoted, $word, 'ParameterValue', $help)
    }
}
