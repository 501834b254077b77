//! Each PostgreSQL: whether it answers, a prompt as the app's role, dumps and the way back.
//!
//! The password is read from its file inside the container, into the environment of the client alone.

use super::Section;
use super::view::{View, has_container, name as container_name, of, within};
use crate::plan::node::str_of;
use crate::resource::Resource;
use crate::settings::From;
use crate::tree::Tree;

/// The app's role in its database, over TCP as apps come. By variables: `-d` takes a name with `=` for settings.
const LOGIN: &str =
    "PGPASSWORD=`cat \"$APP_PASSWORD_FILE\"` PGUSER=$APP_USER PGDATABASE=$APP_DATABASE psql -h 127.0.0.1";

pub fn sections(view: &View) -> Vec<Section> {
    view.components("postgres").map(|(name, settings)| section(view, &name, settings)).collect()
}

fn section(view: &View, name: &str, settings: &Tree<From>) -> Section {
    let mut out = Section::new(format!("PostgreSQL {name}"));
    match str_of(settings, "mode") {
        Some("external") => out.say(format!("`{name}` is made elsewhere; the apps have its URL from their Secret.")),
        Some("cnpg") => cluster(view, name, settings, &mut out),
        _ => {
            let found = view.object(&format!("postgres.{name}"), "StatefulSet", name);
            let Some(server) = found.filter(|server| has_container(server, "postgres")) else { return out };
            alone(name, server, &mut out);
            backup(view, name, settings, server, &mut out);
        }
    }
    out
}

fn exec(name: &str, server: &Resource, flags: &str) -> String {
    format!("kubectl exec{flags}{} statefulset/{name} -c postgres --", of(server))
}

fn alone(name: &str, server: &Resource, out: &mut Section) {
    out.say("It accepts connections; then a question and a prompt, as the app's role in its database:");
    let ask = |sql: &str| format!("{} sh -c '{LOGIN} -c \"{sql}\"'", exec(name, server, ""));
    out.run([
        format!("{} pg_isready -h 127.0.0.1", exec(name, server, "")),
        ask("select current_user, version()"),
        format!("{} sh -c '{LOGIN}'", exec(name, server, " -it")),
        format!("kubectl logs{} statefulset/{name} -c postgres --tail=50", of(server)),
    ]);
}

fn backup(view: &View, name: &str, settings: &Tree<From>, server: &Resource, out: &mut Section) {
    let cron = format!("{name}-backup");
    let Some(job) = view.object(&format!("postgres.{name}"), "CronJob", &cron) else { return };
    let within = of(job);
    out.say("A dump at once, beside those of the schedule:");
    out.run([
        format!("kubectl create job {cron}-now{within} --from=cronjob/{cron}"),
        format!("kubectl wait --for=condition=complete job/{cron}-now{within} --timeout=1h"),
        format!("kubectl logs job/{cron}-now{within} --all-containers"),
        format!("kubectl delete job/{cron}-now{within}"),
    ]);
    match settings.at(&["backup", "to", "s3"]).filter(|s3| !s3.is_null()) {
        Some(s3) => from_bucket(name, server, s3, out),
        None => from_claim(&cron, job, out),
    }
}

/// With the CronJob's own image, names and password. Names of dumps sort by time.
fn from_claim(cron: &str, job: &Resource, out: &mut Section) {
    let spec = ["spec", "jobTemplate", "spec", "template", "spec", "containers"];
    let containers = job.body.at(&spec).and_then(Tree::as_list).unwrap_or_default();
    if containers.first().map(container_name).is_none() {
        return;
    }
    let within = of(job);
    out.say("Back from the newest dump, over what is in the database now: all of the dump, or nothing of it.");
    let patch = "[{\"op\": \"replace\", \"path\": \"/spec/template/spec/containers/0/command\", \"value\": [\"sh\", \"-c\", \"pg_restore --clean --if-exists --no-owner --single-transaction --dbname= `ls $FOLDER/$NAME-*.dump | tail -n 1`\"]}]";
    out.run([
        format!(
            "kubectl create job {cron}-restore{within} --from=cronjob/{cron} --dry-run=client -o yaml |\n  kubectl patch --local -f - --type=json -o yaml -p '{patch}' |\n  kubectl apply{within} -f -"
        ),
        format!("kubectl wait --for=condition=complete job/{cron}-restore{within} --timeout=1h"),
        format!("kubectl delete job/{cron}-restore{within}"),
    ]);
}

fn from_bucket(name: &str, server: &Resource, s3: &Tree<From>, out: &mut Section) {
    let word = |key: &str| s3.get(key).filter(|node| !node.is_null()).map(ToString::to_string).unwrap_or_default();
    let prefix = word("prefix");
    let path: Vec<&str> = prefix.split('/').filter(|part| !part.is_empty()).collect();
    let folder: String = path.iter().map(|part| format!("{part}/")).collect();
    let url = super::write::quoted(&format!("s3://{}/{folder}", word("bucket")));
    let endpoint = word("endpoint");
    let endpoint = if endpoint.is_empty() {
        String::new()
    } else {
        format!(" --endpoint-url {}", super::write::quoted(&endpoint))
    };
    out.say("Back from a dump of the bucket, over what is in the database now: all of the dump, or nothing of it. Put the name of the dump that you want in the second line:");
    let restore = "pg_restore -h 127.0.0.1 --clean --if-exists --no-owner --single-transaction --dbname=";
    let restore = LOGIN.replace("psql -h 127.0.0.1", restore);
    out.run([
        format!("aws{endpoint} s3 ls {url}"),
        format!("DUMP={name}-20261121T020000Z.dump"),
        format!("aws{endpoint} s3 cp {url}\"$DUMP\" - |\n  {} sh -c '{restore}'", exec(name, server, " -i")),
    ]);
}

/// Pods and their names are the operator's.
fn cluster(view: &View, name: &str, settings: &Tree<From>, out: &mut Section) {
    let namespace = view.of.plan.namespace.as_deref();
    let within = within(namespace);
    let database = str_of(settings, "database").unwrap_or("app");
    out.say("The operator makes the pods; `kubectl cnpg` is its plugin for kubectl. The prompt is of the superuser, inside the primary's pod:");
    out.run([
        format!("kubectl wait --for=condition=Ready cluster.postgresql.cnpg.io/{name}{within} --timeout=10m"),
        format!("kubectl get pods{within} -l cnpg.io/cluster={name} -L cnpg.io/instanceRole"),
        format!("kubectl cnpg status {name}{within}"),
        format!("kubectl cnpg psql {name}{within} -- {}", super::write::quoted(database)),
    ]);
    if view.kind("ScheduledBackup").any(|backup| *backup.component == format!("postgres.{name}")) {
        out.say("A base backup at once, and those that there are. A restore is a new Cluster with `bootstrap.recovery`: see the plugin's documentation.");
        out.run([
            format!("kubectl cnpg backup {name}{within} --method=plugin --plugin-name=barman-cloud.cloudnative-pg.io"),
            format!("kubectl get backups.postgresql.cnpg.io{within}"),
        ]);
    }
}
