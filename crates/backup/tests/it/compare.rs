//! What two schemas differ in, told.

use tenantry_backup::compare::{compare, compare_contents};
use tenantry_pg::Situation;
use tenantry_pg::export::Sessions;

use crate::managed::{Managed, WEEK, fence, ident};

const SCHOOL: &str = "
    create table pupil (id int primary key, name text);
    create table mark (pupil_id int, mark int); create sequence receipt;
    create table same (a int, b json);
    create function pupils() returns bigint language sql stable set search_path = inst_oak as 'select count(*) from pupil';
    insert into pupil values (1, 'Ada'), (2, 'Grace'), (3, 'Mary');
    insert into mark values (1, 5), (1, 5), (2, 3);
    insert into same values (1, '{\"a\": 1}');";

#[tokio::test]
async fn what_differs_is_told_by_table_and_key() {
    let managed = Managed::new(SCHOOL).await;
    let copy = managed
        .database
        .snapshot_schema(managed.oak.id, uuid::Uuid::new_v4(), WEEK, fence())
        .await
        .unwrap();
    let (here, there) = (ident("inst_oak"), ident(&copy.schema_name));
    let same = compare(&Sessions::new(&managed.url).unwrap(), &here, &there, 5).await.unwrap();
    assert!(same.equal && same.form.equal, "{same:#?}");
    assert_eq!(same.tables.len(), 3);

    managed
        .as_owner(
            "delete from pupil where id = 2; update pupil set name = 'Maria' where id = 3;
             insert into pupil values (4, 'New'), (5, 'Newer'); delete from mark where ctid in (select min(ctid) from mark);
             create table only_here (id int); select nextval('receipt'); alter table same add c int; create index pupil_name on pupil (name)",
        )
        .await;
    let differs = compare(&Sessions::new(&managed.url).unwrap(), &here, &there, 2).await.unwrap();
    assert!(!differs.equal);
    assert_eq!(differs.form.only_here, ["INDEX pupil_name", "TABLE only_here"]);
    assert_eq!(differs.form.changed, ["TABLE same"]);
    assert_eq!(differs.form.sequences, ["receipt"]);
    let of = |name: &str| differs.tables.iter().find(|table| table.name == name).unwrap();
    let pupil = of("pupil");
    assert_eq!((pupil.rows_here, pupil.rows_there), (Some(4), Some(3)));
    assert_eq!((pupil.only_here, pupil.only_there), (Some(3), Some(2)));
    assert_eq!(
        (&pupil.keys_only_here[..], &pupil.keys_only_there[..]),
        (&["(3)".to_owned(), "(4)".to_owned()][..], &["(2)".to_owned(), "(3)".to_owned()][..])
    );
    let mark = of("mark");
    assert_eq!(
        (mark.only_here, mark.only_there, mark.keys_only_there.len()),
        (Some(0), Some(1), 0)
    );
    assert_eq!((of("only_here").rows_here, of("only_here").rows_there), (Some(0), None));
    assert_eq!((of("same").equal, of("same").only_here), (false, None));
    let json = serde_json::to_value(&differs).unwrap();
    assert_eq!(json["tables"][2]["keysOnlyHere"], serde_json::json!(["(3)", "(4)"]));

    let (now, then) =
        (managed.contents("inst_oak").await, managed.contents(&copy.schema_name).await);
    let listed = compare_contents(&now, &then);
    assert!(!listed.equal && !listed.form.equal);
    let pupil = listed.tables.iter().find(|table| table.name == "pupil").unwrap();
    assert_eq!((pupil.rows_here, pupil.rows_there, pupil.equal), (Some(4), Some(3), false));
    assert!(compare_contents(&then, &then).equal);
    let gone = compare(&Sessions::new(&managed.url).unwrap(), &here, &ident("nowhere"), 1)
        .await
        .unwrap_err();
    assert_eq!(gone.situation(), Situation::NotFound);
}
