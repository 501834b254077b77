#compdef kgen
# What kgen offers may be a stranger's text: zsh puts it into quotes as it completes.
_kgen() {
    local line word help home tab=$'\t'
    local current=${(Q)${:-$QIPREFIX$PREFIX${QIPREFIX[-1]}}}
    local -a whole open
    # A home folder stays one.
    [[ -z $QIPREFIX && $PREFIX == \~*/* ]] && home=${PREFIX%%/*}/
    IPREFIX+=$home PREFIX=${PREFIX#$home}
    for line in ${(f)"$(KGEN_COMPLETE=$((CURRENT - 1)) kgen -- "${(@Q)words[1,CURRENT-1]}" "$current" 2>/dev/null)"}; do
        word=${${line%%$tab*}#$home} help=${line#*$tab}
        # The signs of `_describe`.
        line=${${word//\\/\\\\}//:/\\:}${help:+:${help//\\/\\\\}}
        # A setting waits for its value, a kind for its name.
        if [[ $word == *[=/.] ]]; then open+=($line); else whole+=($line); fi
    done
    (($#whole)) && _describe -V kgen whole
    (($#open)) && _describe -V kgen open -S ''
}
compdef _kgen kgen
