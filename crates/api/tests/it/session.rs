//! `/api/admin/session`: signing in and out, and what a session's cookie may do.

use std::time::Duration;

use reqwest::Method;
use reqwest::header::SET_COOKIE;
use serde_json::{Value, json};
use sqlx::Executor as _;
use tenantry_domain::access::{ROUTES, Role};
use tenantry_domain::problem::Code;
use tenantry_domain::token::Token;
use tokio::time::timeout;
use uuid::Uuid;

use crate::call::{Answer, Call};
use crate::server::{PATIENCE, TestServer, succeeded};

const PATH: &str = "/api/admin/session";
const MARK: (&str, &str) = ("x-tenantry-request", "1");

fn sign_in(server: &TestServer, token: &str) -> Call {
    server.call(Method::POST, PATH).json(json!({ "token": token }))
}

/// The cookie of an answer as a browser sends it back.
fn cookie(answer: &Answer) -> String {
    answer.headers[SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned()
}

async fn session(server: &TestServer, token: &str) -> String {
    let answer = sign_in(server, token).send().await;
    let cookie = cookie(&answer);
    answer.is(200);
    cookie
}

fn with(server: &TestServer, cookie: &str, method: Method, path: &str) -> Call {
    server.call(method, &format!("/api/admin{path}")).header("cookie", cookie)
}

async fn whoami(server: &TestServer, cookie: &str) -> Answer {
    with(server, cookie, Method::GET, "/whoami").send().await
}

async fn log(server: &TestServer) -> Vec<Value> {
    let rows = server.call_as(Role::Admin, Method::GET, "/audit?limit=500").send().await.is(200);
    rows["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_session_stands_for_its_token() {
    let server = TestServer::start().await;
    let answer =
        sign_in(&server, server.token(Role::Operator)).header("x-request-id", "in").send().await;
    let line = answer.headers[SET_COOKIE].to_str().unwrap().to_owned();
    for part in ["; HttpOnly", "; SameSite=Strict", "; Path=/"] {
        assert!(line.contains(part), "{line}");
    }
    assert!(line.starts_with("tenantry_session=") && !line.contains("Secure"), "{line}");
    assert!(!line.contains("Domain"), "{line}");
    let cookie = cookie(&answer);
    let signed_in = answer.is(200);
    let me = server.call_as(Role::Operator, Method::GET, "/whoami").send().await.is(200);
    assert_eq!(signed_in, me);
    assert_eq!(whoami(&server, &cookie).await.is(200), me);
    assert_eq!(me["version"], env!("CARGO_PKG_VERSION"), "there is no console in it");

    let change = with(&server, &cookie, Method::POST, "/schemas").header(MARK.0, MARK.1);
    succeeded(change.json(json!({ "name": "oakwood" })).waiting().send().await);
    // the role is the token's
    let beyond = with(&server, &cookie, Method::GET, "/tokens").send().await;
    beyond.refused(403, Code::Forbidden);

    let secret = cookie.split_once('=').unwrap().1.to_owned();
    let rows = log(&server).await;
    let of_it: Vec<_> = rows.iter().filter(|row| row["requestId"] == "in").collect();
    assert_eq!(of_it.len(), 1);
    assert_eq!(
        (of_it[0]["action"].as_str(), of_it[0]["outcome"].as_str()),
        (Some("sign_in"), Some("succeeded"))
    );
    assert_eq!(
        (of_it[0]["actor"].as_str(), of_it[0]["address"].as_str()),
        (Some("operator"), Some("127.0.0.1"))
    );
    assert!(rows.iter().any(|row| row["action"] == "create_schema" && row["actor"] == "operator"));
    assert!(!json!(rows).to_string().contains(&secret));
    let kept: bool = sqlx::query_scalar(
        "select exists (select from session s where s::text like '%' || $1 || '%')",
    )
    .bind(&secret)
    .fetch_one(&mut server.control().await)
    .await
    .unwrap();
    assert!(!kept, "only its hash is kept");
    server.finish().await;
}

#[tokio::test]
async fn over_tls_the_cookie_is_secure() {
    let server = TestServer::start().await;
    let token = server.token(Role::Viewer);
    for header in [
        ("x-forwarded-proto", "https".to_owned()),
        ("origin", server.url.replace("http:", "https:")),
    ] {
        let answer = sign_in(&server, token).header(header.0, &header.1).send().await;
        let line = answer.headers[SET_COOKIE].to_str().unwrap().to_owned();
        assert!(line.starts_with("__Host-tenantry_session="), "{line}");
        for part in ["; Secure", "; HttpOnly", "; SameSite=Strict", "; Path=/"] {
            assert!(line.contains(part), "{line}");
        }
        whoami(&server, &cookie(&answer)).await.is(200);
    }
    server.finish().await;
}

#[tokio::test]
async fn case_40_a_change_comes_from_the_console_alone() {
    let server = TestServer::start().await;
    let cookie = session(&server, server.token(Role::Admin)).await;
    let change =
        || with(&server, &cookie, Method::POST, "/schemas").json(json!({ "name": "oakwood" }));
    change().send().await.refused(403, Code::ForeignRequest);
    for foreign in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let call = change().header(MARK.0, MARK.1).header(foreign.0, foreign.1);
        call.send().await.refused(403, Code::ForeignRequest);
        // nor is somebody signed in from there
        let call = sign_in(&server, server.token(Role::Admin)).header(foreign.0, foreign.1);
        let answer = call.send().await;
        assert!(answer.headers.get(SET_COOKIE).is_none());
        answer.refused(403, Code::ForeignRequest);
    }
    // a form of another site
    for (kind, body) in [
        ("application/x-www-form-urlencoded", "token=x"),
        ("text/plain", "{\"token\":\"x\"}"),
        ("multipart/form-data; boundary=x", "--x--"),
    ] {
        let form = server.call(Method::POST, PATH).text(kind, body);
        form.send().await.refused(415, Code::UnsupportedMediaType);
        let form = with(&server, &cookie, Method::POST, "/schemas").text(kind, body);
        form.send().await.refused(403, Code::ForeignRequest);
    }
    let out = with(&server, &cookie, Method::DELETE, "/session").send().await;
    out.refused(403, Code::ForeignRequest);
    assert_eq!(server.get("/operations").await.is(200)["total"], 0);
    let own = change().header(MARK.0, MARK.1).header("origin", &server.url);
    succeeded(own.header("sec-fetch-site", "same-origin").waiting().send().await);
    server.finish().await;
}

#[tokio::test]
async fn case_40_who_signed_out_is_out() {
    let server = TestServer::start().await;
    let cookie = session(&server, server.token(Role::Admin)).await;
    let other = session(&server, server.token(Role::Admin)).await;
    let out = server.call(Method::DELETE, PATH).header("cookie", &cookie).header(MARK.0, MARK.1);
    let answer = out.send().await;
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    let line = answer.headers[SET_COOKIE].to_str().unwrap();
    assert!(line.starts_with("tenantry_session=; ") && line.contains("Max-Age=0"), "{line}");
    whoami(&server, &cookie).await.refused(401, Code::Unauthenticated);
    whoami(&server, &other).await.is(200);
    let rows = log(&server).await;
    assert_eq!(rows.iter().filter(|row| row["action"] == "sign_out").count(), 1);
    // a program has no session to end
    let program = server.call_as(Role::Admin, Method::DELETE, "/session").send().await;
    program.refused(400, Code::InvalidRequest);
    server.finish().await;
}

#[tokio::test]
async fn case_40_nobody_is_given_a_session_that_another_knows() {
    let server = TestServer::start().await;
    let mine = "tenantry_session=".to_owned() + &"a".repeat(43);
    whoami(&server, &mine).await.refused(401, Code::Unauthenticated);
    let token = server.token(Role::Viewer);
    let answer = sign_in(&server, token).header("cookie", &mine).send().await;
    let first = cookie(&answer);
    answer.is(200);
    assert_ne!(first, mine);
    whoami(&server, &mine).await.refused(401, Code::Unauthenticated);
    // signing in again leaves no session behind
    let answer = sign_in(&server, token).header("cookie", &first).send().await;
    let second = cookie(&answer);
    answer.is(200);
    assert_ne!(first, second);
    whoami(&server, &first).await.refused(401, Code::Unauthenticated);
    whoami(&server, &second).await.is(200);
    // whoever sends a token is known by it, whatever cookie goes along
    let call = with(&server, &mine, Method::GET, "/whoami").token(token);
    assert_eq!(call.send().await.is(200)["role"], "viewer");
    server.finish().await;
}

#[tokio::test]
async fn a_session_ends_with_its_token() {
    let server = TestServer::start().await;
    let mut control = server.control().await;
    for (name, end, code) in [
        ("expired", "update token set expires_at = clock_timestamp() where name = 'expired'", 401),
        ("revoked", "update token set revoked_at = clock_timestamp() where name = 'revoked'", 401),
        ("lowered", "update token set role = 'viewer' where name = 'lowered'", 200),
    ] {
        let token = server.issue(name, Role::Admin).await;
        let cookie = session(&server, &token).await;
        whoami(&server, &cookie).await.is(200);
        control.execute(end).await.unwrap();
        let me = whoami(&server, &cookie).await;
        assert_eq!(me.status, code, "{name}");
        assert_eq!(code == 200, me.body["role"] == "viewer", "{name}");
    }
    // by the API, and then no row of it is left
    let token = server.issue("gone", Role::Viewer).await;
    let cookie = session(&server, &token).await;
    let list = server.call_as(Role::Admin, Method::GET, "/tokens").send().await.is(200);
    let items = list["items"].as_array().unwrap();
    let id = items.iter().find(|token| token["name"] == "gone").unwrap()["id"].clone();
    let path = format!("/tokens/{}", id.as_str().unwrap());
    server.call_as(Role::Admin, Method::DELETE, &path).send().await.is(200);
    whoami(&server, &cookie).await.refused(401, Code::Unauthenticated);
    let left: i64 = sqlx::query_scalar("select count(*) from session where token_id = $1::uuid")
        .bind(id.as_str().unwrap())
        .fetch_one(&mut control)
        .await
        .unwrap();
    assert_eq!(left, 0);
    server.finish().await;
}

#[tokio::test]
async fn case_37_a_session_is_let_in_where_its_token_is_and_nowhere_else() {
    let server = TestServer::start().await;
    for role in Role::ALL {
        let cookie = session(&server, server.token(role)).await;
        for route in ROUTES {
            // it is about the session itself, and the stream has no end
            if route.path == PATH || route.path == "/api/admin/events" {
                continue;
            }
            let path = route
                .path
                .replace("{name}", "nobody")
                .replace("{id}", &Uuid::nil().to_string())
                .replace("{copy}", "none")
                .replace("{*rest}", "index.css");
            let method = Method::from_bytes(route.method.as_bytes()).unwrap();
            let call = server.call(method.clone(), &path).header("cookie", &cookie);
            let by_cookie = call.header(MARK.0, MARK.1).send().await;
            let by_token = server.call(method, &path).token(server.token(role)).send().await;
            let what = format!("{role} {} {}", route.method, route.path);
            assert_eq!(by_cookie.status, by_token.status, "{what}: {}", by_cookie.text);
            assert_eq!(by_cookie.body["code"], by_token.body["code"], "{what}");
            assert_eq!(by_cookie.body["detail"], by_token.body["detail"], "{what}");
        }
    }
    server.finish().await;
}

#[tokio::test]
async fn a_session_lives_while_it_is_used() {
    let server = TestServer::start().await;
    let mut control = server.control().await;
    let cookie = session(&server, server.token(Role::Viewer)).await;
    let hours =
        "select extract(epoch from expires_at - clock_timestamp())::float8 / 3600 from session";
    let left: f64 = sqlx::query_scalar(hours).fetch_one(&mut control).await.unwrap();
    assert!((11.9..=12.0).contains(&left), "{left}");
    let earlier = "update session set last_seen_at = last_seen_at - interval '2 minutes',
                                      expires_at = expires_at - interval '2 hours'";
    control.execute(earlier).await.unwrap();
    whoami(&server, &cookie).await.is(200);
    let moved: f64 = sqlx::query_scalar(hours).fetch_one(&mut control).await.unwrap();
    assert!((11.9..=12.0).contains(&moved), "{moved}");
    // never beyond the token's own end
    control
        .execute("update token set expires_at = clock_timestamp() + interval '1 hour'")
        .await
        .unwrap();
    control
        .execute("update session set last_seen_at = last_seen_at - interval '2 minutes'")
        .await
        .unwrap();
    whoami(&server, &cookie).await.is(200);
    let bounded: f64 = sqlx::query_scalar(hours).fetch_one(&mut control).await.unwrap();
    assert!(bounded <= 1.0, "{bounded}");
    // and not for ever without being used
    control.execute("update session set expires_at = clock_timestamp()").await.unwrap();
    whoami(&server, &cookie).await.refused(401, Code::Unauthenticated);
    // the next one that is opened clears away what is over
    session(&server, server.token(Role::Viewer)).await;
    let rows: i64 =
        sqlx::query_scalar("select count(*) from session").fetch_one(&mut control).await.unwrap();
    assert_eq!(rows, 1);
    server.finish().await;
}

#[tokio::test]
async fn case_40_wrong_tokens_tell_nothing_and_are_limited() {
    let server = TestServer::start().await;
    let revoked = server.issue("revoked", Role::Admin).await;
    let mut control = server.control().await;
    control
        .execute("update token set revoked_at = clock_timestamp() where name = 'revoked'")
        .await
        .unwrap();
    let unknown = Token::generate();
    let mut told = Vec::new();
    for token in ["", "no token at all", unknown.reveal(), revoked.as_str()] {
        let mut body = sign_in(&server, token).send().await.refused(401, Code::Unauthenticated);
        body["requestId"] = json!(null);
        told.push(body);
    }
    assert!(told.iter().all(|body| *body == told[0]), "{told:#?}");
    for _ in told.len()..10 {
        let guess = Token::generate();
        sign_in(&server, guess.reveal()).send().await.refused(401, Code::Unauthenticated);
    }
    // then not even the right one is looked at, and programs go on
    let limited = sign_in(&server, server.token(Role::Admin)).send().await;
    assert_eq!(limited.headers["retry-after"], "60");
    assert!(limited.headers.get(SET_COOKIE).is_none());
    limited.refused(429, Code::TooManySignIns);
    server.get("/whoami").await.is(200);
    let failed = log(&server).await;
    let failed: Vec<_> = failed.iter().filter(|row| row["action"] == "sign_in").collect();
    assert_eq!(failed.len(), 10);
    assert!(failed.iter().all(|row| row["outcome"] == "failed" && row["actor"] == "nobody"));
    assert!(failed.iter().all(|row| row["address"] == "127.0.0.1"));
    assert!(!json!(failed).to_string().contains(unknown.reveal()));
    server.finish().await;
}

#[tokio::test]
async fn what_is_no_sign_in_is_refused() {
    let server = TestServer::start().await;
    for body in
        [json!({}), json!({ "token": 1 }), json!({ "token": "x", "role": "admin" }), json!([])]
    {
        let call = server.call(Method::POST, PATH).json(body);
        call.send().await.refused(400, Code::InvalidRequest);
    }
    server.call(Method::GET, PATH).send().await.refused(405, Code::MethodNotAllowed);
    server.finish().await;
}

/// The promise is 5 s; a slow machine gets some more.
const CLOSED: Duration = Duration::from_secs(15);

#[tokio::test]
async fn events_come_by_a_cookie_until_the_session_ends() {
    let server = TestServer::start().await;
    let cookie = session(&server, server.token(Role::Viewer)).await;
    let mut events = with(&server, &cookie, Method::GET, "/events").stream().await;
    server.create("oakwood").await;
    let told = timeout(PATIENCE, events.next()).await.unwrap().unwrap();
    assert_eq!(told.kind, "schema.changed");
    let out = with(&server, &cookie, Method::DELETE, "/session").header(MARK.0, MARK.1);
    assert_eq!(out.send().await.status, 204);
    let over = async { while events.next().await.is_some() {} };
    timeout(CLOSED, over).await.expect("the stream ends with the session");
    server.finish().await;
}
