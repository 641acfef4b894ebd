//! `tenantry doctor`: exit statuses, both kinds of output, and the same findings over HTTP.

use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::server::Home;

#[tokio::test]
async fn what_was_granted_by_hand_is_named_with_the_statement_that_mends_it() {
    let home = Home::new();
    let server = home.serve(&[]);
    let folder = home.folder("default", "create table pupil (id bigint primary key);\n");
    home.run(&["template", "create", "default", "--from", &folder]).is(0);
    home.run(&["schema", "create", "oakwood", "--wait"]).is(0);
    let healthy = home.run(&["doctor", "--json"]).is(0).json();
    assert!(healthy["checks"].as_array().unwrap().len() > 10);

    let mut managed = PgConnection::connect(&home.profile("managed_database_url")).await.unwrap();
    managed.execute("grant select on inst_oakwood.pupil to public").await.unwrap();
    let found = home.run(&["doctor", "--json"]).is(1).json();
    let critical: Vec<_> = found["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["severity"] == "critical")
        .collect();
    assert_eq!(critical.len(), 1, "{found:#}");
    assert_eq!(critical[0]["object"], "inst_oakwood.pupil to public");
    let remedy = critical[0]["remedy"].as_str().unwrap();
    assert_eq!(remedy, "revoke all on table inst_oakwood.pupil from public;");
    assert!(home.run(&["doctor"]).is(1).stdout.contains(remedy));

    managed.execute("revoke all on table inst_oakwood.pupil from public").await.unwrap();
    home.run(&["doctor"]).is(0);
    managed.close().await.unwrap();
    assert!(server.terminate().success());
    home.run(&["doctor"]).is(6);
}
