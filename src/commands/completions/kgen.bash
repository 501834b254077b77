# What kgen offers may be a stranger's text: it gets to the line in quotes, and nothing of it is ever expanded.
_kgen() {
    COMPREPLY=()
    # An answer stands in place of `part`: the end of the word, behind a quote, `=` or `:`.
    local part=$2 line=${COMP_LINE:0:COMP_POINT} IFS=''
    [[ $line == *"$part" ]] || return
    local start=$((${#line} - ${#part})) words=() word='' is_word='' is_live='' quote='' at c before open
    for ((at = 0; at <= ${#line}; at++)); do
        if ((at == start)); then
            # What bash itself will expand is not the text that it looks like.
            [[ -z $is_live ]] || return
            before=$word open=$quote
        fi
        c=${line:at:1}
        case ${quote:-_}$c in
            \'\' | \"\") quote='' ;;
            \"\\)
                [[ ${line:at+1:1} == [\$\`\"\\] ]] && ((at += 1))
                word+=${line:at:1}
                ;;
            \"[\$\`!]) word+=$c is_live=1 ;;
            [\'\"]*) word+=$c ;;
            _[\'\"]) quote=$c is_word=1 ;;
            _\\)
                ((at += 1))
                word+=${line:at:1} is_word=1
                ;;
            _[[:space:]])
                [[ -n $is_word ]] && words+=("$word")
                word='' is_word='' is_live=''
                ;;
            _[\;\|\&\(\)\<\>]) return ;;
            _[^[:alnum:]_./:=,@%+-]) word+=$c is_word=1 is_live=1 ;;
            _?) word+=$c is_word=1 ;;
        esac
    done
    [[ -n ${before+set} ]] || return
    # A home folder stays one.
    local home=''
    [[ -z $before$open && $part == \~*/* ]] && home=${part%%/*}/ before=$home

    local offered=()
    while IFS=$'\t' read -r c _; do
        [[ -n $c && $c == "$before"* ]] && offered+=("${c#"$before"}")
    done < <(KGEN_COMPLETE=${#words[@]} kgen -- "${words[@]}" "$word" 2>/dev/null)
    ((${#offered[@]})) || return

    # Which characters need more than the quotes that are there, and what then stands around all. Each answer has its own
    # quotes: bash puts the first in place of the open one, closes none behind the last, and may insert all answers.
    local special head=\' tail=\' is_quoted='' quote=\' escaped="'\\''"
    case $open in
        '') special='[^[:alnum:]_./:=,@%+-]' ;;
        \') special='' ;;
        \") special='[$`"\\!]' head="\"\"'" tail="'\"\"" ;;
    esac
    # Of several, bash writes what they have in common: that is more than was typed where all have quotes, or none.
    [[ -n $part && ${offered[*]} == *$special* ]] && is_quoted=1
    for word in "${offered[@]}"; do
        if [[ -n $is_quoted || $word == *$special* ]]; then
            COMPREPLY+=("$home$head${word//$quote/$escaped}$tail")
        else
            COMPREPLY+=("$home$open$word$open")
        fi
    done
    # A setting waits for its value, a kind for its name.
    ((${#offered[@]} == 1)) && [[ $word == *[=/.] ]] && compopt -o nospace 2>/dev/null
}
complete -o bashdefault -F _kgen kgen
