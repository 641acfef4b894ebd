//! Extractors that refuse in our own words, and that know idempotency keys.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use tenantry_domain::problem::Code;

use crate::problem::Problem;

/// A JSON body, with what makes sending it twice safe.
pub(crate) struct Body<T> {
    pub(crate) value: T,
    /// The `Idempotency-Key` and SHA-256 over method, path and body.
    pub(crate) idempotency: Option<(String, Vec<u8>)>,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        require_type(&request, "application/json")?;
        let (bytes, idempotency) = keyed_body(request, state).await?;
        let value = serde_json::from_slice(&bytes)
            .map_err(|error| Problem::new(Code::InvalidRequest, format!("The body: {error}.")))?;
        Ok(Self { value, idempotency })
    }
}

/// A request that says all in its path and query, with what makes sending it twice safe.
pub(crate) struct Bodyless {
    /// The `Idempotency-Key` and SHA-256 over method and path with query.
    pub(crate) idempotency: Option<(String, Vec<u8>)>,
}

impl<S: Send + Sync> FromRequest<S> for Bodyless {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (_, idempotency) = keyed_body(request, state).await?;
        Ok(Self { idempotency })
    }
}

/// A sheet of CSV as it came, with what makes sending it twice safe.
pub(crate) struct Sheet {
    pub(crate) bytes: Bytes,
    /// The `Idempotency-Key` and SHA-256 over method, path with query, and body.
    pub(crate) idempotency: Option<(String, Vec<u8>)>,
}

impl<S: Send + Sync> FromRequest<S> for Sheet {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        require_type(&request, "text/csv")?;
        let (bytes, idempotency) = keyed_body(request, state).await?;
        Ok(Self { bytes, idempotency })
    }
}

/// The body, and the key with a hash over all that was asked for.
async fn keyed_body<S: Send + Sync>(
    request: Request,
    state: &S,
) -> Result<(Bytes, Option<(String, Vec<u8>)>), Problem> {
    let key = idempotency_key(&request)?;
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let query = request.uri().query().map(str::to_owned);
    let bytes = Bytes::from_request(request, state).await.map_err(too_large)?;
    let idempotency = key.map(|key| {
        let mut hash = Sha256::new();
        hash.update(method.as_str());
        hash.update([0]);
        hash.update(&path);
        if let Some(query) = query {
            hash.update([b'?']);
            hash.update(&query);
        }
        hash.update([0]);
        hash.update(&bytes);
        (key, hash.finalize().to_vec())
    });
    Ok((bytes, idempotency))
}

fn require_type(request: &Request, wanted: &str) -> Result<(), Problem> {
    let content_type = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case(wanted) {
        return Ok(());
    }
    let given = if essence.is_empty() { "none" } else { essence };
    Err(Problem::new(
        Code::UnsupportedMediaType,
        format!("The content type is {given:?}; this route takes {wanted}."),
    ))
}

fn idempotency_key(request: &Request) -> Result<Option<String>, Problem> {
    let Some(value) = request.headers().get("idempotency-key") else {
        return Ok(None);
    };
    let key = value.to_str().unwrap_or_default();
    if key.is_empty() || key.len() > 255 || !key.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Problem::new(
            Code::InvalidRequest,
            "An Idempotency-Key has 1 to 255 visible ASCII characters.",
        ));
    }
    Ok(Some(key.to_owned()))
}

fn too_large(rejection: BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Problem::new(Code::TooLarge, "The body is larger than this route takes.")
    } else {
        Problem::new(Code::InvalidRequest, "The body could not be read to its end.")
    }
}

/// The query of a request.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        axum::extract::Query::<T>::from_request_parts(parts, state)
            .await
            .map(|query| Self(query.0))
            .map_err(|error| {
                Problem::new(Code::InvalidRequest, format!("The query: {}.", error.body_text()))
            })
    }
}

/// A part of the path.
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        axum::extract::Path::<T>::from_request_parts(parts, state)
            .await
            .map(|path| Self(path.0))
            .map_err(|error| {
                Problem::new(Code::InvalidRequest, format!("The path: {}.", error.body_text()))
            })
    }
}
