//! The stream of events: `/api/admin/events` (server-sent events, resumable by `Last-Event-ID`).

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::Stream;
use serde::Deserialize;
use serde_json::json;
use tenantry_domain::clock;
use tenantry_domain::problem::Code;
use tenantry_store::{PgError, Store, events, sessions, tokens};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use utoipa::IntoParams;

use crate::app::App;
use crate::caller::Caller;
use crate::extract::Query;
use crate::problem::Problem;
use crate::types::{EventBody, ProblemBody};

/// Where the stream starts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StreamQuery {
    /// The id of the last event that was seen, where `Last-Event-ID` cannot be sent.
    #[param(minimum = 0)]
    after: Option<i64>,
}

/// How often a stream looks whether its token still holds; the promise is 5 s.
const RECHECK: Duration = Duration::from_secs(3);

/// Streams events from now on, or after the one that was seen last. An event has the type
/// `schema.changed`, `operation.queued`, `operation.progressed`, `operation.waiting`,
/// `operation.requested`, `operation.finished` or `template.created`. An event of type `reset` says
/// that the ones after the last seen are no longer kept: read the lists again.
#[utoipa::path(get, path = "/api/admin/events", tag = "events", operation_id = "stream_events",
    params(
        StreamQuery,
        ("Last-Event-ID" = Option<i64>, Header, description = "The id of the last event that was seen"),
    ), responses(
    (status = 200, body = EventBody, content_type = "text/event-stream"),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn stream(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Query(query): Query<StreamQuery>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let last_seen = match headers.get("last-event-id") {
        Some(value) => {
            Some(value.to_str().ok().and_then(|text| text.parse().ok()).ok_or_else(|| {
                Problem::new(Code::InvalidRequest, "`Last-Event-ID` is not an id of ours.")
            })?)
        }
        None => query.after,
    };
    if last_seen.is_some_and(|id| id < 0) {
        return Err(Problem::new(Code::InvalidRequest, "An event's id is not negative."));
    }
    let (lowest, highest) = events::bounds(&app.fleet().store).await?;
    let (sender, receiver) = mpsc::channel(256);
    let mut position = last_seen.unwrap_or(highest);
    if position > highest || position + 1 < lowest {
        position = highest;
        let reset = events::Event {
            seq: highest,
            kind: "reset".into(),
            schema_id: None,
            operation_id: None,
            data: json!({}),
            created_at: clock::now(),
        };
        // the channel is new and empty
        let _ = sender.try_send(Ok(body(reset)));
    }
    tokio::spawn(follow(app, caller, position, sender));
    Ok(Sse::new(ReceiverStream::new(receiver))
        .keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}

type Sender = mpsc::Sender<Result<Event, Infallible>>;

/// Sends what comes until the client goes, the server stops or the token is no longer valid. An
/// outage ends the stream too; the client comes again with its last id.
async fn follow(app: App, caller: Caller, mut position: i64, sender: Sender) {
    let mut newest = app.newest_event();
    loop {
        let looked = Instant::now();
        if !still_holds(&app, &caller).await.is_ok_and(|holds| holds) {
            return;
        }
        // However much there is to send, and however slowly the client takes it, the token is
        // looked at again in time.
        tokio::select! {
            () = send_news(&app, &mut newest, &mut position, &sender) => return,
            () = tokio::time::sleep_until(looked + RECHECK) => {}
            () = sender.closed() => return,
            () = app.stopping().cancelled() => return,
        }
    }
}

/// Whether the token is valid with the role that it had, and the session, if there is one, open.
async fn still_holds(app: &App, caller: &Caller) -> Result<bool, PgError> {
    let store = &app.fleet().store;
    let role = tokens::valid_role(store, caller.token_id).await?;
    let open = match caller.session {
        Some(session) => sessions::is_open(store, session).await?,
        None => true,
    };
    Ok(open && role.is_some_and(|role| role >= caller.role))
}

/// Sends events as they come, and moves the position behind each that was sent. Ends when it cannot
/// go on.
async fn send_news(
    app: &App,
    newest: &mut watch::Receiver<i64>,
    position: &mut i64,
    sender: &Sender,
) {
    loop {
        while *newest.borrow_and_update() > *position {
            let Ok(batch) = events::after(&app.fleet().store, *position, 500).await else {
                return;
            };
            if batch.is_empty() {
                break;
            }
            for event in batch {
                // dropped while it waits here, it has neither sent nor moved
                let Ok(place) = sender.reserve().await else {
                    return;
                };
                *position = event.seq;
                place.send(Ok(body(event)));
            }
        }
        if newest.changed().await.is_err() {
            return;
        }
    }
}

fn body(event: events::Event) -> Event {
    let body = EventBody {
        schema_id: event.schema_id,
        operation_id: event.operation_id,
        at: event.created_at,
        data: event.data,
    };
    Event::default()
        .event(event.kind)
        .id(event.seq.to_string())
        .data(serde_json::to_string(&body).unwrap_or_default())
}

/// Keeps `newest` at the highest number of an event, so that streams ask the database only when
/// there is something new.
pub(crate) async fn watch_newest(
    store: Store,
    newest: watch::Sender<i64>,
    stopping: CancellationToken,
) {
    while !stopping.is_cancelled() {
        if let Ok((_, highest)) = events::bounds(&store).await {
            newest.send_if_modified(|number| std::mem::replace(number, highest) != highest);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
