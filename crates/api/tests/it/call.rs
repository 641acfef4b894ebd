//! One request and its answer.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde_json::Value;
use tenantry_domain::problem::Code;
use tokio::time::timeout;

use crate::server::PATIENCE;

/// A request that is being put together.
pub(crate) struct Call(reqwest::RequestBuilder);

impl Call {
    pub(crate) fn new(request: reqwest::RequestBuilder) -> Self {
        Self(request)
    }

    pub(crate) fn token(self, token: &str) -> Self {
        Self(self.0.bearer_auth(token))
    }

    pub(crate) fn header(self, name: &str, value: &str) -> Self {
        Self(self.0.header(name, value))
    }

    pub(crate) fn json(self, body: Value) -> Self {
        Self(self.0.json(&body))
    }

    pub(crate) fn text(self, content_type: &str, body: impl Into<String>) -> Self {
        Self(self.0.header(CONTENT_TYPE, content_type).body(body.into()))
    }

    pub(crate) fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// Asks for the answer to come at the operation's end.
    pub(crate) fn waiting(self) -> Self {
        self.header("prefer", "wait=30")
    }

    pub(crate) async fn send(self) -> Answer {
        let response = self.0.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or_default();
        Answer { status, headers, text, body }
    }

    /// Opens a stream of events.
    pub(crate) async fn stream(self) -> EventStream {
        let response = self.0.timeout(Duration::from_secs(600)).send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()[CONTENT_TYPE], "text/event-stream");
        EventStream { response, rest: String::new() }
    }
}

/// What the server said.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) body: Value,
}

impl Answer {
    /// The body of an answer with that status.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.body
    }

    /// The body of a refusal, which is a whole one: status and code, words for people, and the id
    /// that the header has too.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, code: Code) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.headers[CONTENT_TYPE], "application/problem+json", "{}", self.text);
        let body = self.body;
        assert_eq!(body["code"], code.as_str(), "{body:#}");
        assert_eq!(body["status"], status);
        assert_eq!(body["type"], format!("urn:tenantry:problem:{}", code.as_str()));
        for word in ["title", "detail", "help"] {
            assert!(!body[word].as_str().unwrap().is_empty(), "no {word}: {body:#}");
        }
        assert!(!body["requestId"].as_str().unwrap().is_empty());
        assert_eq!(body["requestId"].as_str().unwrap(), self.headers["x-request-id"]);
        body
    }
}

/// An event of the stream.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Event {
    pub(crate) id: i64,
    pub(crate) kind: String,
    pub(crate) data: Value,
}

/// An open stream of events.
pub(crate) struct EventStream {
    response: reqwest::Response,
    rest: String,
}

impl EventStream {
    /// The next event; none when the server closed the stream.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((block, rest)) = self.rest.split_once("\n\n") {
                let event = read(block);
                self.rest = rest.to_owned();
                if event.is_some() {
                    return event;
                }
                continue;
            }
            let chunk = timeout(PATIENCE, self.response.chunk()).await.expect("an event or an end");
            self.rest.push_str(std::str::from_utf8(&chunk.ok()??).unwrap());
        }
    }

    /// Every event up to and with the first that `last` is true of.
    pub(crate) async fn through(&mut self, last: impl Fn(&Event) -> bool) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            let over = last(&event);
            events.push(event);
            if over {
                return events;
            }
        }
        panic!("the stream ended before the event came: {events:#?}");
    }
}

/// None for a comment, which keeps the line alive.
fn read(block: &str) -> Option<Event> {
    let field = |name| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    Some(Event {
        id: field("id:")?.parse().unwrap(),
        kind: field("event:")?.to_owned(),
        data: serde_json::from_str(field("data:")?).unwrap(),
    })
}
