//! Request headers that change how an answer is given.

use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};
use std::convert::Infallible;
use tenantry_domain::problem::Code;
use tenantry_domain::version::Expected;
use utoipa::IntoParams;

use crate::problem::Problem;

/// The headers of a request that becomes an operation, for the document alone: `PreferredWait` and
/// `extract::Body` read them.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it is only described")]
pub(crate) struct ChangeHeaders {
    /// `wait=N`: answer when the operation ended, or after N seconds.
    #[param(rename = "Prefer", example = "wait=10")]
    prefer: Option<String>,
    /// Makes sending the same request again safe.
    #[param(rename = "Idempotency-Key", pattern = "^[!-~]{1,255}$")]
    idempotency_key: Option<String>,
}

/// The header of a change that is done at once, for the document alone: `extract::Body` reads it.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it is only described")]
pub(crate) struct KeyHeader {
    /// Makes sending the same request again safe.
    #[param(rename = "Idempotency-Key", pattern = "^[!-~]{1,255}$")]
    idempotency_key: Option<String>,
}

/// The header of a change that is based on what was read, for the document alone: [`IfMatch`] reads it.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it is only described")]
pub(crate) struct BasedOn {
    /// The `ETag` of what was read. When another version is there, nothing is changed (412).
    #[param(rename = "If-Match")]
    if_match: Option<String>,
}

/// The header of a read that need not be repeated, for the document alone: [`IfNoneMatch`] reads it.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it is only described")]
pub(crate) struct KnownAs {
    /// The `ETag` of what the client has. While that is the version, the answer is an empty 304.
    #[param(rename = "If-None-Match")]
    if_none_match: Option<String>,
}

/// The header that names a version.
pub(crate) fn etag(version: &str) -> [(HeaderName, String); 1] {
    [(header::ETAG, format!("\"{version}\""))]
}

/// `If-Match` (RFC 9110): the version that a change is based on.
#[derive(Clone, Debug)]
pub(crate) struct IfMatch(pub(crate) Option<Expected>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // a weak tag says "much the same", and that is not enough to base a change on
        entity_tags(&parts.headers, "if-match", false).map(Self)
    }
}

/// `If-None-Match` (RFC 9110): the versions that a client has.
#[derive(Clone, Debug)]
pub(crate) struct IfNoneMatch(pub(crate) Option<Expected>);

impl<S: Send + Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        entity_tags(&parts.headers, "if-none-match", true).map(Self)
    }
}

/// `*`, or tags in quotes separated by commas. (None of ours has a comma in it; one that has becomes two
/// that match nothing.)
fn entity_tags(
    headers: &HeaderMap,
    name: &'static str,
    weak: bool,
) -> Result<Option<Expected>, Problem> {
    let mut tags = Vec::new();
    let mut lines = headers.get_all(name).iter().peekable();
    if lines.peek().is_none() {
        return Ok(None);
    }
    for line in lines {
        let line = line.to_str().unwrap_or_default().trim();
        if line == "*" {
            return Ok(Some(Expected::Any));
        }
        for part in line.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let strong = part.strip_prefix("W/").unwrap_or(part);
            let tag = strong.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
            let tag = tag.ok_or_else(|| {
                let detail = format!("`{name}` is `*` or tags in quotes, as `ETag` gives them.");
                Problem::new(Code::InvalidRequest, detail)
            })?;
            if weak || strong.len() == part.len() {
                tags.push(tag.to_owned());
            }
        }
    }
    Ok(Some(Expected::OneOf(tags)))
}

/// The longest wait that `Prefer: wait=N` gets.
const MAX_WAIT: Duration = Duration::from_secs(60);

/// How long a client is ready to wait for an operation to end (`Prefer: wait=N`, RFC 7240).
#[derive(Clone, Copy, Debug)]
pub(crate) struct PreferredWait(pub(crate) Option<Duration>);

impl<S: Send + Sync> FromRequestParts<S> for PreferredWait {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(preferred_wait(&parts.headers)))
    }
}

/// A preference that cannot be read is ignored, as the RFC says.
fn preferred_wait(headers: &HeaderMap) -> Option<Duration> {
    headers
        .get_all("prefer")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split([',', ';']))
        .filter_map(|preference| preference.trim().split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("wait"))
        .and_then(|(_, seconds)| seconds.trim().trim_matches('"').parse().ok())
        .map(|seconds| Duration::from_secs(seconds).min(MAX_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_read_and_bounded() {
        let wait = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("prefer", text.parse().unwrap());
            preferred_wait(&headers)
        };
        assert_eq!(wait("wait=5"), Some(Duration::from_secs(5)));
        assert_eq!(wait("respond-async, wait=100000"), Some(MAX_WAIT));
        assert_eq!(wait("wait=soon"), None);
        assert_eq!(wait("return=minimal"), None);
    }

    #[test]
    fn entity_tags_are_read_as_the_rfc_writes_them() {
        let tags = |text: &'static str, weak| {
            let mut headers = HeaderMap::new();
            headers.insert("if-match", text.parse().unwrap());
            entity_tags(&headers, "if-match", weak).ok()
        };
        let one_of = |tags: &[&str]| {
            Some(Some(Expected::OneOf(tags.iter().map(|tag| (*tag).to_owned()).collect())))
        };
        assert_eq!(tags("*", false), Some(Some(Expected::Any)));
        assert_eq!(tags("\"a-1\", \"b-2\"", false), one_of(&["a-1", "b-2"]));
        assert_eq!(tags("W/\"a-1\"", false), one_of(&[]), "nothing is based on a weak tag");
        assert_eq!(tags("W/\"a-1\"", true), one_of(&["a-1"]));
        assert_eq!(tags("a-1", false), None);
        assert_eq!(tags("\"", false), None);
        assert_eq!(entity_tags(&HeaderMap::new(), "if-match", false).ok(), Some(None));
    }
}
