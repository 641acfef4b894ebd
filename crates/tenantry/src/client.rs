//! The HTTP client of the command line. Its bodies are the server's own types.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tenantry_api::types::ProblemBody;

use crate::failure::{Exit, Failure, Outcome};
use crate::profile::{Profile, default_directory};

/// Which server, and as whom.
#[derive(Args, Clone, Debug)]
pub(crate) struct Connection {
    /// The server's URL
    #[arg(long, global = true, env = "TENANTRY_URL", help_heading = "Connection")]
    url: Option<String>,
    /// An API token
    #[arg(
        long,
        global = true,
        env = "TENANTRY_TOKEN",
        hide_env_values = true,
        help_heading = "Connection"
    )]
    token: Option<String>,
    /// The directory whose profile.toml names URL and token; the demo's when left out
    #[arg(
        long,
        global = true,
        env = "TENANTRY_PROFILE",
        value_name = "D",
        help_heading = "Connection"
    )]
    pub(crate) profile: Option<PathBuf>,
    /// Print one JSON document, the body that HTTP gave, and nothing else
    #[arg(long, global = true, help_heading = "Output")]
    pub(crate) json: bool,
}

/// A server that can be called.
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    token: String,
    /// Whether results are printed as JSON.
    pub(crate) json: bool,
}

impl Connection {
    /// Finds URL and token: flags, then the environment, then a profile.
    pub(crate) fn client(self) -> Result<Client, Failure> {
        let json = self.json;
        let (url, token) = match (self.url, self.token) {
            (Some(url), Some(token)) => (url, token),
            (url, token) => {
                let named = self.profile.is_some();
                let directory = self.profile.unwrap_or_else(default_directory);
                let profile =
                    Profile::read(&directory)?.ok_or_else(|| missing(&directory, named))?;
                (url.unwrap_or(profile.url), token.unwrap_or(profile.token))
            }
        };
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(90))
            .build()
            .map_err(|error| Failure::new(Exit::Failed, error))?;
        Ok(Client { http, base: url.trim_end_matches('/').to_owned(), token, json })
    }
}

fn missing(directory: &std::path::Path, named: bool) -> Failure {
    let message = if named {
        format!("there is no profile.toml in {}", directory.display())
    } else {
        "which server? There is no --url and --token, and no demo has run here".to_owned()
    };
    Failure::new(Exit::Refused, message).hint(
        "Give --url and --token (or TENANTRY_URL and TENANTRY_TOKEN), or --profile with the \
         directory of `tenantry demo` or `tenantry serve --embedded`.",
    )
}

/// An answer that is on its way.
pub(crate) struct Download<'a> {
    client: &'a Client,
    response: reqwest::Response,
}

impl Download<'_> {
    /// Hands everything on as it comes. A reader that has seen enough (`| head`) ends it quietly.
    pub(crate) async fn pour(mut self, out: &mut impl Write) -> Outcome {
        while let Some(piece) = self.next().await? {
            match out.write_all(&piece).and_then(|()| out.flush()) {
                Ok(()) => {}
                Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(()),
                Err(error) => {
                    return Err(Failure::new(Exit::Refused, format!("cannot write: {error}")));
                }
            }
        }
        Ok(())
    }

    /// The next piece; none at the end. One that was cut off fails.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        let chunk = self.response.chunk().await.map_err(|error| self.client.unreachable(&error))?;
        Ok(chunk.map(|bytes| bytes.to_vec()))
    }
}

/// A part of a path, safe whatever it contains.
pub(crate) fn segment(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

impl Client {
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<T, Failure> {
        self.send(self.request(Method::GET, path).query(query)).await
    }

    /// Sends a body; with `wait`, the answer comes when the operation ends or that time is over.
    pub(crate) async fn send_body<B: Serialize, T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &B,
        wait: Option<Duration>,
    ) -> Result<T, Failure> {
        let mut request = self.request(method, path).json(body);
        if let Some(wait) = wait {
            request = request.header("prefer", format!("wait={}", wait.as_secs()));
        }
        self.send(request).await
    }

    /// Sends a body that is based on a version; the server refuses it when another one is there.
    pub(crate) async fn send_based<B: Serialize, T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &B,
        version: Option<&str>,
    ) -> Result<T, Failure> {
        let mut request = self.request(method, path).json(body);
        if let Some(version) = version {
            // with or without the quotes that the header has
            request = request.header("if-match", format!("\"{}\"", version.trim_matches('"')));
        }
        self.send(request).await
    }

    /// Sends a sheet of CSV.
    pub(crate) async fn send_sheet<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
        sheet: Vec<u8>,
        wait: Option<Duration>,
    ) -> Result<T, Failure> {
        let request = self.request(Method::POST, path).query(query);
        let mut request = request.header("content-type", "text/csv").body(sheet);
        if let Some(wait) = wait {
            request = request.header("prefer", format!("wait={}", wait.as_secs()));
        }
        self.send(request).await
    }

    /// Asks for something that may be large; the answer is taken piece by piece.
    pub(crate) async fn download(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<Download<'_>, Failure> {
        let request = self.request(Method::GET, path).query(query).timeout(Duration::MAX);
        let response = request.send().await.map_err(|error| self.unreachable(&error))?;
        if response.status().is_success() {
            return Ok(Download { client: self, response });
        }
        let status = response.status();
        let bytes = response.bytes().await.map_err(|error| self.unreachable(&error))?;
        Err(self.refused(status, &bytes))
    }

    /// Sends a request without a body.
    pub(crate) async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
    ) -> Result<T, Failure> {
        self.send(self.request(method, path)).await
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token)
    }

    async fn send<T: DeserializeOwned>(
        &self,
        request: reqwest::RequestBuilder,
    ) -> Result<T, Failure> {
        let response = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        let bytes = response.bytes().await.map_err(|error| self.unreachable(&error))?;
        if status.is_success() {
            return serde_json::from_slice(&bytes).map_err(|error| {
                Failure::new(
                    Exit::Failed,
                    format!("the server's answer is not understood: {error}"),
                )
                .hint("Do server and command line have the same version?")
            });
        }
        Err(self.refused(status, &bytes))
    }

    fn refused(&self, status: StatusCode, bytes: &[u8]) -> Failure {
        match serde_json::from_slice::<ProblemBody>(bytes) {
            Ok(problem) => Failure::from_problem(problem),
            Err(_) => self.not_ours(status),
        }
    }

    fn unreachable(&self, error: &reqwest::Error) -> Failure {
        let mut cause: &dyn std::error::Error = error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        Failure::new(Exit::Unreachable, format!("cannot reach {}: {cause}", self.base))
            .hint("Is the server running? `tenantry demo` and `tenantry serve` start one.")
    }

    fn not_ours(&self, status: StatusCode) -> Failure {
        Failure::new(
            Exit::Unreachable,
            format!("{} answered {status}, and not as a Tenantry server does", self.base),
        )
    }
}
