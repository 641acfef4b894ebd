//! What is served where no route is: the console's files, and the headers that hold its pages to them.

use reqwest::Method;
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, VARY,
};
use tenantry_api::console::Console;
use tenantry_domain::access::Role;
use tenantry_domain::problem::Code;

use crate::call::Answer;
use crate::server::{Databases, Setup, TestServer};

const PAGE: &str = "<!doctype html><title>a console</title>";
const HTML: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

/// A build as Vite makes one, with texts that tell the forms of a file apart.
fn built() -> Console {
    let files: [(&str, &str); 6] = [
        ("index.html", PAGE),
        ("index.html.br", "index by brotli"),
        ("assets/app-1f2e.js", "const plain = 1;"),
        ("assets/app-1f2e.js.br", "by brotli"),
        ("assets/app-1f2e.js.gz", "by gzip"),
        ("theme.js", "const small = 1;"),
    ];
    Console::new(files.map(|(path, text)| (path.to_owned(), text.as_bytes())))
}

async fn start() -> TestServer {
    let setup = Setup { console: built(), worker: None, ..Setup::default() };
    TestServer::with(Databases::shared().await, setup).await
}

async fn get(server: &TestServer, path: &str, headers: &[(&str, &str)]) -> Answer {
    let call = server.call(Method::GET, path);
    headers.iter().fold(call, |call, (name, value)| call.header(name, value)).send().await
}

fn header(answer: &Answer, name: impl reqwest::header::AsHeaderName) -> Option<&str> {
    answer.headers.get(name).map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn an_asset_is_kept_and_comes_in_the_smallest_form() {
    let server = start().await;
    let path = "/assets/app-1f2e.js";
    let mut tags = Vec::new();
    for (accepted, encoding, text) in [
        ("", None, "const plain = 1;"),
        ("identity", None, "const plain = 1;"),
        ("deflate, zstd", None, "const plain = 1;"),
        ("br;q=0, gzip;q=0.0", None, "const plain = 1;"),
        ("gzip", Some("gzip"), "by gzip"),
        ("br;q=0, GZIP;q=0.5", Some("gzip"), "by gzip"),
        ("gzip, deflate, br, zstd", Some("br"), "by brotli"),
    ] {
        let answer = get(&server, path, &[(ACCEPT_ENCODING.as_str(), accepted)]).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, text), "{accepted}");
        assert_eq!(header(&answer, CONTENT_ENCODING), encoding, "{accepted}");
        assert_eq!(header(&answer, CONTENT_TYPE), Some("text/javascript; charset=utf-8"));
        assert_eq!(header(&answer, CONTENT_LENGTH), Some(text.len().to_string().as_str()));
        assert_eq!(header(&answer, CACHE_CONTROL), Some("public, max-age=31536000, immutable"));
        assert_eq!(header(&answer, VARY), Some("accept-encoding"));
        let tag = header(&answer, ETAG).unwrap().to_owned();
        let accepts = (ACCEPT_ENCODING.as_str(), accepted);
        for known in [tag.clone(), format!("\"x\", W/{tag}"), "*".to_owned()] {
            let known = (IF_NONE_MATCH.as_str(), known.as_str());
            let again = get(&server, path, &[accepts, known]).await;
            assert_eq!((again.status, again.text.as_str()), (304, ""), "{known:?}");
            assert_eq!(header(&again, ETAG), Some(tag.as_str()));
        }
        let other = get(&server, path, &[accepts, (IF_NONE_MATCH.as_str(), "\"x\"")]).await;
        assert_eq!(other.status, 200);
        tags.push((encoding, tag));
    }
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), 3, "each form has a tag of its own, and only one: {tags:?}");
    let head = server.call(Method::HEAD, path).send().await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    assert_eq!(header(&head, CONTENT_LENGTH), Some("16"));
    server.finish().await;
}

#[tokio::test]
async fn a_page_is_asked_for_each_time_and_is_the_same_for_every_address() {
    let server = start().await;
    for path in ["/", "/?new=1", "/index.html", "/schemas/oakwood/backups?tab=2", "/apiary", "/a.b"]
    {
        let answer = get(&server, path, &[(ACCEPT.as_str(), HTML)]).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, PAGE), "{path}");
        assert_eq!(header(&answer, CONTENT_TYPE), Some("text/html; charset=utf-8"));
        assert_eq!(header(&answer, CACHE_CONTROL), Some("no-cache"));
        assert!(header(&answer, ETAG).is_some());
    }
    let bare = get(&server, "/", &[]).await;
    assert_eq!((bare.status, bare.text.as_str()), (200, PAGE), "whatever is accepted");
    let other = get(&server, "/theme.js", &[]).await;
    assert_eq!((other.text.as_str(), header(&other, VARY)), ("const small = 1;", None));
    assert_eq!(header(&other, CACHE_CONTROL), Some("no-cache"), "its name does not change");
    server.finish().await;
}

#[tokio::test]
async fn what_is_not_there_is_not_the_page() {
    let server = start().await;
    for path in [
        "/assets/app-0000.js",
        "/assets/app-1f2e.js.br",
        "/assets/",
        "/api/admin/nothing",
        "/api",
        "/openapi.json/x",
        "/healthz/x",
    ] {
        let answer = get(&server, path, &[(ACCEPT.as_str(), HTML)]).await;
        assert!(!answer.text.contains("a console"), "{path}");
        answer.refused(404, Code::NotFound);
    }
    // a script, a picture, or a program that went astray
    for accepted in ["*/*", "application/json", "image/avif,image/webp,*/*;q=0.8"] {
        let answer = get(&server, "/schemas/oakwood", &[(ACCEPT.as_str(), accepted)]).await;
        answer.refused(404, Code::NotFound);
    }
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        let call = server.call(method, "/schemas/oakwood").header(ACCEPT.as_str(), HTML);
        call.send().await.refused(404, Code::NotFound);
    }
    // what was there before the console still is
    get(&server, "/docs/", &[(ACCEPT.as_str(), HTML)]).await.text.find("swagger").unwrap();
    get(&server, "/openapi.json", &[(ACCEPT.as_str(), HTML)]).await.is(200)["paths"]
        .as_object()
        .unwrap();
    get(&server, "/healthz", &[(ACCEPT.as_str(), HTML)]).await.is(200);
    server.finish().await;
}

#[tokio::test]
async fn pages_are_held_to_what_comes_from_here() {
    let server = start().await;
    let wanted = [
        (
            "content-security-policy",
            "default-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; \
             frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'",
        ),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("x-frame-options", "DENY"),
    ];
    for path in [
        "/",
        "/schemas",
        "/assets/app-1f2e.js",
        "/assets/none.js",
        "/docs/",
        "/api/admin/whoami",
        "/healthz",
    ] {
        let answer = get(&server, path, &[(ACCEPT.as_str(), HTML)]).await;
        for (name, value) in wanted {
            assert_eq!(header(&answer, name), Some(value), "{path}");
        }
    }
    assert_eq!(
        header(&get(&server, "/api/admin/whoami", &[]).await, CACHE_CONTROL),
        Some("no-store")
    );
    server.finish().await;
}

#[tokio::test]
async fn the_version_tells_which_console_is_in_it() {
    let server = start().await;
    let me = server.call_as(Role::Viewer, Method::GET, "/whoami").send().await.is(200);
    let (release, build) = me["version"].as_str().unwrap().split_once('+').unwrap();
    assert_eq!(release, env!("CARGO_PKG_VERSION"));
    assert_eq!(build, built().build().unwrap());
    let other = Console::new([
        ("index.html".to_owned(), PAGE.as_bytes()),
        ("a.js".to_owned(), b"".as_slice()),
    ]);
    assert_ne!(built().build(), other.build());
    assert_eq!(
        Console::new([("a.js".to_owned(), b"".as_slice())]).build(),
        None,
        "no page, no console"
    );
    server.finish().await;
}

#[tokio::test]
async fn a_binary_without_a_console_says_so() {
    let server = TestServer::start().await;
    let page = get(&server, "/", &[(ACCEPT.as_str(), HTML)]).await;
    assert_eq!(header(&page, CONTENT_TYPE), Some("text/html; charset=utf-8"));
    assert!(page.text.contains("make build"), "{}", page.text);
    assert!(
        !page.text.contains("style") && !page.text.contains("<script"),
        "the policy refuses both"
    );
    let other = get(&server, "/schemas", &[(ACCEPT.as_str(), HTML)]).await;
    assert_eq!((other.status, other.text), (200, page.text), "wherever somebody looks");
    get(&server, "/schemas", &[]).await.refused(404, Code::NotFound);
    server.finish().await;
}
