//! A real S3 server for tests: s3s over a folder, behind TCP. Before it stands what a test wants to go wrong, and
//! three things that Amazon does and s3s-fs does not: conditional writes are atomic, a bucket that is not there is
//! an error, and so is another region.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Method, Response, StatusCode, header};
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tenantry_backup::place::PlaceConfig;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;
use url::Url;

const REGION: &str = "eu-test-1";
const ACCESS_KEY: &str = "AKIDTENANTRYTEST";
pub(crate) const SECRET_KEY: &str = "a-secret-that-is-never-shown";

/// What the server does instead of answering.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// Says no, with S3's code.
    Refuse(u16, &'static str),
    /// Says no as a proxy does, in HTML.
    Html(u16),
    /// Says nothing, ever.
    Silence,
    /// Does what it was asked, and sends a byte of the answer and no more.
    OneByte,
}

/// Which requests get it, and how often.
#[derive(Clone, Debug)]
struct Fault {
    method: Method,
    part: String,
    answer: Answer,
    times: usize,
}

struct Shared {
    service: S3Service,
    root: PathBuf,
    faults: Mutex<Vec<Fault>>,
    requests: Mutex<Vec<String>>,
    conditional: tokio::sync::Mutex<()>,
}

/// The server; stopped when it is dropped.
pub(crate) struct S3Server {
    url: Url,
    shared: Arc<Shared>,
    serving: AbortHandle,
    folder: TempDir,
}

impl S3Server {
    /// Started on a free port, with one bucket, `backups`.
    pub(crate) async fn start() -> Self {
        // the binary does this at its start
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("backups")).unwrap();
        let mut builder = S3ServiceBuilder::new(FileSystem::new(folder.path()).unwrap());
        builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        let shared = Arc::new(Shared {
            service: builder.build(),
            root: folder.path().to_owned(),
            faults: Mutex::default(),
            requests: Mutex::default(),
            conditional: tokio::sync::Mutex::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        let router = axum::Router::new().fallback(handle).with_state(Arc::clone(&shared));
        let router = router.layer(axum::extract::DefaultBodyLimit::disable());
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, shared, serving: serving.abort_handle(), folder }
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// What the bucket holds, as files.
    pub(crate) fn bucket(&self) -> PathBuf {
        self.folder.path().join("backups")
    }

    /// What the server was asked: method, path and query.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.shared.requests.lock().unwrap().clone()
    }

    /// Uploads that were begun and neither completed nor taken back.
    pub(crate) fn unfinished_parts(&self) -> usize {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        entries.filter(|entry| is_part(&entry.as_ref().unwrap().path())).count()
    }

    /// The next `times` requests of this method whose path and query contain `part` get this answer.
    pub(crate) fn answer(&self, times: usize, method: Method, part: &str, answer: Answer) {
        let fault = Fault { method, part: part.to_owned(), answer, times };
        self.shared.faults.lock().unwrap().push(fault);
    }

    pub(crate) fn well_again(&self) {
        self.shared.faults.lock().unwrap().clear();
    }

    pub(crate) fn config(&self) -> PlaceConfig {
        self.config_at(self.url.clone())
    }

    /// Behind another address, such as a proxy's.
    pub(crate) fn config_at(&self, endpoint: Url) -> PlaceConfig {
        PlaceConfig::S3 {
            bucket: "backups".into(),
            prefix: "fleet/one".into(),
            endpoint: Some(endpoint),
            region: REGION.into(),
            access_key: ACCESS_KEY.into(),
            secret_key: SECRET_KEY.into(),
            allow_http: true,
        }
    }
}

impl Drop for S3Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn is_part(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().contains("upload_id-"))
}

async fn handle(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let target = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    shared.requests.lock().unwrap().push(format!("{} {target}", request.method()));
    if let Some(refused) = misdirected(&shared, &request) {
        return refused;
    }
    let answer = shared.fault(request.method(), &target);
    match answer {
        Some(Answer::Refuse(status, code)) => refuse(status, code, ""),
        Some(Answer::Html(status)) => {
            let body = Body::from("<html>no</html>");
            Response::builder().status(status).body(body).unwrap()
        }
        Some(Answer::Silence) => std::future::pending().await,
        Some(Answer::OneByte) => {
            let (parts, body) = shared.serve(request).await.into_parts();
            let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
            let first =
                futures::stream::once(async move { Ok::<_, axum::Error>(bytes.slice(..1)) });
            let stuck = futures::StreamExt::chain(first, futures::stream::pending());
            Response::from_parts(parts, Body::from_stream(stuck))
        }
        None => shared.serve(request).await,
    }
}

/// A bucket that is not there, or a request that was signed for another region.
fn misdirected(shared: &Shared, request: &Request) -> Option<Response<Body>> {
    let signed = request.headers().get(header::AUTHORIZATION)?.to_str().unwrap().to_owned();
    if !signed.contains(&format!("/{REGION}/")) {
        let region = format!("<Region>{REGION}</Region>");
        return Some(refuse(400, "AuthorizationHeaderMalformed", &region));
    }
    let bucket = request.uri().path().split('/').nth(1).unwrap_or_default();
    (!shared.root.join(bucket).is_dir()).then(|| refuse(404, "NoSuchBucket", ""))
}

fn refuse(status: u16, code: &str, more: &str) -> Response<Body> {
    let text = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code>{more}</Error>");
    let status = StatusCode::from_u16(status).unwrap();
    Response::builder().status(status).body(Body::from(text)).unwrap()
}

impl Shared {
    async fn serve(&self, request: Request) -> Response<Body> {
        let conditional = request.headers().contains_key(header::IF_NONE_MATCH);
        let _one_by_one = if conditional { Some(self.conditional.lock().await) } else { None };
        let answer = self.service.call(request.map(s3s::Body::http_body_unsync)).await;
        answer.unwrap().map(Body::new)
    }

    fn fault(&self, method: &Method, target: &str) -> Option<Answer> {
        let mut faults = self.faults.lock().unwrap();
        let place = faults.iter().position(|fault| {
            fault.times > 0 && fault.method == method && target.contains(&fault.part)
        })?;
        faults[place].times -= 1;
        Some(faults[place].answer.clone())
    }
}
