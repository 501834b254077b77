//! Passwords that shells, argument lists, configuration files, URLs or Kubernetes' own expansion may change.

pub fn passwords() -> Vec<String> {
    let words = [
        "plain",
        "with space",
        " around ",
        "double\"quote",
        "single'quote",
        "\"quoted\"",
        "hash # rest",
        "#first",
        "$(REDIS_PASSWORD)",
        "a$(POSTGRES_USER)b$(X)",
        "$$(APP_USER)",
        "$HOME ${PATH}",
        "$",
        "$(",
        "back\\slash",
        "trailing\\",
        "\\x41\\n",
        "`id`",
        "$(id)",
        "; & | < > ( )",
        "%41%",
        "100%s",
        "a@b:c/d?e=f&g#h",
        "[::1]",
        "+plus+",
        "*",
        "-dash",
        "--port",
        "--save",
        "tab\there",
        "ünïcødé 日本語 😀",
        "{{ a }} {% b %}",
        ":'password'",
        "null",
        "0123",
        "!",
        "~",
    ];
    let mut out: Vec<String> = words.map(str::to_owned).into();
    out.push("0123456789".repeat(60));
    out
}
