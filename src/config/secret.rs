//! Secrets from files and credentials: read once, never from the configuration itself, never shown.
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::diagnostics::Diagnostics;
use super::document::{Reported, Section};
use super::paths::{Directories, beside};
use super::words;
use crate::domain::{Secret, SourceSpan, Spanned, counted};

/// Bytes of a file of secrets.
const SECRET_BYTES_MAX: u64 = 16 << 10;
/// Webhook secrets in use at once: one, and a few while it is being rotated.
const WEBHOOK_SECRETS_MAX: usize = 4;
/// Bytes of a decoded webhook secret (Standard Webhooks: "between 24 bytes and 64 bytes").
const WEBHOOK_SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// What every symmetric Standard Webhooks secret begins with.
const WEBHOOK_PREFIX: &str = "whsec_";
/// Permission bits of everyone but the owner.
#[cfg(unix)]
const OTHERS: u32 = 0o077;

/// The text of a secret and the place that names it.
pub(super) struct SecretText {
    text: String,
    at: SourceSpan,
}

impl SecretText {
    /// Where the configuration names it.
    pub(super) fn place(&self) -> SourceSpan {
        self.at.clone()
    }
}

/// Reads `KEY_file` or `KEY_credential`, whichever is written, if one is.
pub(super) fn find_secret(
    section: &Section<'_>,
    key: &str,
    directories: Directories<'_>,
    faults: &mut Diagnostics,
) -> Result<Option<SecretText>, Reported> {
    let file = section.get(&format!("{key}_file"));
    let credential = section.get(&format!("{key}_credential"));
    let written = match (file, credential) {
        (None, None) => return Ok(None),
        (Some(file), Some(credential)) => {
            let what = format!("`{}` and `{}` are both written", file.key(), credential.key());
            faults.error(credential.key_place(), what, "keep one of the two");
            return Err(Reported);
        }
        (Some(value), None) | (None, Some(value)) => value.string(faults).ok_or(Reported)?,
    };
    let path = if credential.is_some() {
        credential_path(key, &written, directories, faults)
    } else {
        Some(beside(&written.at.file, &written.text))
    };
    // systemd guards the folder of credentials, and shows an access list as group permission.
    let guarded = credential.is_none();
    match read_secret_file(&path.ok_or(Reported)?, guarded, faults) {
        Ok(text) => Ok(Some(SecretText { text, at: written.at })),
        Err((what, cure)) => {
            faults.error(written.at, what, cure);
            Err(Reported)
        }
    }
}

/// A credential is a name, never a path: it must not lead out of systemd's folder.
fn credential_path(
    key: &str,
    written: &Spanned,
    directories: Directories<'_>,
    faults: &mut Diagnostics,
) -> Option<PathBuf> {
    let name = &written.text;
    if name.is_empty() || name.contains(['/', '\0']) || name == "." || name == ".." {
        let what = format!("{} is not the name of a credential", words::quoted(name));
        let cure =
            format!("write the name given in `LoadCredential=`, or use `{key}_file` for a path");
        faults.error(written.at.clone(), what, cure);
        return None;
    }
    let Some(folder) = directories.credentials else {
        let what = "no credentials were handed over: $CREDENTIALS_DIRECTORY is not set";
        let cure = format!(
            "add `LoadCredential={}:/path/to/it` to the systemd unit, or use `{key}_file`",
            words::shortened(name)
        );
        faults.error(written.at.clone(), what, cure);
        return None;
    };
    Some(folder.join(name))
}

/// Reads a small file that others cannot read. The fault holds the path, never the contents.
fn read_secret_file(
    path: &Path,
    guarded: bool,
    faults: &mut Diagnostics,
) -> Result<String, (String, String)> {
    let shown = words::path(path);
    let mut unread = |error: std::io::Error| {
        let cure = "correct the path, which begins at this file's folder, or write that file";
        (format!("cannot read {shown}: {}", faults.io_reason(&error)), cure.to_owned())
    };
    let meta = fs::metadata(path).map_err(&mut unread)?;
    if !meta.is_file() {
        let cure = "name a file that holds the secret alone";
        return Err((format!("{shown} is not a file"), cure.to_owned()));
    }
    if guarded {
        alone(path, &meta)?;
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(&mut unread)?;
    file.take(SECRET_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(unread)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > SECRET_BYTES_MAX {
        let what = format!("{shown} is larger than {} KiB", SECRET_BYTES_MAX >> 10);
        return Err((what, "name a file that holds the secret alone".to_owned()));
    }
    let Ok(text) = String::from_utf8(bytes) else {
        return Err((format!("{shown} is not UTF-8 text"), "save the secret as text".to_owned()));
    };
    Ok(text)
}

/// Refuses a file that anyone but its owner may read or write.
#[cfg(unix)]
fn alone(path: &Path, meta: &fs::Metadata) -> Result<(), (String, String)> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = meta.permissions().mode() & 0o7777;
    if mode & OTHERS == 0 {
        return Ok(());
    }
    let shown = words::path(path);
    let what = format!("others can read {shown} (mode {mode:04o})");
    Err((what, format!("run: chmod 600 {}", shown.trim_matches('`'))))
}

#[cfg(not(unix))]
fn alone(_: &Path, _: &fs::Metadata) -> Result<(), (String, String)> {
    Ok(())
}

/// The one line a password or a token is.
pub(super) fn line(found: SecretText, faults: &mut Diagnostics) -> Option<Secret> {
    let text = found.text.strip_suffix('\n').unwrap_or(&found.text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() {
        faults.error(found.at, "the file of this secret is empty", "put the secret into it");
        return None;
    }
    if text.contains(char::is_control) {
        let what = "the file of this secret holds more than one line, or a control character";
        faults.error(found.at, what, "leave only the secret in it");
        return None;
    }
    Some(Secret::new(text.to_owned()))
}

/// What follows `Authorization:`, a scheme and its parameters (RFC 9110 section 11.6.2).
pub(super) fn authorization(found: SecretText, faults: &mut Diagnostics) -> Option<Secret> {
    let at = found.at.clone();
    let secret = line(found, faults)?;
    let visible = secret.expose().chars().all(|c| c == ' ' || c.is_ascii_graphic());
    let scheme = secret.expose().split_once(' ');
    if visible && scheme.is_some_and(|(scheme, rest)| !scheme.is_empty() && !rest.trim().is_empty())
    {
        return Some(secret);
    }
    let what = "the file of this secret does not hold a scheme and a credential in ASCII";
    let cure = "write one line into it: `Bearer TOKEN`, or `Basic` and the base64 of user:password";
    faults.error(at, what, cure);
    None
}

/// Standard Webhooks secrets, one a line, the newest first; blank lines and `#` lines are skipped.
pub(super) fn webhook(found: &SecretText, faults: &mut Diagnostics) -> Option<Vec<Secret>> {
    let mut secrets = Vec::new();
    let mut good = true;
    let make = "make one with: printf 'whsec_%s\\n' \"$(openssl rand -base64 32)\"";
    for (at, text) in found.text.lines().enumerate() {
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let decoded = text.strip_prefix(WEBHOOK_PREFIX).map(|rest| STANDARD.decode(rest));
        let why = match decoded {
            None => "does not begin with `whsec_`".to_owned(),
            Some(Err(_)) => "is not base64 after `whsec_`".to_owned(),
            Some(Ok(bytes)) if !WEBHOOK_SECRET_BYTES.contains(&bytes.len()) => {
                format!("holds {}, not 24 to 64", counted(bytes.len() as u64, "byte"))
            }
            Some(Ok(_)) => {
                secrets.push(Secret::new(text.to_owned()));
                continue;
            }
        };
        good = false;
        faults.error(found.at.clone(), format!("line {} of this secret file {why}", at + 1), make);
    }
    if secrets.len() > WEBHOOK_SECRETS_MAX {
        let what =
            format!("there are {} secrets, over the cap of {WEBHOOK_SECRETS_MAX}", secrets.len());
        faults.error(found.at.clone(), what, "drop the oldest ones, at the end of the file");
        good = false;
    }
    if good && secrets.is_empty() {
        faults.error(found.at.clone(), "the file of this secret is empty", make);
        good = false;
    }
    good.then_some(secrets)
}
