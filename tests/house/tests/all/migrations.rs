//! Migrations and traffic: what is refused, and what running them does to somebody who holds a lock.

use db::migrate::{Migration, Patience, all, run_files};
use harness::Services;
use house::migrations::refused;
use std::time::Duration;
use tokio_postgres::NoTls;

#[test]
fn no_migration_stops_traffic_or_breaks_old_code() {
    let wrong = refused(&all());
    assert!(wrong.is_empty(), "{} found:\n{}", wrong.len(), wrong.join("\n"));
}

/// What a later release may write as it is.
const GOOD: &[&str] = &[
    "create table a (id uuid primary key, b int not null references users);\ncreate index a_b on a (b);\nalter table a add constraint c check (b > 0);",
    "alter table users add column nickname text;",
    "alter table users add column invited_by uuid references users;",
    "alter table users add column tags text[] not null default '{}'",
    "alter table users add column points int not null default 0, add column nickname text",
    "alter table users alter column nickname drop not null",
    "alter table users alter column nickname set default 'x'",
    "alter table users add constraint users_nickname_short check (length(nickname) < 30) not valid",
    "alter table users validate constraint users_nickname_short",
    "alter table users drop constraint users_nickname_short",
    "alter table users add constraint users_country foreign key (country) references countries not valid",
    "-- no transaction\ncreate index concurrently if not exists users_nickname on users (nickname);\ncreate unique index concurrently if not exists users_once on users (lower(nickname));",
    "alter table users add constraint users_once unique using index users_once",
    "-- no transaction\ndrop index concurrently if exists users_nickname;",
    "-- contract: nothing reads it since release 12\nalter table users drop column nickname;\ndrop table old_users;",
    "insert into codes values ('a', 'drop table users; update users set x = 1') on conflict do nothing",
    "-- few rows: one setting\nupdate system_settings set value = '3' where key = 'x'",
    "alter table users add constraint users_phone_present check (phone is not null) not valid;\nalter table users validate constraint users_phone_present;\nalter table users alter column phone set not null;",
    "create or replace function f() returns trigger as $$ begin update users set x = 1; return new; end $$ language plpgsql",
];

/// What stops traffic or breaks old code, and a word of the answer.
const BAD: &[(&str, &str)] = &[
    ("create index users_nickname on users (nickname)", "concurrently"),
    ("create unique index users_once on users (nickname)", "concurrently"),
    ("create index concurrently users_nickname on users (nickname)", "no transaction"),
    ("-- no transaction\ncreate index concurrently users_nickname on users (nickname)", "if not exists"),
    ("drop index users_nickname", "concurrently"),
    ("alter table users add column nickname text not null", "default"),
    ("alter table only users add nickname text not null", "default"),
    ("alter table users add column token uuid default gen_random_uuid()", "rewritten"),
    ("alter table users add column nickname text unique", "constraint"),
    ("alter table users add column country text default 'KR' references countries", "constraint"),
    ("alter table users add column a int, add column b int check (b > 0)", "constraint"),
    ("alter table users alter column phone type varchar(20)", "rewritten"),
    ("alter table users alter column phone set data type text", "rewritten"),
    ("alter table users alter phone set not null", "scanned"),
    ("alter table users add constraint c check (phone <> '')", "not valid"),
    ("alter table users add constraint c foreign key (a, b) references t", "not valid"),
    ("alter table users add constraint c unique (phone)", "using index"),
    ("alter table users add primary key (id)", "using index"),
    ("alter table users drop column phone", "contract"),
    ("alter table users rename column phone to mobile", "old name"),
    ("alter table users rename to people", "old name"),
    ("drop table users", "contract"),
    ("update users set phone = null", "batches"),
    ("delete from users where phone is null", "batches"),
    ("lock table users in exclusive mode", "whole table"),
    ("truncate users", "whole table"),
    ("-- ALTER TABLE below\nALTER TABLE Users\n  ALTER COLUMN phone\n  TYPE text", "rewritten"),
];

fn of(sql: &'static str) -> Vec<String> {
    refused(&[Migration { name: "9999_later", sql }])
}

#[test]
fn statements_are_refused_by_a_table() {
    for sql in GOOD {
        assert!(of(sql).is_empty(), "{sql}\n{:?}", of(sql));
    }
    for (sql, word) in BAD {
        let wrong = of(sql);
        assert!(wrong.len() == 1 && wrong[0].contains(word), "{sql}\n{wrong:?}");
    }
    assert!(
        refused(&[Migration { name: "0001_platform", sql: "drop table users" }]).is_empty(),
        "nothing ran before it"
    );
}

async fn client(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// An empty database of its own, and the address it is migrated by.
async fn database(name: &str) -> (tokio_postgres::Client, String, String) {
    let services = Services::find();
    let admin = client(&services.admin_url).await;
    let name = format!("drrip_{name}_{}", std::process::id());
    admin.batch_execute(&format!("drop database if exists {name} with (force)")).await.unwrap();
    admin.batch_execute(&format!("create database {name}")).await.unwrap();
    let url = services.direct_url(&name);
    (admin, name, url)
}

const PATIENCE: Patience = Patience { lock: Duration::from_millis(50), tries: 2, pause: Duration::from_millis(1) };
const FIRST: Migration = Migration { name: "1_first", sql: "create table orders (id int, won bigint)" };

#[tokio::test]
async fn a_migration_gives_up_its_lock_and_leaves_nothing_behind() {
    let (admin, name, url) = database("locked").await;
    run_files(&url, &[FIRST], PATIENCE).await.unwrap();
    let second =
        Migration { name: "2_second", sql: "create table refunds (id int);\nalter table orders add column fee bigint" };
    let busy = client(&url).await;
    busy.batch_execute("begin; lock table orders in access share mode").await.unwrap();
    let refused = run_files(&url, &[FIRST, second], PATIENCE).await.unwrap_err();
    assert!(matches!(refused, kernel::Fault::Contention { .. }), "{refused}");
    let refunds = "select to_regclass('refunds') is null and not exists (
        select from pg_locks l join pg_database d on d.oid = l.database where d.datname = current_database() and not l.granted)";
    assert!(busy.query_one(refunds, &[]).await.unwrap().get::<_, bool>(0), "half of it stayed");
    busy.batch_execute("commit").await.unwrap();
    assert_eq!(run_files(&url, &[FIRST, second], PATIENCE).await.unwrap(), ["2_second"]);
    drop(busy);
    admin.batch_execute(&format!("drop database {name} with (force)")).await.unwrap();
}

#[tokio::test]
async fn an_index_is_built_beside_traffic_and_once_more_when_it_was_cut_off() {
    let (admin, name, url) = database("index").await;
    run_files(&url, &[FIRST], PATIENCE).await.unwrap();
    let busy = client(&url).await;
    busy.batch_execute("insert into orders values (1, 100), (1, 200)").await.unwrap();
    let once = "-- no transaction\ncreate unique index concurrently if not exists orders_once on orders (id);";
    let index = Migration { name: "2_index", sql: once };
    run_files(&url, &[FIRST, index], PATIENCE).await.unwrap_err();
    let valid = "select indisvalid from pg_index where indexrelid = to_regclass('orders_once')";
    assert!(!busy.query_one(valid, &[]).await.unwrap().get::<_, bool>(0), "the build was cut off by two equal rows");
    busy.batch_execute("delete from orders where won = 200").await.unwrap();
    assert_eq!(run_files(&url, &[FIRST, index], PATIENCE).await.unwrap(), ["2_index"]);
    assert!(busy.query_one(valid, &[]).await.unwrap().get::<_, bool>(0));
    drop(busy);
    admin.batch_execute(&format!("drop database {name} with (force)")).await.unwrap();
}
