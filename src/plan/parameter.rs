//! Parameters of a CloudNativePG cluster.
//!
//! Owns: which of postgresql.conf's the operator keeps for itself (its webhook refuses them), and the one that it
//! wants as a list.
//! Source: https://cloudnative-pg.io/documentation/current/postgresql_conf/#fixed-parameters

use super::Planner;
use super::label::Owner;
use super::node::{Node, compact, filled, list, pairs, text};
use crate::diag::Diagnostic;
use crate::tree::{Kind, Map};

crate::declare! {
    /// a parameter that CloudNativePG sets itself
    ///
    /// CloudNativePG sets this parameter itself and refuses a Cluster that does.
    /// Fix: remove it.
    /// Source: https://cloudnative-pg.io/documentation/current/postgresql_conf/#fixed-parameters
    CNPG_PARAMETER = "cnpg-parameter", Error;
}

const FIXED: [&str; 50] = [
    "allow_alter_system",
    "allow_system_table_mods",
    "archive_cleanup_command",
    "archive_command",
    "archive_mode",
    "bonjour",
    "bonjour_name",
    "cluster_name",
    "config_file",
    "data_directory",
    "data_sync_retry",
    "event_source",
    "external_pid_file",
    "hba_file",
    "hot_standby",
    "ident_file",
    "jit_provider",
    "listen_addresses",
    "log_destination",
    "log_directory",
    "log_file_mode",
    "log_filename",
    "log_rotation_age",
    "log_rotation_size",
    "log_truncate_on_rotation",
    "logging_collector",
    "pg_failover_slots.primary_dsn",
    "pg_failover_slots.standby_slot_names",
    "port",
    "primary_conninfo",
    "primary_slot_name",
    "promote_trigger_file",
    "recovery_end_command",
    "recovery_min_apply_delay",
    "restart_after_crash",
    "restore_command",
    "ssl",
    "ssl_ca_file",
    "ssl_cert_file",
    "ssl_crl_file",
    "ssl_dh_params_file",
    "ssl_ecdh_curve",
    "ssl_key_file",
    "ssl_passphrase_command",
    "ssl_passphrase_command_supports_reload",
    "ssl_prefer_server_ciphers",
    "stats_temp_directory",
    "synchronous_standby_names",
    "synchronized_standby_slots",
    "temp_tablespaces",
];

/// Families of which the operator keeps all.
const FAMILIES: [&str; 3] = ["recovery_target", "syslog_", "unix_socket_"];

/// `parameters`, each a string, and `shared_preload_libraries`.
pub fn postgresql(cx: &mut Planner, owner: &Owner, store: &Node) -> Node {
    let mut parameters = Map::new();
    let mut libraries = Node::null();
    for (name, entry) in pairs(store, "config") {
        let lower = name.to_lowercase();
        let value = text(entry.value.to_string(), &entry.value.from);
        if FIXED.contains(&&*lower) || FAMILIES.iter().any(|family| lower.starts_with(family)) {
            let message = format!("`{}.config.{name}` is a parameter that CloudNativePG keeps for itself", owner.id);
            let d = Diagnostic::new(CNPG_PARAMETER, message).in_profile(&cx.settings.profile);
            cx.report.push(d.at(cx.span_in(&entry.value)).hint("remove it (in a profile: `null`)"));
        } else if lower == "shared_preload_libraries" {
            let words = value.as_str().unwrap_or_default().split(',').map(str::trim).filter(|word| !word.is_empty());
            libraries = filled(list(words.map(|word| text(word, &value.from)).collect()));
        } else {
            parameters.insert_from(name.clone(), entry.key_from.clone(), value);
        }
    }
    compact([("parameters", filled(Kind::Map(parameters).into())), ("shared_preload_libraries", libraries)])
}
