//! What commands read: files or standard input, never more of either than its cap.
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::Path;

use super::fail::CommandError;
use super::setup::path_text;
use crate::fetch::Limits;

/// A file, or standard input if it is called `-`.
fn open(file: &Path) -> io::Result<Box<dyn BufRead>> {
    if file.as_os_str() == "-" {
        return Ok(Box::new(io::stdin().lock()));
    }
    Ok(Box::new(BufReader::new(File::open(file)?)))
}

/// All bytes, up to what a poll would take.
pub(super) fn read_whole(file: &Path) -> Result<Vec<u8>, String> {
    let most = Limits::default().body_bytes_max;
    let cap = u64::try_from(most).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    let read = open(file).and_then(|input| input.take(cap + 1).read_to_end(&mut bytes));
    read.map_err(|why| format!("{}: {why}", path_text(file)))?;
    if bytes.len() > most {
        return Err(format!("{} is larger than {} MiB", path_text(file), most >> 20));
    }
    Ok(bytes)
}

/// Gives each line that is not blank to `take`. A line of more than `most` bytes ends the reading
/// before more of it is in memory. Errors name the file and the line.
pub(super) fn each_line<E: std::fmt::Display>(
    file: &Path,
    most: usize,
    mut take: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), CommandError> {
    let shown = path_text(file);
    let mut input = open(file).map_err(|why| CommandError::Input(format!("{shown}: {why}")))?;
    let cap = u64::try_from(most).unwrap_or(u64::MAX);
    let mut line = Vec::new();
    for number in 1_u64.. {
        let bad =
            |why: &dyn std::fmt::Display| CommandError::Input(format!("{shown}:{number}: {why}"));
        line.clear();
        // One byte over the cap tells a line that is too long from one that just fits.
        let read = (&mut input).take(cap + 1).read_until(b'\n', &mut line);
        if read.map_err(|why| bad(&why))? == 0 {
            break;
        }
        if line.len() > most && !line.ends_with(b"\n") {
            return Err(bad(&format!("the line is longer than {} MiB", most >> 20)));
        }
        if !line.trim_ascii().is_empty() {
            take(&line).map_err(|why| bad(&why))?;
        }
    }
    Ok(())
}
