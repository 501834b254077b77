//! What `kgen graph` draws: exact texts of the shop, and names that would break each language.

use crate::support::Kgen;

const SHOP: &str = include_str!("../golden/example-shop/kgen.yaml");

fn shop(args: &[&str]) -> Kgen {
    Kgen::new().file("kgen.yaml", SHOP).args(["graph"]).args(args.iter().copied())
}

#[test]
fn mermaid_is_written_without_being_asked_for() {
    shop(&["prod"]).stdout(include_str!("graph/shop.mermaid")).run();
}

#[test]
fn all_profiles_are_drawn_together() {
    shop(&[]).stdout(include_str!("graph/shop-all.mermaid")).run();
}

#[test]
fn dot_is_what_graphviz_reads() {
    shop(&["prod", "--format", "dot"]).stdout(include_str!("graph/shop.dot")).run();
}

#[test]
fn a_part_is_a_component_and_what_it_is_wired_to() {
    let expected = "digraph kgen {
  label=\"shop, prod\"
  labelloc=t
  rankdir=LR
  node [shape=box style=\"rounded,filled\" fontname=\"Helvetica\" fontsize=11 margin=\"0.15,0.08\"]
  edge [fontname=\"Helvetica\" fontsize=9 color=\"#6b7280\" fontcolor=\"#4b5563\"]
  \"apps.web\" [label=\"web\\napp\\nDeployment ×3\" fillcolor=\"#dbe9fb\" color=\"#2f6db5\"]
  \"apps.api\" [label=\"api\\napp\\nDeployment ×3\" fillcolor=\"#dbe9fb\" color=\"#2f6db5\"]
  \"redis.cache\" [label=\"cache\\nredis\\nstandalone\" fillcolor=\"#fbe0dd\" color=\"#b8483c\"]
  \"postgres.db\" [label=\"db\\npostgres\\nstandalone\" fillcolor=\"#dcefe9\" color=\"#2d7f6c\"]
  \"apps.web\" -> \"apps.api\" [label=\"API_URL\"]
  \"apps.api\" -> \"redis.cache\" [label=\"REDIS_URL\"]
  \"apps.api\" -> \"postgres.db\" [label=\"DATABASE_URL\"]
}
";
    shop(&["prod", "--format", "dot", "--only", "component=apps.api"]).stdout(expected).run();
}

#[test]
fn a_part_that_is_not_there_is_a_slip() {
    let said = "error: `component=redis.cahce` selects nothing\nhint: did you mean `component=redis.cache`?\n";
    shop(&["prod", "--only", "component=redis.cahce"]).stderr(said).status(2).run();
}

#[test]
fn a_profile_that_is_not_there_is_a_slip() {
    let said = "error: there is no profile `prd`\nhint: did you mean `prod`?\n";
    shop(&["prd"]).stderr(said).status(2).run();
}
