//! The API document.

/// The document as JSON.
pub fn openapi_json() -> Result<String, serde_json::Error> {
    serde_json::to_string(&serde_json::json!({}))
}
