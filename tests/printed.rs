//! `kgen render PROFILE` needs every profile to be right as far as it is planned, and renders the one that is printed.

use crate::support::Kgen;

/// A project whose profile `dev` is right, with this in `prod`, and what is said of all profiles.
fn project(prod: &str) -> Kgen {
    let text = format!(
        "apiVersion: kgen.dev/v1\nproject: shop\nprofiles:\n  dev: {{}}\n  prod: {prod}\n\
         apps: {{api: {{image: 'a/b:1', port: 80}}}}\n"
    );
    Kgen::new().file("kgen.yaml", &text)
}

#[test]
fn a_mistake_of_another_profile_stops_the_stream_up_to_its_plan() {
    for (prod, id) in [
        ("{apps: {api: {prot: 80}}}", "unknown-key"),
        ("{extends: pord}", "unknown-profile"),
        ("{apps: {api: {env: {A: '${redis.cache.url}'}}}}", "dangling-reference"),
        ("{apps: {api: {env: {A: '${apps.api.port'}}}}", "bad-reference"),
        ("{secrets: {app: {token: Zq7CanarY9x}}}", "secret-literal"),
    ] {
        let said = project(prod).args(["render", "dev"]).said();
        assert!(said.stderr.starts_with(&format!("error[{id}]")) && said.stdout.is_empty(), "{id}: {}", said.stderr);
        assert_eq!(said.status, Some(2));
    }
}

/// What only the objects of another profile show, `kgen render` and `kgen check` say.
#[test]
fn what_the_objects_of_another_profile_show_is_said_without_it() {
    let prod = "{apps: {api: {labels: {a: 'not a label'}}}}";
    assert!(project(prod).args(["render", "dev"]).says().contains("kind: Deployment"));
    for args in [&["render"][..], &["check"], &["render", "prod"]] {
        let said = project(prod).args(args.iter().copied()).said();
        assert!(said.stderr.starts_with("error[invalid-label]"), "{args:?}: {}", said.stderr);
    }
}

#[test]
fn a_selector_may_be_of_another_profile() {
    let project = || project("{apps: {api: {ingress: {host: a.example.com}}}}");
    assert_eq!(project().args(["render", "dev", "--only", "Ingress"]).says(), "");
    let said = project().args(["render", "dev", "--only", "Ingres"]).said();
    assert!(
        said.stderr.starts_with("error: `Ingres` selects nothing\nhint: did you mean `Ingress`?"),
        "{}",
        said.stderr
    );
}
