//! A bad network: a TCP proxy between a test and its server that can cut, swallow, delay, and
//! lose exactly the reply that hurts. Knows bytes, not PostgreSQL's protocol.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use url::Url;

/// Which way bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the client to the server.
    ToServer,
    /// From the server to the client.
    ToClient,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Pass,
    Cut,
    BlackHole,
}

/// Which reply is not to arrive.
#[derive(Debug)]
enum Loss {
    /// Whatever the server says next, to anybody.
    Next,
    /// The answer to the first message that contains this text, in any case.
    To(String),
}

#[derive(Debug)]
struct Shared {
    target: SocketAddr,
    mode: watch::Sender<Mode>,
    latency: Mutex<Duration>,
    loss: Mutex<Option<Loss>>,
    budget: Mutex<Option<(Direction, usize)>>,
    open: AtomicUsize,
}

/// A proxy in front of one server. Passes everything until told otherwise; when dropped, its
/// connections are reset.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: AbortHandle,
}

impl Proxy {
    /// Listens on a free port, for connections to the server that `url` names by its address.
    pub async fn start(url: &Url) -> Self {
        let host = url.host_str().unwrap_or("127.0.0.1").to_owned();
        let found = tokio::net::lookup_host((host, url.port().unwrap_or(5432))).await;
        let target = found.ok().and_then(|mut all| all.next()).expect("the server's address");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let shared = Arc::new(Shared {
            target,
            mode: watch::Sender::new(Mode::Pass),
            latency: Mutex::default(),
            loss: Mutex::default(),
            budget: Mutex::default(),
            open: AtomicUsize::new(0),
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared))).abort_handle();
        Self { address, shared, accepting }
    }

    /// The same URL, by way of the proxy.
    pub fn url(&self, url: &Url) -> Url {
        let mut url = url.clone();
        url.set_ip_host(self.address.ip()).expect("a database URL has a host");
        url.set_port(Some(self.address.port())).expect("a database URL has a port");
        url
    }

    /// How many connections go through it.
    pub fn connections(&self) -> usize {
        self.shared.open.load(Ordering::Relaxed)
    }

    /// Back to a good network, without delay or loss. Connections that lost bytes in a black hole
    /// are reset, as by a firewall that has forgotten them.
    pub fn pass(&self) {
        *guard(&self.shared.latency) = Duration::ZERO;
        *guard(&self.shared.loss) = None;
        *guard(&self.shared.budget) = None;
        self.shared.mode.send_replace(Mode::Pass);
    }

    /// Resets every connection on both sides, and new ones as soon as they come.
    pub fn cut(&self) {
        self.shared.mode.send_replace(Mode::Cut);
    }

    /// Swallows everything both ways: connections stay open, new ones are taken, and nobody hears
    /// anything, not even that the other end has gone.
    pub fn black_hole(&self) {
        self.shared.mode.send_replace(Mode::BlackHole);
    }

    /// Delays what goes through, each way.
    pub fn set_latency(&self, each_way: Duration) {
        *guard(&self.shared.latency) = each_way;
    }

    /// Lets that many more bytes through in one direction, over all connections, and resets the
    /// connection that would carry the next one.
    pub fn reset_after(&self, direction: Direction, bytes: usize) {
        *guard(&self.shared.budget) = Some((direction, bytes));
    }

    /// Whatever the server says next, on any connection, is lost, and that connection is reset.
    /// The server has done what it was asked.
    pub fn drop_next_reply(&self) {
        *guard(&self.shared.loss) = Some(Loss::Next);
    }

    /// The same for the answer to the next message that contains `text`, in any case, such as
    /// `commit`; other connections go on.
    pub fn drop_reply_to(&self, text: &str) {
        *guard(&self.shared.loss) = Some(Loss::To(text.to_ascii_lowercase()));
    }

    /// Whether the loss that was asked for has not happened yet.
    pub fn is_loss_pending(&self) -> bool {
        guard(&self.shared.loss).is_some()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.shared.mode.send_replace(Mode::Cut);
    }
}

/// How a connection ends.
enum End {
    Closed,
    Reset,
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            shared.open.fetch_add(1, Ordering::Relaxed);
            serve(client, &shared).await;
            shared.open.fetch_sub(1, Ordering::Relaxed);
        });
    }
}

async fn serve(mut client: TcpStream, shared: &Shared) {
    let is_cut = *shared.mode.borrow() == Mode::Cut;
    let server = if is_cut { None } else { TcpStream::connect(shared.target).await.ok() };
    let Some(mut server) = server else { return reset(&client) };
    // Small messages must not wait for each other; the delays here are the test's.
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let lose_reply = AtomicBool::new(false);
    let end = {
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        tokio::select! {
            end = until_told(shared) => end,
            end = forward(Direction::ToServer, from_client, to_server, shared, &lose_reply) => end,
            end = forward(Direction::ToClient, from_server, to_client, shared, &lose_reply) => end,
        }
    };
    if matches!(end, End::Reset) {
        reset(&client);
        reset(&server);
    }
}

/// Waits until the mode means the end of this connection.
async fn until_told(shared: &Shared) -> End {
    let mut mode = shared.mode.subscribe();
    let mut lost_bytes = false;
    loop {
        match *mode.borrow_and_update() {
            Mode::Cut => return End::Reset,
            Mode::Pass if lost_bytes => return End::Reset,
            Mode::Pass => {}
            Mode::BlackHole => lost_bytes = true,
        }
        if mode.changed().await.is_err() {
            return End::Reset;
        }
    }
}

async fn forward(
    direction: Direction,
    mut from: ReadHalf<'_>,
    mut to: WriteHalf<'_>,
    shared: &Shared,
    lose_reply: &AtomicBool,
) -> End {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = from.read(&mut buffer).await.unwrap_or(0);
        let latency = *guard(&shared.latency);
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        let swallow = *shared.mode.borrow() == Mode::BlackHole;
        match (read, swallow) {
            // In a black hole not even the end of a connection is heard.
            (0, true) => std::future::pending().await,
            (0, false) => return End::Closed,
            (_, true) => continue,
            (_, false) => {}
        }
        let bytes = &buffer[..read];
        if shared.loses(direction, bytes, lose_reply) {
            return End::Reset;
        }
        let (allowed, spent) = shared.spend(direction, read);
        if to.write_all(&bytes[..allowed]).await.is_err() {
            return End::Closed;
        }
        if spent {
            return End::Reset;
        }
    }
}

impl Shared {
    /// Whether these bytes are the reply that is to be lost. A request that asks for it is noted
    /// on its connection before it goes on, so that the reply cannot be faster.
    fn loses(&self, direction: Direction, bytes: &[u8], lose_reply: &AtomicBool) -> bool {
        let mut loss = guard(&self.loss);
        match (direction, &*loss) {
            (Direction::ToClient, _) if lose_reply.load(Ordering::Relaxed) => true,
            (Direction::ToClient, Some(Loss::Next)) => {
                *loss = None;
                true
            }
            (Direction::ToServer, Some(Loss::To(text))) => {
                let found = bytes
                    .windows(text.len())
                    .any(|window| window.eq_ignore_ascii_case(text.as_bytes()));
                if found {
                    *loss = None;
                    lose_reply.store(true, Ordering::Relaxed);
                }
                false
            }
            _ => false,
        }
    }

    /// How many of these bytes may pass, and whether the connection ends there.
    fn spend(&self, direction: Direction, bytes: usize) -> (usize, bool) {
        let mut budget = guard(&self.budget);
        match &mut *budget {
            Some((limited, left)) if *limited == direction => {
                if bytes <= *left {
                    *left -= bytes;
                    return (bytes, false);
                }
                let allowed = *left;
                *budget = None;
                (allowed, true)
            }
            _ => (bytes, false),
        }
    }
}

/// Makes the coming close a reset instead of a farewell.
fn reset(stream: &TcpStream) {
    // A socket that is already dead cannot be told, and need not be.
    let _ = stream.set_zero_linger();
}

fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
