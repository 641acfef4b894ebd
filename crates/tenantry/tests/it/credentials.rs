//! What an institution's application logs in with, by command.

use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::command_line::ready;

#[tokio::test]
async fn credentials_are_printed_once_and_log_in() {
    let (home, server) = ready();
    let create = ["schema", "create", "oakwood", "--wait", "--credentials"];
    let made = home.run(&create).is(0).says("shown once");
    let url = made.stdout.lines().last().unwrap();
    let mut application = PgConnection::connect(url).await.unwrap();
    application.execute("create temporary table x (id int)").await.unwrap_err();
    application.close().await.unwrap();
    home.run(&["schema", "credentials", "oakwood"]).is(5).says("--rotate");
    let rotated =
        home.run(&["schema", "credentials", "oakwood", "--rotate", "--json"]).is(0).json();
    assert!(PgConnection::connect(url).await.is_err());
    PgConnection::connect(rotated["connectionString"].as_str().unwrap()).await.unwrap();
    let reader = home.run(&["schema", "credentials", "oakwood", "--read-only"]).is(0);
    // nothing but the URL is on stdout, so that a script can take it
    PgConnection::connect(reader.stdout.trim()).await.unwrap();
    home.run(&["schema", "credentials", "nobody"]).is(3);

    let both = ["schema", "create", "ash_grove", "--wait", "--credentials", "--json"];
    let both = home.run(&both).is(0).json();
    assert_eq!(both["operation"]["state"], "succeeded");
    PgConnection::connect(both["credentials"]["connectionString"].as_str().unwrap()).await.unwrap();
    home.run(&["schema", "create", "elm_row", "--credentials"]).is(2).says("--wait");
    assert!(server.terminate().success());
}
