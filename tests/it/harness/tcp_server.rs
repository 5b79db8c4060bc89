//! A loopback TCP server on a thread of its own: the ground every catcher and feed server stands on.
use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::thread::JoinHandle;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Connections one stand serves at a time; more wait in the kernel's queue.
const CONNECTIONS_MAX: usize = 1_024;

/// A server that lives as long as this value.
pub struct TcpServer {
    port: u16,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl TcpServer {
    /// Serves every connection with `serve` until dropped.
    ///
    /// It listens on every address of the machine so that each `127.x.y.z` is a host of its own,
    /// and hangs up on whoever does not come from loopback.
    pub fn open<F, Served>(serve: F) -> Self
    where
        F: Fn(TcpStream) -> Served + Send + 'static,
        Served: Future<Output = ()> + Send + 'static,
    {
        let listener =
            std::net::TcpListener::bind(SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0))
                .unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let stop = CancellationToken::new();
        let heard = stop.clone();
        let thread = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(accept(listener, serve, heard));
        });
        Self { port, stop, thread: Some(thread) }
    }

    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for TcpServer {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
            && !std::thread::panicking()
        {
            panic!("a server of the test world fell over");
        }
    }
}

async fn accept<F, Served>(listener: std::net::TcpListener, serve: F, stop: CancellationToken)
where
    F: Fn(TcpStream) -> Served,
    Served: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::from_std(listener).unwrap();
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            Some(ended) = open.join_next() => if let Err(error) = ended {
                assert!(!error.is_panic(), "a connection of the test world fell over: {error}");
            },
            came = listener.accept(), if open.len() < CONNECTIONS_MAX => {
                let Ok((stream, from)) = came else { continue };
                if from.ip().is_loopback() {
                    open.spawn(serve(stream));
                }
            }
        }
    }
}
