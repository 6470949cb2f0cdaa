//! Security headers on every answer, so that no route can forget them.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::Response;

/// Nothing is allowed but our own files; nothing inline. Compiling WebAssembly needs its own word.
/// Trusted Types are left out on purpose: see docs/decisions/0001-no-trusted-types-yet.md.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; \
    script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob:; \
    connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";
/// The portal asks for none of these; a part that needs one opens it here.
const PERMISSIONS_POLICY: &str = "accelerometer=(), camera=(), display-capture=(), \
    geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()";
/// Two years, the span that browsers' preload lists ask for.
/// Of this name alone: what else a clinic runs under names below it is not the portal's to decide.
const STRICT_TRANSPORT_SECURITY: &str = "max-age=63072000";

const ALWAYS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS_POLICY),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// Whether people reach this server over TLS, ended here or by a proxy in front.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    Tls,
    /// Loopback only. A browser that once heard "always TLS" for localhost could not come back.
    Plain,
}

/// Puts the headers on every answer of these routes.
pub fn protect(routes: Router, transport: Transport) -> Router {
    routes.layer(middleware::from_fn_with_state(transport, add))
}

async fn add(State(transport): State<Transport>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if transport == Transport::Tls {
        let value = HeaderValue::from_static(STRICT_TRANSPORT_SECURITY);
        headers.insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    // An answer about a person is kept by nobody on the way. Files of the portal say otherwise.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::HeaderMap;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    async fn headers(path: &str, transport: Transport) -> HeaderMap {
        let kept = get(|| async { ([(header::CACHE_CONTROL, "no-cache")], "kept") });
        let routes =
            Router::new().route("/private", get(|| async { "private" })).route("/kept", kept);
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        protect(routes, transport).oneshot(request).await.unwrap().headers().clone()
    }

    #[tokio::test]
    async fn every_answer_carries_them_even_a_missing_page() {
        for path in ["/private", "/kept", "/missing"] {
            let headers = headers(path, Transport::Plain).await;
            for (name, value) in ALWAYS {
                assert_eq!(headers[&name], value, "{path}");
            }
            assert!(!headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
        }
    }

    #[tokio::test]
    async fn nothing_inline_is_ever_allowed() {
        assert!(!CONTENT_SECURITY_POLICY.contains("unsafe-inline"));
        assert!(!CONTENT_SECURITY_POLICY.contains("'unsafe-eval'"));
    }

    #[tokio::test]
    async fn an_answer_is_stored_nowhere_unless_it_says_so() {
        let caching =
            async |path| headers(path, Transport::Plain).await[header::CACHE_CONTROL].clone();
        assert_eq!(caching("/private").await, "no-store");
        assert_eq!(caching("/kept").await, "no-cache");
    }

    #[tokio::test]
    async fn only_tls_promises_tls() {
        let headers = headers("/private", Transport::Tls).await;
        assert_eq!(headers[header::STRICT_TRANSPORT_SECURITY], STRICT_TRANSPORT_SECURITY);
    }
}
