//! The access table, held against the router, the OpenAPI document and real requests.

use std::collections::BTreeSet;

use reqwest::Method;
use tenantry_domain::access::{Access, ROUTES, Role, access_of};
use tenantry_domain::problem::Code;
use uuid::Uuid;

use crate::server::TestServer;

/// Routes that are not about the API itself and stand in no document.
const UNDOCUMENTED: [&str; 4] = ["/openapi.json", "/docs", "/docs/", "/docs/{*rest}"];

#[tokio::test]
async fn the_table_holds_for_every_route_and_every_role() {
    let server = TestServer::start().await;
    for route in ROUTES {
        let path = route
            .path
            .replace("{name}", "nobody")
            .replace("{id}", &Uuid::nil().to_string())
            .replace("{copy}", "none")
            .replace("{*rest}", "index.css");
        let method = Method::from_bytes(route.method.as_bytes()).unwrap();
        let what = format!("{} {}", route.method, route.path);
        for role in [None, Some(Role::Viewer), Some(Role::Operator), Some(Role::Admin)] {
            let mut call = server.call(method.clone(), &path);
            if let Some(role) = role {
                call = call.token(server.token(role));
            }
            let allowed = match (route.access, role) {
                (Access::Public, _) => true,
                (Access::AtLeast(_), None) => false,
                (Access::AtLeast(least), Some(role)) => role >= least,
            };
            if allowed && route.path == "/api/admin/events" {
                call.stream().await; // it has no end to wait for
                continue;
            }
            let answer = call.send().await;
            match (allowed, role) {
                // no request here is a right one, so it is refused for another reason or read
                (true, _) => {
                    assert!(![401, 403, 405].contains(&answer.status), "{what}: {}", answer.text);
                    assert!(answer.status < 500, "{what}: {}", answer.text);
                    assert_ne!(answer.body["code"], "not_found", "{what} is not in the router");
                }
                (false, None) => {
                    answer.refused(401, Code::Unauthenticated);
                }
                (false, Some(_)) => {
                    answer.refused(403, Code::Forbidden);
                }
            }
        }
    }
    server.finish().await;
}

#[test]
fn every_documented_route_has_a_line_and_every_line_is_documented() {
    let document = serde_json::to_value(tenantry_api::openapi()).unwrap();
    let mut documented = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method = method.to_uppercase();
            let access = access_of(&method, path)
                .unwrap_or_else(|| panic!("{method} {path} has no line in the access table"));
            let secured = operation["security"]
                .as_array()
                .is_some_and(|needs| needs.iter().any(|need| need.get("token").is_some()));
            assert_eq!(secured, access != Access::Public, "{method} {path}");
            documented.insert((method, path.clone()));
        }
    }
    for route in ROUTES.iter().filter(|route| !UNDOCUMENTED.contains(&route.path)) {
        let line = (route.method.to_owned(), route.path.to_owned());
        assert!(documented.contains(&line), "{line:?} is in the table and nowhere else");
    }
}

/// The router cannot be asked for its routes, but it prints them for those who debug. Should that
/// ever change, the last line says so.
#[tokio::test]
async fn every_path_of_the_router_has_a_line() {
    let server = TestServer::start().await;
    let printed = format!("{:?}", server.router());
    let paths: BTreeSet<&str> =
        printed.split('"').skip(1).step_by(2).filter(|text| text.starts_with('/')).collect();
    for path in &paths {
        // what axum adds for nests and fallbacks
        if path.contains("__private__axum") || *path == "/" {
            continue;
        }
        assert!(ROUTES.iter().any(|route| route.path == *path), "{path} has no line");
    }
    for route in ROUTES {
        assert!(paths.contains(route.path), "{} was not found in the router", route.path);
    }
    server.finish().await;
}
