_kgen() {
    local word rest=$COMP_LINE index=0 at IFS=$'\013'
    local words=() current=''
    for ((at = 0; at <= COMP_CWORD; at++)); do
        word=${COMP_WORDS[at]}
        # What follows without a blank is the same word, which bash split.
        if ((at > 0)) && [[ $rest != [[:space:]]* ]] && { [[ $word == [=:]* ]] || [[ $current == *[=:] ]]; }; then
            current+=$word
        else
            current=$word
            ((index = ${#words[@]}))
        fi
        words[index]=$current
        rest=${rest#"${rest%%[![:space:]]*}"}
        rest=${rest#"$word"}
    done
    COMPREPLY=($(_CLAP_IFS="$IFS" _CLAP_COMPLETE_INDEX="$index" KGEN_COMPLETE=bash kgen -- "${words[@]}" 2>/dev/null))
    # Bash puts an answer in place of what it takes for the word: the part behind the last `=` or `:`.
    local part=${COMP_WORDS[COMP_CWORD]}
    [[ $part == [=:]* ]] && part=''
    local before=${current%"$part"}
    if [[ -n $before ]]; then
        COMPREPLY=("${COMPREPLY[@]#"$before"}")
    fi
    # A setting waits for its value, a kind for its name.
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=/.] ]]; then
        compopt -o nospace 2>/dev/null
    fi
}
complete -o bashdefault -F _kgen kgen
