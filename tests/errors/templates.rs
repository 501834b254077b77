//! The project's own templates, and files that are not there.

use super::{project, refused, shop, text};

#[test]
fn a_template_that_does_not_parse() {
    let kgen = project(
        "
        profiles: {dev: {}}
        apps:
          api:
            image: acme/api:1
        templates: tpl
    ",
    );
    let kgen = kgen.file(
        "tpl/app/deployment.yaml",
        &text(
            "
        kind: {{ name
    ",
        ),
    );
    refused(
        kgen.args(["render"]),
        "
            error[template]: syntax error: unexpected end of input, expected end of variable block
              --> tpl/app/deployment.yaml:1:1
               |
            1 | kind: {{ name
               | ^^^^^^^^^^^^^
        ",
    );
}

#[test]
fn a_template_with_an_undefined_variable() {
    let kgen = project(
        "
        profiles: {dev: {}}
        apps:
          api:
            image: acme/api:1
        templates: tpl
    ",
    );
    let kgen = kgen.file(
        "tpl/app/deployment.yaml",
        &text(
            "
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: {{ nme }}
    ",
        ),
    );
    refused(
        kgen.args(["render"]),
        "
            error[template]: undefined value: `nme` is undefined while rendering `apps.api`
              --> tpl/app/deployment.yaml:4:3
               |
            4 |   name: {{ nme }}
               |   ^^^^^^^^^^^^^^^
        ",
    );
}

#[test]
fn a_template_that_writes_no_yaml() {
    let kgen = project(
        "
        profiles: {dev: {}}
        apps:
          api:
            image: acme/api:1
        templates: tpl
    ",
    );
    let kgen = kgen.file(
        "tpl/app/deployment.yaml",
        &text(
            "
        apiVersion: apps/v1
        kind: [
    ",
        ),
    );
    refused(
        kgen.args(["render"]),
        "
            error[template-yaml]: the template of `apps.api` does not write YAML: `[` is not closed (rendered line 2: `kind: [`)
              --> tpl/app/deployment.yaml:2:1
               |
            2 | kind: [
               | ^^^^^^^
        ",
    );
}

#[test]
fn a_template_that_writes_an_unknown_field() {
    let kgen = project(
        "
        profiles: {dev: {}}
        apps:
          api:
            image: acme/api:1
        templates: tpl
    ",
    );
    let kgen = kgen.file(
        "tpl/app/serviceaccount.yaml",
        &text(
            "
        apiVersion: v1
        kind: ServiceAccount
        metadata:
          name: {{ name }}
        automount: true
    ",
        ),
    );
    refused(
        kgen.args(["render"]),
        "
            error[unknown-field]: ServiceAccount/api `automount`: unknown field `automount` (profile `dev`)
              --> tpl/app/serviceaccount.yaml:5:1
               |
            5 | automount: true
               | ^^^^^^^^^^^^^^^
            hint: expected `apiVersion`, `kind`, `automountServiceAccountToken`, `imagePullSecrets`, `metadata` or `secrets`
        ",
    );
}

#[test]
fn a_template_without_kind() {
    let kgen = project(
        "
        profiles: {dev: {}}
        apps:
          api:
            image: acme/api:1
        templates: tpl
    ",
    );
    let kgen = kgen.file(
        "tpl/app/serviceaccount.yaml",
        &text(
            "
        metadata: {name: x}
    ",
        ),
    );
    refused(
        kgen.args(["render"]),
        "
            error[nameless-object]: the template of `apps.api` wrote an object without `apiVersion`, `kind` or `metadata.name`
              --> tpl/app/serviceaccount.yaml:1:1
               |
            1 | metadata: {name: x}
               | ^
        ",
    );
}

#[test]
fn a_template_that_nothing_uses() {
    let kgen = project(
        "
        profiles: {dev: {}}
        apps:
          api:
            image: acme/api:1
        templates: tpl
    ",
    );
    let kgen = kgen.file(
        "tpl/app/deploymnt.yaml",
        &text(
            "
        a: b
    ",
        ),
    );
    refused(
        kgen.args(["render"]),
        "
            error[unused-template]: `tpl/app/deploymnt.yaml` takes the place of no built-in template, and no template includes it
              --> kgen.yaml:7:12
               |
            7 | templates: tpl
               |            ^^^
            hint: did you mean `app/deployment.yaml`?
        ",
    );
}

#[test]
fn a_folder_of_templates_that_is_not_there() {
    shop(
        "
            profiles: {dev: {}}
            apps:
              api:
                image: acme/api:1
            templates: tpl
        ",
        "
            error[file-missing]: there is no folder `tpl`
              --> kgen.yaml:7:12
               |
            7 | templates: tpl
               |            ^^^
        ",
    );
}

#[test]
fn a_template_with_an_unknown_filter() {
    let kgen = project(
        "
        profiles: {dev: {}}
        apps:
          api:
            image: acme/api:1
        templates: tpl
    ",
    );
    let kgen = kgen.file(
        "tpl/app/serviceaccount.yaml",
        &text(
            "
        kind: {{ name | nofilter }}
    ",
        ),
    );
    refused(
        kgen.args(["render"]),
        "
            error[template]: unknown filter: filter nofilter is unknown while rendering `apps.api`
              --> tpl/app/serviceaccount.yaml:1:1
               |
            1 | kind: {{ name | nofilter }}
               | ^^^^^^^^^^^^^^^^^^^^^^^^^^^
        ",
    );
}

#[test]
fn a_template_that_includes_none() {
    let kgen = project(
        "
        profiles: {dev: {}}
        apps:
          api:
            image: acme/api:1
        templates: tpl
    ",
    );
    let kgen = kgen.file(
        "tpl/app/serviceaccount.yaml",
        &text(
            "
        {% include 'nope.yaml' %}
    ",
        ),
    );
    refused(
        kgen.args(["render"]),
        "
            error[template]: template not found: tried to include non-existing template 'nope.yaml' while rendering `apps.api`
              --> tpl/app/serviceaccount.yaml:1:1
               |
            1 | {% include 'nope.yaml' %}
               | ^^^^^^^^^^^^^^^^^^^^^^^^^
        ",
    );
}

#[test]
fn a_template_that_is_not_utf8() {
    let kgen = project(
        "
        profiles: {dev: {}}
        apps:
          api:
            image: acme/api:1
        templates: tpl
    ",
    );
    let kgen = kgen.bytes("tpl/app/serviceaccount.yaml", b"\xff");
    refused(
        kgen.args(["render"]),
        "
            error[not-utf8]: `tpl/app/serviceaccount.yaml` is not UTF-8
              --> tpl/app/serviceaccount.yaml:1:1
            hint: save it as UTF-8
        ",
    );
}

#[test]
fn a_config_file_that_is_not_there() {
    shop(
        "
            profiles: {dev: {}}
            configs: {app: {a: {file: b.txt}}}
        ",
        "
            error[file-missing]: cannot read `b.txt`: No such file or directory (os error 2)
              --> kgen.yaml:4:27
               |
            4 | configs: {app: {a: {file: b.txt}}}
               |                           ^^^^^
        ",
    );
}

#[test]
fn a_template_that_writes_a_value_of_another_type() {
    let kgen = project(
        "
        profiles: {dev: {}}
        apps:
          api:
            image: acme/api:1
        templates: tpl
    ",
    );
    let kgen = kgen.file(
        "tpl/app/serviceaccount.yaml",
        &text(
            "
        apiVersion: v1
        kind: ServiceAccount
        metadata:
          name: {{ name }}
        automountServiceAccountToken: maybe
    ",
        ),
    );
    refused(
        kgen.args(["render"]),
        "
            error[wrong-type]: ServiceAccount/api `automountServiceAccountToken`: expected a boolean, found the string `maybe` (profile `dev`)
              --> tpl/app/serviceaccount.yaml:5:1
               |
            5 | automountServiceAccountToken: maybe
               | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        ",
    );
}

#[test]
fn a_template_that_writes_no_object() {
    let kgen = project(
        "
        profiles: {dev: {}}
        apps:
          api:
            image: acme/api:1
        templates: tpl
    ",
    );
    let kgen = kgen.file(
        "tpl/app/serviceaccount.yaml",
        &text(
            "
        {% if false %}
        kind: ServiceAccount
        {% endif %}
    ",
        ),
    );
    refused(
        kgen.args(["render"]),
        "
            error[nameless-object]: the template of `apps.api` wrote an object without `apiVersion`, `kind` or `metadata.name`
              --> tpl/app/serviceaccount.yaml:1:1
               |
            1 | {% if false %}
               | ^
        ",
    );
}

#[test]
fn a_template_whose_yaml_breaks_in_a_part_of_it() {
    let kgen = project(
        "
        profiles: {dev: {}}
        apps:
          api:
            image: acme/api:1
        templates: tpl
    ",
    );
    let kgen = kgen.file(
        "tpl/partial/metadata.yaml",
        &text(
            "
        metadata:
          name: {{ name }}
         labels: {{ labels }}
    ",
        ),
    );
    refused(
        kgen.args(["render"]),
        "
            error[template-yaml]: the template of `apps.api` does not write YAML: this line does not line up with the lines above (rendered line 5: `labels: `)
              --> tpl/partial/metadata.yaml:3:2
               |
            3 |  labels: {{ labels }}
               |  ^^^^^^^^^^^^^^^^^^^^
        ",
    );
}

/// A project with one secret, and this in the place of the template of its Secret.
fn secret_template(value: &str, template: &str) -> crate::support::Kgen {
    let body = format!("\nprofiles: {{dev: {{}}}}\ntemplates: tpl\nsecrets: {{app: {{token: {value}}}}}\n");
    project(&body).file("tpl/secret/secret.yaml", &text(template))
}

const CONFIG_MAP: &str = "
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: {{ name }}}
    data: {{ data }}
";

#[test]
fn a_template_that_makes_a_config_map_of_a_secret() {
    let said = "
        error[secret-elsewhere]: the template of `secrets.app` writes secret values into `v1` ConfigMap/app
          --> tpl/secret/secret.yaml:2:1
           |
        2 | kind: ConfigMap
           | ^^^^^^^^^^^^^^^
        hint: only `data` of a Secret holds secret values; `kgen template show secret/secret.yaml` shows how
    ";
    refused(secret_template("Zq7CanarY9x", CONFIG_MAP).args(["render"]), said);
    refused(secret_template("Zq7CanarY9x", CONFIG_MAP).args(["render", "dev"]), said);
    // The value is not even asked for.
    refused(secret_template("{env: TOKEN}", CONFIG_MAP).args(["render"]), said);
}

#[test]
fn a_template_that_makes_another_secret_of_a_secret() {
    let kgen = secret_template(
        "Zq7CanarY9x",
        "
            apiVersion: example.com/v1
            kind: Secret
            metadata: {name: {{ name }}}
            data: {{ data }}
        ",
    );
    refused(
        kgen.args(["render", "dev"]),
        "
            error[secret-elsewhere]: the template of `secrets.app` writes secret values into `example.com/v1` Secret/app
              --> tpl/secret/secret.yaml:1:1
               |
            1 | apiVersion: example.com/v1
               | ^^^^^^^^^^^^^^^^^^^^^^^^^^
            hint: only `data` of a Secret holds secret values; `kgen template show secret/secret.yaml` shows how
        ",
    );
}

#[test]
fn a_template_that_writes_string_data() {
    let kgen = secret_template(
        "Zq7CanarY9x",
        "
            apiVersion: v1
            kind: Secret
            metadata: {name: {{ name }}}
            stringData: {{ data }}
        ",
    );
    refused(
        kgen.args(["render", "dev"]),
        "
            error[secret-elsewhere]: the template of `secrets.app` leaves the value of `token` out of `data`
              --> tpl/secret/secret.yaml:1:1
               |
            1 | apiVersion: v1
               | ^
            hint: only `data` of a Secret holds secret values; `kgen template show secret/secret.yaml` shows how
        ",
    );
}

#[test]
fn a_template_that_renames_a_key() {
    let kgen = secret_template(
        "Zq7CanarY9x",
        "
            apiVersion: v1
            kind: Secret
            metadata: {name: {{ name }}}
            data:
              other: {{ data.token }}
        ",
    );
    refused(
        kgen.args(["render", "dev"]),
        "
            error[secret-elsewhere]: the template of `secrets.app` leaves the value of `token` out of `data`
              --> tpl/secret/secret.yaml:5:3
               |
            5 |   other: {{ data.token }}
               |   ^^^^^^^^^^^^^^^^^^^^^^^
            hint: only `data` of a Secret holds secret values; `kgen template show secret/secret.yaml` shows how
        ",
    );
}

/// What templates see of a value is no value.
#[test]
fn a_template_that_writes_data_elsewhere_too() {
    let kgen = secret_template(
        "Zq7CanarY9x",
        "
            apiVersion: v1
            kind: Secret
            metadata: {name: {{ name }}, annotations: {copy: {{ data.token }}}}
            data: {{ data }}
        ",
    );
    let said = kgen.args(["render", "dev"]).said();
    assert_eq!((said.stderr.as_str(), said.status), ("", Some(0)));
    assert!(said.stdout.contains("copy: \"c2VjcmV0\"") || said.stdout.contains("copy: c2VjcmV0"), "{}", said.stdout);
    assert!(said.stdout.contains("token: WnE3Q2FuYXJZOXg="), "{}", said.stdout);
}
