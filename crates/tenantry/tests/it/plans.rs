//! Plans from the settings file to `tenantry plan list`, and what becomes of one that is taken out of it.

use std::fs;

use crate::program::run;
use crate::server::Home;

const TABLE: &str = "create table pupil (id bigint primary key);\n";

#[test]
fn plans_of_the_settings_are_given_listed_and_missed() {
    let home = Home::new();
    let folder = home.folder("default", TABLE);
    let settings = format!("{folder}/../tenantry.toml");
    let basic =
        "[plans.basic]\nquota = \"5 GB\"\nconnection_limit = 7\nstatement_timeout = \"1min\"\n";
    let large = "[plans.large]\nquota = \"50 GB\"\n";
    fs::write(&settings, format!("default_plan = \"basic\"\n{basic}{large}")).unwrap();
    let server = home.serve(&["--config", &settings]);
    home.run(&["template", "create", "default", "--from", &folder]).is(0);
    home.run(&["schema", "create", "oakwood", "--wait"]).is(0);
    home.run(&["schema", "create", "birch", "--plan", "large", "--wait"]).is(0);
    home.run(&["schema", "create", "elm", "--plan", "huge"]).is(3).says("basic, large");
    let list = home.run(&["plan", "list", "--json"]).is(0).json();
    let basic_plan = &list["items"][0];
    assert_eq!(
        (basic_plan["name"].as_str(), basic_plan["connectionLimit"].as_i64()),
        (Some("basic"), Some(7))
    );
    assert_eq!(
        (basic_plan["quotaBytes"].as_i64(), basic_plan["schemas"].as_i64()),
        (Some(5 << 30), Some(1))
    );
    let text = home.run(&["plan", "list"]).is(0).stdout;
    assert!(
        text.contains("5.0 GiB") && text.contains("60 s") && text.contains("default"),
        "{text}"
    );
    let found = home.run(&["schema", "list", "--plan", "large", "--json"]).is(0).json();
    assert_eq!(
        (found["total"].as_i64(), found["items"][0]["name"].as_str()),
        (Some(1), Some("birch"))
    );
    let shown = home.run(&["schema", "show", "birch"]).is(0).stdout;
    assert!(shown.contains("50.0 GiB by its plan"), "{shown}");
    assert!(server.terminate().success());

    fs::write(&settings, basic).unwrap();
    let server = home.serve(&["--config", &settings]);
    assert!(server.log().contains("no plan large any more"), "{}", server.log());
    let text = home.run(&["plan", "list"]).is(0).stdout;
    assert!(text.contains("gone from the settings"), "{text}");
    let shown = home.run(&["schema", "show", "birch", "--json"]).is(0).json();
    assert_eq!(shown["quota"]["bytes"], 50_i64 << 30, "its last limits hold");
    assert!(server.terminate().success());
}

#[test]
fn settings_of_plans_that_cannot_be_meant_keep_the_server_from_starting() {
    let home = Home::new();
    let folder = home.folder("default", TABLE);
    let settings = format!("{folder}/../tenantry.toml");
    for (text, said) in [
        ("[plans.basic]\nquota = \"lots\"\n", "plan basic: quota"),
        ("[plans.basic]\nqouta = 5\n", "qouta"),
        ("default_plan = \"pro\"\n", "default_plan is `pro`"),
        ("statement_limit = \"soon\"\n", "statement_limit"),
    ] {
        fs::write(&settings, text).unwrap();
        let serve = ["serve", "--embedded", &home.argument(), "--listen", "127.0.0.1:0"];
        run(&[&serve[..], &["--config", &settings]].concat()).is(2).says(said);
    }
}
