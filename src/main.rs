//! See [`wirewatch`].
fn main() -> std::process::ExitCode {
    wirewatch::cli::run()
}
