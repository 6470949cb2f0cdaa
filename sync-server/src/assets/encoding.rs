//! Which precompressed variant of a file an asker takes.

use axum::http::{HeaderMap, header};

/// How the bytes of a file travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Brotli,
    Gzip,
    Plain,
}

impl Encoding {
    /// What the build appends to the file's name.
    pub fn suffix(self) -> &'static str {
        match self {
            Encoding::Brotli => ".br",
            Encoding::Gzip => ".gz",
            Encoding::Plain => "",
        }
    }

    /// Its name in HTTP; none for plain bytes.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Encoding::Brotli => Some("br"),
            Encoding::Gzip => Some("gzip"),
            Encoding::Plain => None,
        }
    }
}

/// The encodings to try, smallest first; plain bytes always, as nobody refuses those.
pub fn accepted(headers: &HeaderMap) -> impl Iterator<Item = Encoding> {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter();
    let offers: Vec<&str> =
        values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).collect();
    let takes = |name: &str| offers.iter().any(|offer| is_offer_of(offer, name));
    let brotli = takes("br").then_some(Encoding::Brotli);
    let gzip = takes("gzip").then_some(Encoding::Gzip);
    [brotli, gzip, Some(Encoding::Plain)].into_iter().flatten()
}

/// `br`, `br;q=0.5`, but not `br;q=0`, which means "anything but this".
fn is_offer_of(offer: &str, name: &str) -> bool {
    let mut parts = offer.split(';').map(str::trim);
    let is_named = parts.next().is_some_and(|first| first.eq_ignore_ascii_case(name));
    let weight = parts.find_map(|part| part.strip_prefix("q=")).unwrap_or("1");
    is_named && weight.parse::<f32>().is_ok_and(|weight| weight > 0.0)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_smallest_that_is_accepted_comes_first() {
        let names = |offer: &'static str| -> Vec<&str> {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(offer));
            accepted(&headers).map(Encoding::suffix).collect()
        };
        assert_eq!(names("gzip, deflate, br, zstd"), [".br", ".gz", ""]);
        assert_eq!(names("br;q=0, GZIP;q=0.5"), [".gz", ""]);
        assert_eq!(names("identity"), [""]);
    }
}
