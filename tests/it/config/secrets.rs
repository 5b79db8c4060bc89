//! Secrets come from guarded files and credentials, and are shown to nobody.
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use wirewatch::config::{self, Directories};
use wirewatch::domain::{ChannelKind, Email, Secret, Severity, SmtpTls, Webhook};

use super::{load, told};

const REST: &str = "[[feed]]\nname = \"wire\"\nurl = \"https://example.org/rss\"\n\
                    [[watch]]\nname = \"gsomia\"\nany = [\"GSOMIA\"]\nnotify = [\"out\"]\n";
const GOOD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn secret(dir: &Path, name: &str, text: &str, mode: u32) -> PathBuf {
    let path = dir.join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    path
}

fn mail(password: &str) -> String {
    format!(
        "[[channel]]\nname = \"out\"\nkind = \"email\"\nhost = \"smtp.example.org\"\nuser = \"me\"\n\
         {password}\nfrom = \"Wirewatch <me@example.org>\"\nto = [\"desk@example.org\"]\n{REST}"
    )
}

fn hook(secret: &str) -> String {
    format!(
        "[[channel]]\nname = \"out\"\nkind = \"webhook\"\nurl = \"https://example.org/hook\"\n\
         {secret}\n{REST}"
    )
}

fn email(kind: &ChannelKind) -> &Email {
    let ChannelKind::Email(email) = kind else { panic!("not a mail channel: {kind:?}") };
    email
}

fn webhook(kind: &ChannelKind) -> &Webhook {
    let ChannelKind::Webhook(webhook) = kind else { panic!("not a webhook channel: {kind:?}") };
    webhook
}

#[test]
fn a_guarded_password_file_is_taken_and_never_printed() {
    for (mode, text) in [(0o600, "hunter2\n"), (0o400, "hunter2\r\n"), (0o600, "hunter2")] {
        let dir = tempfile::tempdir().unwrap();
        secret(dir.path(), "smtp", text, mode);
        let config = load(dir.path(), &mail("password_file = \"smtp\"")).unwrap();
        let email = email(&config.channels[0].kind);
        assert_eq!(email.password.as_ref().unwrap().expose(), "hunter2");
        assert_eq!(email.user.as_deref(), Some("me"));
        assert_eq!((email.tls, email.port), (SmtpTls::Implicit, 465));
        assert_eq!(email.from, "Wirewatch <me@example.org>");
        assert_eq!(email.to, ["desk@example.org"]);
        assert!(!format!("{config:?}").contains("hunter2"));
    }
}

#[test]
fn a_password_file_that_others_can_read_is_refused_with_the_command() {
    let dir = tempfile::tempdir().unwrap();
    secret(dir.path(), "smtp", "hunter2\n", 0o644);
    let told = told(dir.path(), load(dir.path(), &mail("password_file = \"smtp\"")));
    insta::assert_snapshot!(told, @r#"
    wirewatch.toml:6:18: error: others can read `smtp` (mode 0644)
      6 | password_file = "smtp"
        |                  ^^^^
      help: run: chmod 600 smtp

    1 error
    "#);
    for mode in [0o640, 0o604, 0o620, 0o601] {
        secret(dir.path(), "smtp", "hunter2\n", mode);
        load(dir.path(), &mail("password_file = \"smtp\"")).unwrap_err();
    }
}

#[test]
fn a_secret_file_that_cannot_serve_is_refused_without_showing_it() {
    let dir = tempfile::tempdir().unwrap();
    for (text, why) in [
        ("", "the file of this secret is empty"),
        ("\n", "the file of this secret is empty"),
        ("hunter2\nhunter3\n", "holds more than one line"),
        ("hunter2\u{0}", "or a control character"),
    ] {
        secret(dir.path(), "smtp", text, 0o600);
        let told = told(dir.path(), load(dir.path(), &mail("password_file = \"smtp\"")));
        assert!(told.contains(why), "{told}");
        assert!(!told.contains("hunter"), "{told}");
    }
    fs::create_dir(dir.path().join("folder")).unwrap();
    let told = told(dir.path(), load(dir.path(), &mail("password_file = \"folder\"")));
    assert!(told.contains("error: `folder` is not a file\n"), "{told}");
}

#[test]
fn a_secret_file_that_is_not_there_is_told_by_path() {
    let dir = tempfile::tempdir().unwrap();
    let told = told(dir.path(), load(dir.path(), &mail("password_file = \"smtp\"")));
    insta::assert_snapshot!(told, @r#"
    wirewatch.toml:6:18: error: cannot read `smtp`: there is no such file
      6 | password_file = "smtp"
        |                  ^^^^
      help: correct the path, which begins at this file's folder, or write that file

    1 error
    "#);
}

#[test]
fn a_credential_is_read_from_the_folder_handed_in() {
    let dir = tempfile::tempdir().unwrap();
    let handed = dir.path().join("credentials");
    fs::create_dir(&handed).unwrap();
    // systemd shows its access list as a permission of the group.
    secret(&handed, "smtp", "hunter2\n", 0o440);
    let path = dir.path().join("wirewatch.toml");
    fs::write(&path, mail("password_credential = \"smtp\"")).unwrap();
    let directories = Directories { credentials: Some(&handed), state: None };
    let config = config::load(&path, directories).unwrap();
    assert_eq!(email(&config.channels[0].kind).password.as_ref().unwrap().expose(), "hunter2");
    let told = told(dir.path(), config::load(&path, Directories::default()));
    insta::assert_snapshot!(told, @r#"
    wirewatch.toml:6:24: error: no credentials were handed over: $CREDENTIALS_DIRECTORY is not set
      6 | password_credential = "smtp"
        |                        ^^^^
      help: add `LoadCredential=smtp:/path/to/it` to the systemd unit, or use `password_file`

    1 error
    "#);
    fs::write(&path, mail("password_credential = \"../smtp\"")).unwrap();
    config::load(&path, directories).unwrap_err();
}

#[test]
fn a_user_needs_a_password_and_a_password_a_user() {
    let dir = tempfile::tempdir().unwrap();
    secret(dir.path(), "smtp", "hunter2\n", 0o600);
    let alone = told(dir.path(), load(dir.path(), &mail("")));
    assert!(alone.contains(":5:1: error: there is a user but no password\n"), "{alone}");
    let text = mail("password_file = \"smtp\"").replace("user = \"me\"\n", "");
    let alone = told(dir.path(), load(dir.path(), &text));
    assert!(alone.contains("error: there is a password but no `user`\n"), "{alone}");
}

#[test]
fn webhook_secrets_are_taken_in_order_and_checked_by_line() {
    let dir = tempfile::tempdir().unwrap();
    let newest = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    secret(dir.path(), "hook", &format!("# rotating\n{newest}\n\n  {GOOD}\n"), 0o600);
    let config = load(dir.path(), &hook("secret_file = \"hook\"\ntimeout = \"5s\"")).unwrap();
    let webhook = webhook(&config.channels[0].kind);
    let secrets: Vec<&str> = webhook.secrets.iter().map(Secret::expose).collect();
    assert_eq!(secrets, [newest, GOOD]);
    assert_eq!((webhook.timeout, webhook.allow_private), (Duration::from_secs(5), false));
    assert_eq!(config.channels[0].min_severity, Severity::Low);
    for (text, why) in [
        (format!("{GOOD}\nhunter2\n"), "line 2 of this secret file does not begin with `whsec_`"),
        ("whsec_hunter2!\n".to_owned(), "line 1 of this secret file is not base64 after `whsec_`"),
        (
            "whsec_aHVudGVyMg==\n".to_owned(),
            "line 1 of this secret file holds 7 bytes, not 24 to 64",
        ),
        ("# none\n".to_owned(), "the file of this secret is empty"),
        (format!("{GOOD}\n").repeat(5), "there are 5 secrets, over the cap of 4"),
    ] {
        secret(dir.path(), "hook", &text, 0o600);
        let told = told(dir.path(), load(dir.path(), &hook("secret_file = \"hook\"")));
        assert!(told.contains(why), "{told}");
        assert!(!told.contains("hunter2") && !told.contains("aHVudGVyMg"), "{told}");
    }
}

#[test]
fn what_a_feed_is_asked_with_holds_a_scheme() {
    let dir = tempfile::tempdir().unwrap();
    let text =
        "[[feed]]\nname = \"wire\"\nurl = \"https://example.org/rss\"\nauth_file = \"login\"\n";
    secret(dir.path(), "login", "Bearer hunter2\n", 0o600);
    let config = load(dir.path(), text).unwrap();
    assert_eq!(config.feeds[0].auth.as_ref().unwrap().expose(), "Bearer hunter2");
    secret(dir.path(), "login", "hunter2\n", 0o600);
    let told = told(dir.path(), load(dir.path(), text));
    assert!(told.contains("does not hold a scheme and a credential"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
fn no_secret_written_in_the_wrong_place_is_repeated() {
    let dir = tempfile::tempdir().unwrap();
    for text in [
        mail("password = \"hunter2\""),
        mail("password = \"hunter2"),
        mail("password = hunter2"),
        mail("Password = 'hunter2'"),
        mail("smtp = { password = \"hunter2\" }"),
        hook("secret = [\"hunter2\", \"whsec_hunter2\"]"),
        hook("secrets = \"whsec_hunter2\""),
        REST.replace("https://", "https://me:hunter2@"),
        REST.replace("https://", "ftp://hunter2@"),
        REST.replace("\nurl", "\nheaders = { authorization = \"hunter2\" }\nurl"),
        REST.replace("\nurl", "\ntoken = \"hunter2\"\nurl"),
    ] {
        let told = told(dir.path(), load(dir.path(), &text));
        assert!(told.contains("error"), "taken:\n{text}");
        assert!(!told.contains("hunter2"), "{told}");
    }
}

#[test]
fn what_we_write_lies_in_the_state_directory() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("wirewatch.toml");
    let text =
        format!("[[channel]]\nname = \"out\"\nkind = \"file\"\npath = \"alerts.jsonl\"\n{REST}");
    fs::write(&path, &text).unwrap();
    let state = Path::new("/var/lib/wirewatch");
    let file = |config: &config::Config| {
        let ChannelKind::File { path } = &config.channels[0].kind else {
            panic!("not a file channel: {config:?}");
        };
        path.clone()
    };
    let config =
        config::load(&path, Directories { credentials: None, state: Some(state) }).unwrap();
    assert_eq!(config.store.path, state.join("wirewatch.db"));
    assert_eq!(file(&config), state.join("alerts.jsonl"));
    let config = config::load(&path, Directories::default()).unwrap();
    assert_eq!(config.store.path, Path::new("wirewatch.db"));
    assert_eq!(file(&config), Path::new("alerts.jsonl"));
}
