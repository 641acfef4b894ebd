//! What no route answers: the console's files and pages.

use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::{IntoResponse, Response};
use tenantry_domain::problem::Code;

use crate::app::App;
use crate::problem::Problem;

/// Answers with a file of the console or its page, or that there is nothing.
pub(crate) async fn serve(
    State(app): State<App>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let read = matches!(method, Method::GET | Method::HEAD);
    read.then(|| app.console().answer(uri.path(), &headers)).flatten().unwrap_or_else(|| {
        Problem::new(Code::NotFound, "There is nothing at this path.").into_response()
    })
}
