# What kgen offers may be a stranger's text: fish escapes it as it completes.
function __kgen_offered
    set -l words (commandline --current-process --tokenize --cut-at-cursor)
    set -l token (commandline --current-token --cut-at-cursor)
    # The quote may be open.
    set -l word (string unescape -- $token; or string unescape -- $token\'; or string unescape -- $token\")
    KGEN_COMPLETE=(count $words) kgen -- $words "$word" 2>/dev/null
end
complete --keep-order --exclusive --command kgen --arguments '(__kgen_offered)'
