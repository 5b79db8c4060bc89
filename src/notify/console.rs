//! Prints alerts on a terminal, or whatever writer stands in for it.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use crate::domain::Outcome;

/// How long a reader of our output may sleep before the alert waits in the store instead.
pub(super) const WRITE_WAIT: Duration = Duration::from_secs(10);

/// The one place alerts are printed; shared by all console channels and kept over a reload.
pub struct Terminal {
    out: Arc<Mutex<Box<dyn Write + Send>>>,
    colour: bool,
}

impl std::fmt::Debug for Terminal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Screen").field("colour", &self.colour).finish_non_exhaustive()
    }
}

impl Terminal {
    /// Without `colour` the colour codes of a message are left out.
    pub fn new(out: Box<dyn Write + Send>, colour: bool) -> Self {
        Self { out: Arc::new(Mutex::new(out)), colour }
    }

    pub(super) async fn send(&self, message: &[u8]) -> Outcome {
        let bytes = if self.colour { message.to_vec() } else { without_codes(message) };
        // The lock goes with the write: behind a reader that sleeps one thread waits, not many.
        let write = async {
            let mut out = Arc::clone(&self.out).lock_owned().await;
            tokio::task::spawn_blocking(move || out.write_all(&bytes).and_then(|()| out.flush()))
                .await
                .unwrap_or_else(|stopped| Err(io::Error::other(stopped)))
        };
        match tokio::time::timeout(WRITE_WAIT, write).await {
            Ok(Ok(())) => Outcome::Accepted { detail: "printed".to_owned() },
            Ok(Err(error)) => retry(&format!("cannot print: {error}")),
            Err(_elapsed) => retry("nobody reads standard output"),
        }
    }
}

fn retry(why: &str) -> Outcome {
    Outcome::Unavailable { after: None, why: why.to_owned() }
}

/// The bytes without colour codes (`ESC [ … m`). Composed messages hold no other escapes.
fn without_codes(message: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(message.len());
    let mut inside = false;
    for &byte in message {
        match byte {
            0x1b => inside = true,
            b'm' if inside => inside = false,
            _ if !inside => plain.push(byte),
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Default)]
    struct Page(Arc<std::sync::Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct Gone;

    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn colour_codes_come_only_when_asked_for() {
        for (colour, expected) in [(false, "bold text\n"), (true, "\x1b[1mbold\x1b[0m text\n")] {
            let page = Page::default();
            let screen = Terminal::new(Box::new(page.clone()), colour);
            let outcome = screen.send(b"\x1b[1mbold\x1b[0m text\n").await;
            assert_eq!(outcome, Outcome::Accepted { detail: "printed".into() });
            assert_eq!(page.0.lock().unwrap().as_slice(), expected.as_bytes());
        }
    }

    #[tokio::test]
    async fn a_closed_pipe_loses_nothing() {
        let screen = Terminal::new(Box::new(Gone), false);
        assert!(matches!(screen.send(b"x").await, Outcome::Unavailable { .. }));
    }
}
