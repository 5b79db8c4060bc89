//! The configuration as its writer meets it.
mod anything;
mod faults;
mod pages;
mod secrets;
mod shipped;
mod terms;

use std::fs;
use std::path::Path;

use wirewatch::config::{self, Config, Directories, Invalid};

/// Writes one file and loads it as the whole configuration.
fn load(dir: &Path, text: &str) -> Result<Config, Invalid> {
    let path = dir.join("wirewatch.toml");
    fs::write(&path, text).unwrap();
    config::load(&path, Directories::default())
}

/// What a person would see, without the folder.
fn told(dir: &Path, result: Result<Config, Invalid>) -> String {
    let text = match result {
        Ok(config) => config.sources.render(&config.warnings, false),
        Err(broken) => broken.to_string(),
    };
    text.replace(&format!("{}/", dir.display()), "")
}
