//! What a browser gets for each kind of path.

use axum::http::Request;
use tower::ServiceExt;

use super::*;

/// A portal in a folder of its own, removed at the end.
struct Portal(PathBuf);

impl Portal {
    fn new(name: &str) -> Self {
        let folder = format!("satchel-portal-{name}-{}", std::process::id());
        let portal = Self(std::env::temp_dir().join(folder));
        portal.put("index.html", "the page");
        portal.put("clinic/index.html", "the staff's page");
        portal.put("clinic/office/index.html", "the office");
        portal.put("shl/index.html", "the viewer");
        portal.put("service-worker.js", "the worker");
        portal.put("assets/page-0123.wasm", "plain wasm");
        portal.put("assets/page-0123.wasm.br", "brotli wasm");
        portal.put("assets/page-0123.wasm.gz", "gzip wasm");
        portal
    }

    fn put(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn source(&self) -> PortalSource {
        PortalSource::folder(self.0.clone())
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        let _already_gone = std::fs::remove_dir_all(&self.0);
    }
}

/// Status, headers and body of one request.
async fn ask(
    source: PortalSource,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> (u16, HeaderMap, String) {
    let (status, headers, body) = ask_any(source, method, path, headers).await;
    (status, headers, String::from_utf8(body).unwrap())
}

async fn ask_any(
    source: PortalSource,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> (u16, HeaderMap, Vec<u8>) {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = router(source).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    (parts.status.as_u16(), parts.headers, body.to_vec())
}

async fn get(source: PortalSource, path: &str) -> (u16, String) {
    let (status, _, body) = ask(source, "GET", path, &[]).await;
    (status, body)
}

#[tokio::test]
async fn every_screen_answers_the_page_and_staff_have_their_own() {
    let portal = Portal::new("screens");
    for path in ["/", "/results", "/messages/0192f", "/no/such/screen"] {
        assert_eq!(get(portal.source(), path).await, (200, "the page".to_owned()), "{path}");
    }
    for path in ["/clinic/office", "/clinic/office/", "/clinic/office/people"] {
        assert_eq!(get(portal.source(), path).await, (200, "the office".to_owned()), "{path}");
    }
    for path in ["/shl", "/shl/"] {
        assert_eq!(get(portal.source(), path).await, (200, "the viewer".to_owned()), "{path}");
    }
    assert_eq!(get(portal.source(), "/shl/an-id").await.0, 404, "that is asked of the server");
    for path in ["/clinic/", "/clinic/threads/1", "/clinic/offices"] {
        let staff = (200, "the staff's page".to_owned());
        assert_eq!(get(portal.source(), path).await, staff, "{path}");
    }
    assert_eq!(ask(portal.source(), "GET", "/clinic", &[]).await.0, 308);
}

#[tokio::test]
async fn what_is_missing_answers_404_and_never_a_page() {
    let portal = Portal::new("missing");
    portal.put("assets/a.js/inside.js", "a folder with the name of a file");
    for path in [
        "/assets/page-9999.wasm",
        "/assets/page",
        "/favicon.ico",
        "/service-worker.js.map",
        "/assets/page-0123.wasm.br",
        "/api/nothing",
        "/clinic/api/nothing",
        "/demo/enter/x",
        "/index.html/x.js",
        "/assets/a.js",
        &format!("/{}.js", "x".repeat(300)),
        &format!("/assets/{}.js", "x/".repeat(3_000)),
    ] {
        assert_eq!(get(portal.source(), path).await, (404, String::new()), "{path}");
    }
}

#[tokio::test]
async fn no_path_leaves_the_folder() {
    let portal = Portal::new("inside");
    portal.put("inner/index.html", "the page");
    let secret = portal.0.join("secret.txt");
    std::fs::write(&secret, "outside").unwrap();
    let inner = || PortalSource::folder(portal.0.join("inner"));
    for path in [
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/assets/..\\..\\secret.txt",
        "//secret.txt",
    ] {
        let uri = path.parse::<Uri>();
        let Ok(_) = uri else { continue };
        assert_eq!(get(inner(), path).await, (404, String::new()), "{path}");
    }
    let absolute = format!("/{}", secret.display());
    assert_eq!(get(inner(), &absolute).await.0, 404);
}

#[tokio::test]
async fn the_smallest_accepted_variant_travels_with_its_type() {
    let portal = Portal::new("variants");
    let path = "/assets/page-0123.wasm";
    for (accepts, body, encoding) in [
        ("gzip, deflate, br", "brotli wasm", Some("br")),
        ("gzip", "gzip wasm", Some("gzip")),
        ("identity", "plain wasm", None),
    ] {
        let asked = [("accept-encoding", accepts)];
        let (status, headers, got) = ask(portal.source(), "GET", path, &asked).await;
        assert_eq!((status, got.as_str()), (200, body));
        let named = headers.get("content-encoding").map(|value| value.to_str().unwrap());
        assert_eq!(named, encoding);
        assert_eq!(headers["content-type"], "application/wasm");
        assert_eq!(headers["vary"], "accept-encoding");
    }
}

#[tokio::test]
async fn hashed_files_are_kept_for_good_and_the_rest_is_asked_for_again() {
    let portal = Portal::new("caching");
    let (_, headers, _) = ask(portal.source(), "GET", "/assets/page-0123.wasm", &[]).await;
    assert_eq!(headers["cache-control"], FOR_GOOD);
    let (_, headers, _) = ask(portal.source(), "GET", "/", &[]).await;
    assert_eq!(headers["cache-control"], ASK_AGAIN);
    let tag = headers["etag"].to_str().unwrap().to_owned();
    let asked = [("if-none-match", tag.as_str())];
    let (status, headers, body) = ask(portal.source(), "GET", "/results", &asked).await;
    assert_eq!((status, body.as_str()), (304, ""));
    assert_eq!(headers["cache-control"], ASK_AGAIN);
    portal.put("index.html", "the next page");
    let (status, _, body) = ask(portal.source(), "GET", "/", &asked).await;
    assert_eq!((status, body.as_str()), (200, "the next page"));
}

#[tokio::test]
async fn head_says_the_length_and_other_methods_are_refused() {
    let portal = Portal::new("methods");
    let (status, headers, body) = ask(portal.source(), "HEAD", "/", &[]).await;
    assert_eq!((status, body.as_str()), (200, ""));
    assert_eq!(headers["content-length"], "the page".len().to_string().as_str());
    let (status, headers, _) = ask(portal.source(), "POST", "/", &[]).await;
    assert_eq!((status, headers["allow"].to_str().unwrap()), (405, "GET, HEAD"));
}

#[tokio::test]
async fn a_withdrawn_portal_hands_out_the_worker_that_removes_itself() {
    let portal = Portal::new("withdrawn");
    let (_, body) = get(portal.source(), "/service-worker.js").await;
    assert_eq!(body, "the worker");
    let withdrawn = portal.source().withdrawn(true);
    let (status, body) = get(withdrawn, "/service-worker.js").await;
    assert_eq!(status, 200);
    assert!(body.contains("registration.unregister()"));
}

#[tokio::test]
async fn a_wrong_folder_is_known_at_the_start() {
    let portal = Portal::new("start");
    assert!(portal.source().is_there().await);
    assert!(!PortalSource::folder(portal.0.join("nowhere")).is_there().await);
}

/// What `cargo xtask dist` makes: the portal inside, with its compressed variants.
#[cfg(feature = "embedded-portal")]
#[tokio::test]
async fn the_portal_inside_the_binary_is_served_whole() {
    let (status, page) = get(PortalSource::embedded(), "/results").await;
    assert_eq!(status, 200);
    let script = page.split("src=\"").nth(1).unwrap().split('"').next().unwrap();
    let asked = [("accept-encoding", "br")];
    let (status, headers, _) = ask_any(PortalSource::embedded(), "GET", script, &asked).await;
    assert_eq!(status, 200, "{script}");
    assert_eq!(headers["content-type"], "text/javascript; charset=utf-8");
    assert_eq!(get(PortalSource::embedded(), "/assets/nothing.js").await.0, 404);
    let mut compressed = 0;
    for (path, bytes) in embedded::all() {
        if let Some(path) = path.strip_suffix(".br").map(|path| format!("/{path}")) {
            let (_, headers, body) = ask_any(PortalSource::embedded(), "GET", &path, &asked).await;
            assert_eq!(headers["content-encoding"], "br");
            assert!(body.as_slice() == bytes, "{path} is not the compressed file");
            compressed += 1;
        }
    }
    assert!(compressed > 3, "only {compressed} files are compressed");
}
