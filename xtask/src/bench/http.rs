//! The product over HTTP, as any client sees it.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use serde_json::Value;

use super::samples::ms_since;

/// How often an operation is looked at that takes longer than a wait.
const LOOK: Duration = Duration::from_millis(100);

/// Connections that stay open, and a token.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl Client {
    pub(crate) fn new(url: &str, token: &str) -> Result<Self> {
        let http = reqwest::Client::builder().no_proxy().build()?;
        Ok(Self { http, base: format!("{url}/api/admin"), token: token.to_owned() })
    }

    /// Asks for a change and waits for its end; milliseconds from request to `succeeded`.
    pub(crate) async fn change(&self, method: Method, path: &str, body: &Value) -> Result<f64> {
        let start = Instant::now();
        let request = self
            .http
            .request(method, format!("{}{path}", self.base))
            .bearer_auth(&self.token)
            .header("prefer", "wait=60")
            .json(body);
        let mut answer: Value = request.send().await?.json().await?;
        // a wait is a minute at most
        while matches!(answer["state"].as_str(), Some("queued" | "running" | "waiting")) {
            tokio::time::sleep(LOOK).await;
            let id = answer["id"].as_str().context("an operation without an id")?;
            answer = self.list(&format!("/operations/{id}")).await?;
        }
        let took = ms_since(start);
        ensure!(answer["state"] == "succeeded", "{path} did not succeed: {answer}");
        Ok(took)
    }

    /// Asks for a change that is done at once; the answer.
    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Result<Value> {
        let url = format!("{}{path}", self.base);
        let answer = self.http.patch(url).bearer_auth(&self.token).json(body).send().await?;
        let status = answer.status();
        let body = answer.json().await?;
        ensure!(status.is_success(), "{path}: {status}: {body}");
        Ok(body)
    }

    /// Reads a list to the last byte; answers with the number of bytes.
    pub(crate) async fn read(&self, path: &str) -> Result<usize> {
        let url = format!("{}{path}", self.base);
        let answer = self.http.get(url).bearer_auth(&self.token).send().await?;
        let status = answer.status();
        let body = answer.bytes().await?;
        ensure!(status.is_success(), "{path}: {status}");
        Ok(body.len())
    }

    /// Reads a list, or one thing.
    pub(crate) async fn list(&self, path: &str) -> Result<Value> {
        let url = format!("{}{path}", self.base);
        let answer = self.http.get(url).bearer_auth(&self.token).send().await?;
        answer.json().await.context("the answer is not JSON")
    }
}
