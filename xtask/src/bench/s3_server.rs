//! A real S3 server for benchmarks: s3s over a folder, behind TCP, in this process.

use anyhow::{Result, anyhow};
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{Response, StatusCode};
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tenantry_backup::place::PlaceConfig;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

const ACCESS_KEY: &str = "AKIDTENANTRYBENCH";
const SECRET_KEY: &str = "only-for-a-benchmark";

/// The server; stopped, with what it holds, when it is dropped.
pub(crate) struct S3Server {
    /// How to get there.
    pub(crate) config: PlaceConfig,
    serving: AbortHandle,
    _folder: TempDir,
}

impl S3Server {
    /// Started on a free port, with one bucket.
    pub(crate) async fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::create_dir(folder.path().join("backups"))?;
        let files = FileSystem::new(folder.path()).map_err(|error| anyhow!("{error:?}"))?;
        let mut builder = S3ServiceBuilder::new(files);
        builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let config = PlaceConfig::S3 {
            bucket: "backups".into(),
            prefix: String::new(),
            endpoint: Some(format!("http://{}/", listener.local_addr()?).parse()?),
            region: "eu-bench-1".into(),
            access_key: ACCESS_KEY.into(),
            secret_key: SECRET_KEY.into(),
            allow_http: true,
        };
        let router = Router::new().fallback(serve).with_state(builder.build());
        let router = router.layer(DefaultBodyLimit::disable());
        let serving = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                eprintln!("the S3 server ended: {error}");
            }
        });
        Ok(Self { config, serving: serving.abort_handle(), _folder: folder })
    }
}

impl Drop for S3Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(State(service): State<S3Service>, request: Request) -> Response<Body> {
    match service.call(request.map(s3s::Body::http_body_unsync)).await {
        Ok(answer) => answer.map(Body::new),
        Err(error) => {
            let mut answer = Response::new(Body::from(format!("{error:?}")));
            *answer.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            answer
        }
    }
}
