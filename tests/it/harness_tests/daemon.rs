//! A process can be started, stopped, killed and started again.
use std::time::Duration;

use crate::harness::daemon::Daemon;

const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn a_process_is_started_stopped_killed_and_started_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut daemon = Daemon::new("/bin/sh", folder.path());
    let script = "trap 'echo bye >&2; exit 3' TERM; echo up; while :; do sleep 0.02; done";
    daemon.write("conf/script", script);
    daemon.start(&["conf/script"]);
    assert!(daemon.id() > 1);
    daemon.wait_for_text("up", PATIENCE);
    assert_eq!(daemon.stop(PATIENCE).code(), Some(3));
    assert_eq!(daemon.stderr(), "bye\n");
    daemon.start(&["conf/script"]);
    daemon.kill();
    assert_eq!(daemon.starts(), 2);
    daemon.start(&["-c", "exit 7"]);
    assert_eq!(daemon.wait(PATIENCE).code(), Some(7));
    assert!(daemon.stdout().starts_with("up\n"));
}

#[test]
fn a_command_is_run_to_its_end_with_input() {
    let folder = tempfile::tempdir().unwrap();
    let daemon = Daemon::new("/bin/cat", folder.path());
    assert_eq!(daemon.folder(), folder.path());
    assert_eq!(daemon.run(&[], b"in").stdout, b"in");
    assert!(!daemon.run(&["no-such-file"], b"").status.success());
}
