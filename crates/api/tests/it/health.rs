//! `/healthz`, `/readyz`, `/metrics`

use reqwest::Method;
use tenantry_domain::access::Role;
use tenantry_domain::problem::Code;

use crate::server::TestServer;

#[tokio::test]
async fn a_server_that_is_up_says_so() {
    let server = TestServer::start().await;
    let health = server.call(Method::GET, "/healthz").send().await.is(200);
    assert_eq!(health["status"], "ok");
    let ready = server.call(Method::GET, "/readyz").send().await.is(200);
    assert_eq!(ready["ready"], true);
    server.call(Method::GET, "/metrics").send().await.refused(401, Code::Unauthenticated);
    let call = server.call(Method::GET, "/metrics").token(server.token(Role::Viewer));
    let answer = call.send().await;
    assert!(answer.headers["content-type"].to_str().unwrap().starts_with("text/plain"));
    assert_eq!(answer.status, 200);
    server.finish().await;
}
