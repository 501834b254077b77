//! Other values for a scalar, without knowing its type: by its look, and by words that stand for each other.

/// Other values for a scalar, the likeliest first.
pub fn others(text: &str) -> Vec<String> {
    const WORDS: [&[&str]; 24] = [
        &["none", "preferred", "required", "annotations", "exporter", "wiring", "zone", "host", "password"],
        &["Deployment", "StatefulSet", "DaemonSet"],
        &["everysec", "always", "no"],
        &["checksum", "hash"],
        &["allkeys-lru", "noeviction", "allkeys-lfu"],
        &["standalone", "external", "sentinel", "operator", "cnpg"],
        &["Never", "OnFailure", "Always", "IfNotPresent"],
        &["Forbid", "Allow", "Replace"],
        &["ClusterIP", "NodePort", "LoadBalancer"],
        &["TCP", "UDP"],
        &["RollingUpdate", "Recreate", "OnDelete"],
        &["Etc/UTC", "Europe/Berlin"],
        &["OrderedReady", "Parallel"],
        &["restricted", "baseline", "privileged"],
        &["AlwaysAllow", "IfHealthyBudget"],
        &["ReadWriteOnce", "ReadWriteOncePod", "ReadWriteMany"],
        &["Cluster", "Local"],
        &["cluster-wide", "namespace-wide", "strict"],
        &["SecretStore", "ClusterSecretStore"],
        &["metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "status.podIP"],
        &["limits.memory", "requests.memory", "limits.cpu", "requests.cpu"],
        &["local", "existing"],
        &["ClusterFirst", "Default"],
        &["dev", "staging", "prod"],
    ];
    const IMAGES: [(&str, [&str; 2]); 3] = [
        ("valkey", ["redis:8.2-alpine", "redis:7"]),
        ("redis", ["valkey/valkey:9.1", "valkey/valkey:8"]),
        ("postgres", ["postgres:17-alpine", "postgres:18-trixie"]),
    ];
    let quote = text.chars().next().filter(|c| ['"', '\''].contains(c));
    let bare = quote.map_or(text, |quote| text.trim_matches(quote));
    let wrap = |text: String| quote.map_or(text.clone(), |quote| format!("{quote}{text}{quote}"));
    let mut out: Vec<String> = Vec::new();
    match bare {
        "true" => out.push("false".into()),
        "false" => out.push("true".into()),
        _ => {}
    }
    for words in WORDS.iter().filter(|words| words.contains(&bare)) {
        out.extend(words.iter().filter(|word| **word != bare).map(|word| (*word).to_owned()));
    }
    let digits = bare.bytes().take_while(u8::is_ascii_digit).count();
    if let (Ok(number), rest) = (bare[..digits].parse::<u64>(), &bare[digits..]) {
        let plain = rest.chars().all(|c| c.is_ascii_alphabetic() || c == '%');
        if plain && rest.is_empty() {
            out.extend([number + 1, number.saturating_sub(1), number * 2, 1].map(|n| n.to_string()));
        } else if plain {
            out.extend([number * 2, number / 2, number + 1].map(|n| format!("{n}{rest}")));
        } else if let Some(tail) = rest.strip_prefix(' ') {
            // A schedule.
            out.push(format!("{} {tail}", number + 1));
        }
    }
    if text.contains('\n') {
        return vec![format!("x{text}")];
    }
    out.push(format!("{bare}x"));
    let images = IMAGES.iter().filter(|(name, _)| bare.contains(name) && bare.contains(':') && !bare.contains('$'));
    out.extend(images.flat_map(|(_, others)| others).map(|other| (*other).to_owned()));
    out.extend([format!("{bare}1"), format!("x{bare}"), format!("1{bare}")]);
    out.into_iter().map(wrap).filter(|other| other != text).collect()
}
