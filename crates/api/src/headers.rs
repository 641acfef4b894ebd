//! Request headers that change how an answer is given.

use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use std::convert::Infallible;
use utoipa::IntoParams;

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
}
