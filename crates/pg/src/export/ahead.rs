//! Reads tables of a large schema before their turn, by sessions that share the snapshot, so that the server is not
//! idle while rows are hashed, packed and written.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use futures::TryStreamExt as _;
use sqlx::{Connection as _, Executor as _, PgConnection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinSet;

use super::asked;
use crate::error::{PgError, Situation};
use crate::sql::{Ident, script};

/// How many sessions read ahead.
pub(super) const READERS: usize = 2;

/// How much of one table may be waiting, in KiB; a reader has one table at a time.
const WAITING: usize = 16 * 1024;

/// Pieces are handed over together, as one for each row would be slow; in bytes.
const TOGETHER: usize = 256 * 1024;

/// What a reader hands over.
enum Piece {
    /// Rows, and their share of what may wait.
    Rows(Vec<u8>, OwnedSemaphorePermit),
    /// There are no more. A reader that ends without saying so has not read all.
    End,
}

/// A table that is read, or will be: its entry, the statement, and where its rows go.
type Job = (String, mpsc::Sender<Result<Piece, PgError>>);

/// Tables that are read ahead, in the order in which they will be asked for.
#[derive(Debug)]
pub(super) struct Ahead {
    tables: VecDeque<(usize, Receiver)>,
    /// They end with this value.
    _readers: JoinSet<()>,
}

/// The rows of one table.
#[derive(Debug)]
pub(super) struct Receiver(mpsc::Receiver<Result<Piece, PgError>>);

impl Ahead {
    /// Begins to read; the tables are locked in these sessions.
    pub(super) fn begin(sessions: Vec<PgConnection>, tables: Vec<(usize, String)>) -> Self {
        let mut jobs = VecDeque::new();
        let mut waiting = VecDeque::new();
        for (entry, table) in tables {
            let (sender, receiver) = mpsc::channel(WAITING);
            jobs.push_back((format!("copy {table} to stdout"), sender));
            waiting.push_back((entry, Receiver(receiver)));
        }
        let jobs = Arc::new(Mutex::new(jobs));
        let mut readers = JoinSet::new();
        for session in sessions {
            readers.spawn(read(session, Arc::clone(&jobs)));
        }
        Self { tables: waiting, _readers: readers }
    }

    /// The rows of a table, if it is the next.
    pub(super) fn take(&mut self, entry: usize) -> Option<Receiver> {
        self.tables.pop_front_if(|(next, _)| *next == entry).map(|(_, rows)| rows)
    }
}

impl Receiver {
    /// The next rows; none after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<u8>>, PgError> {
        match self.0.recv().await {
            Some(piece) => match piece? {
                Piece::Rows(bytes, share) => {
                    drop(share);
                    Ok(Some(bytes))
                }
                Piece::End => Ok(None),
            },
            None => Err(PgError::new(
                Situation::Transient,
                "a session that read rows ahead ended before it had all of them",
            )),
        }
    }
}

/// Takes the next table until there is none; the first that were taken are the first that are wanted, so that
/// whoever waits for a share waits for what is being written.
async fn read(mut session: PgConnection, jobs: Arc<Mutex<VecDeque<Job>>>) {
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some((statement, sender)) = job else { break };
        if let Err(error) = table(&mut session, &statement, &sender).await {
            // nobody may be waiting any more
            let _ = sender.send(Err(error)).await;
            return;
        }
    }
    // the server sees the end of it either way
    let _ = session.close().await;
}

async fn table(
    session: &mut PgConnection,
    statement: &str,
    sender: &mpsc::Sender<Result<Piece, PgError>>,
) -> Result<(), PgError> {
    let shares = Arc::new(Semaphore::new(WAITING));
    let mut pieces = session.copy_out_raw(statement).await?;
    let mut bytes = Vec::with_capacity(TOGETHER);
    while let Some(piece) = pieces.try_next().await? {
        bytes.extend_from_slice(&piece);
        if bytes.len() >= TOGETHER {
            hand_over(std::mem::take(&mut bytes), &shares, sender).await;
            bytes.reserve(TOGETHER);
        }
    }
    if !bytes.is_empty() {
        hand_over(bytes, &shares, sender).await;
    }
    let _ = sender.send(Ok(Piece::End)).await;
    Ok(())
}

async fn hand_over(
    bytes: Vec<u8>,
    shares: &Arc<Semaphore>,
    sender: &mpsc::Sender<Result<Piece, PgError>>,
) {
    let share = u32::try_from((bytes.len() / 1024).clamp(1, WAITING)).unwrap_or(1);
    // never closed; and nobody may be waiting any more, which the end of the task follows
    if let Ok(share) = Arc::clone(shares).acquire_many_owned(share).await {
        let _ = sender.send(Ok(Piece::Rows(bytes, share))).await;
    }
}

/// Puts a session into a snapshot that another one exported, and locks the same tables without waiting: who waits
/// for us would be waited for.
pub(super) async fn join(
    session: &mut PgConnection,
    snapshot: &str,
    tables: &[String],
    schema: &Ident,
) -> Result<(), PgError> {
    session.execute("begin isolation level repeatable read, read only").await?;
    // made by the server: digits and hyphens
    let snapshot = snapshot.replace('\'', "");
    session.execute(script(format!("set transaction snapshot '{snapshot}'"))).await?;
    let lock = format!("lock table {} in access share mode nowait", tables.join(", "));
    session.execute(script(lock)).await?;
    asked::look_in(session, Some(schema)).await
}
