//! What is known about a body before it is read.

/// What the HTTP response says about the body.
#[derive(Clone, Copy, Debug, Default)]
pub struct ResponseContext<'a> {
    /// The `Content-Type` header, for its charset.
    pub content_type: Option<&'a str>,
    /// The address the body came from, after redirects. Relative links are resolved against it.
    pub base: Option<&'a url::Url>,
}
