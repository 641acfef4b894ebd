//! The web console's files, as they are served at `/`: what Vite built, in memory, each with the compressed
//! forms that were made beside it. Knows nothing of what is in them.

use std::collections::{BTreeMap, HashMap};

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

/// What a page of the console may load: from here, and nothing that stands in the page itself.
pub(crate) const POLICY: &str = "default-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; \
     img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'";

/// Files whose names change with their contents: they are kept for a year.
const ASSETS: &str = "assets/";
const INDEX: &str = "index.html";

/// Below these there are no pages of the console: what is not there is not there.
const NOT_PAGES: [&str; 7] =
    ["api", "assets", "docs", "healthz", "metrics", "openapi.json", "readyz"];

/// Shown where the console is not in the binary.
const NOT_BUILT_IN: &str = include_str!("not_built_in.html");

/// The files of a console, ready to be sent; none of them where it was not built in.
#[derive(Clone, Debug, Default)]
pub struct Console {
    files: HashMap<String, File>,
    build: Option<String>,
}

#[derive(Clone, Debug)]
struct File {
    content_type: &'static str,
    plain: Form,
    brotli: Option<Form>,
    gzip: Option<Form>,
}

/// A file as it goes over the wire.
#[derive(Clone, Debug)]
struct Form {
    bytes: Bytes,
    tag: String,
}

impl Console {
    /// Takes the files of a build by their paths in it; `a.js.br` and `a.js.gz` are forms of `a.js`. Without
    /// an `index.html` it is no console.
    pub fn new<B: Into<Bytes>>(files: impl IntoIterator<Item = (String, B)>) -> Self {
        let all: BTreeMap<String, Bytes> =
            files.into_iter().map(|(path, bytes)| (path, bytes.into())).collect();
        if !all.contains_key(INDEX) {
            return Self::default();
        }
        let (mut files, mut build) = (HashMap::new(), Sha256::new());
        for (path, bytes) in &all {
            let original = path.strip_suffix(".br").or_else(|| path.strip_suffix(".gz"));
            if original.is_some_and(|original| all.contains_key(original)) {
                continue;
            }
            let digest = hex(&Sha256::digest(bytes));
            build.update(path);
            build.update(&digest);
            let form = |suffix: &str| {
                let bytes = all.get(&format!("{path}.{suffix}"))?.clone();
                Some(Form { bytes, tag: format!("\"{}-{suffix}\"", &digest[..32]) })
            };
            let file = File {
                content_type: content_type(path),
                plain: Form { bytes: bytes.clone(), tag: format!("\"{}\"", &digest[..32]) },
                brotli: form("br"),
                gzip: form("gz"),
            };
            files.insert(path.clone(), file);
        }
        Self { files, build: Some(hex(&build.finalize())[..8].to_owned()) }
    }

    /// Names the build; none where there is no console.
    pub fn build(&self) -> Option<&str> {
        self.build.as_deref()
    }

    /// The answer to a request for a path: a file, or the page that shows whatever the path is about; none where
    /// there is nothing.
    pub(crate) fn answer(&self, path: &str, headers: &HeaderMap) -> Option<Response> {
        let path = path.trim_start_matches('/');
        if let Some(file) = self.files.get(path) {
            return Some(answer(path, file, headers));
        }
        let top = path.split('/').next().unwrap_or_default();
        if !path.is_empty() && (NOT_PAGES.contains(&top) || !is_navigation(headers)) {
            return None;
        }
        if let Some(page) = self.files.get(INDEX) {
            return Some(answer(INDEX, page, headers));
        }
        let html = [(header::CONTENT_TYPE, content_type(INDEX))];
        Some((html, NOT_BUILT_IN).into_response())
    }
}

fn answer(path: &str, file: &File, headers: &HeaderMap) -> Response {
    let (form, encoding) = chosen(file, headers);
    let mut response = if knows(headers, &form.tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(form.bytes.clone()).into_response()
    };
    let out = response.headers_mut();
    let caching =
        if path.starts_with(ASSETS) { "public, max-age=31536000, immutable" } else { "no-cache" };
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    if let Ok(tag) = HeaderValue::try_from(&form.tag) {
        out.insert(header::ETAG, tag);
    }
    if file.brotli.is_some() || file.gzip.is_some() {
        out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    if response.status() == StatusCode::OK {
        let out = response.headers_mut();
        out.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.content_type));
        out.insert(header::CONTENT_LENGTH, form.bytes.len().into());
        if let Some(encoding) = encoding {
            out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
    }
    response
}

/// The smallest form that the client takes.
fn chosen<'a>(file: &'a File, headers: &HeaderMap) -> (&'a Form, Option<&'static str>) {
    let taken = |encoding: &str| {
        headers
            .get_all(header::ACCEPT_ENCODING)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(','))
            .any(|part| {
                let (name, weight) = part.split_once(';').unwrap_or((part, ""));
                let weight = weight.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse::<f32>);
                name.trim().eq_ignore_ascii_case(encoding) && weight.is_ok_and(|q| q > 0.0)
            })
    };
    match (&file.brotli, &file.gzip) {
        (Some(form), _) if taken("br") => (form, Some("br")),
        (_, Some(form)) if taken("gzip") => (form, Some("gzip")),
        _ => (&file.plain, None),
    }
}

/// Whether the client has this form already (`If-None-Match`).
fn knows(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

/// Whether a browser is on its way to a page, and not a page or a program on its way to a file.
fn is_navigation(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accepted| accepted.contains("text/html"))
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
