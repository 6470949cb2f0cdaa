//! WebCrypto: keys that cannot be taken out of the browser, and what is done with them.

use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
pub use web_sys::CryptoKey;
use web_sys::{SubtleCrypto, WorkerGlobalScope};

/// The browser refused, or the bytes did not verify. It does not say which.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the browser's cryptography refused")]
pub struct Failed;

impl From<JsValue> for Failed {
    fn from(_: JsValue) -> Self {
        Self
    }
}

pub async fn fresh_sealing_key() -> Result<CryptoKey, Failed> {
    let algorithm = named("AES-GCM")?;
    Reflect::set(&algorithm, &"length".into(), &256.into())?;
    generate(&algorithm, &["encrypt", "decrypt"]).await
}

/// Bytes become a key that cannot be taken out again.
pub async fn sealing_key(bytes: &[u8]) -> Result<CryptoKey, Failed> {
    import(bytes, &named("AES-GCM")?, &["encrypt", "decrypt"]).await
}

pub async fn naming_key(bytes: &[u8]) -> Result<CryptoKey, Failed> {
    let algorithm = named("HMAC")?;
    Reflect::set(&algorithm, &"hash".into(), &"SHA-256".into())?;
    import(bytes, &algorithm, &["sign"]).await
}

pub async fn seal(
    key: &CryptoKey,
    nonce: &[u8],
    bound_to: &[u8],
    plain: &[u8],
) -> Result<Vec<u8>, Failed> {
    let algorithm = gcm(nonce, bound_to)?;
    let promise = subtle()?.encrypt_with_object_and_u8_array(&algorithm, key, plain)?;
    Ok(Uint8Array::new(&JsFuture::from(promise).await?).to_vec())
}

pub async fn open(
    key: &CryptoKey,
    nonce: &[u8],
    bound_to: &[u8],
    sealed: &[u8],
) -> Result<Vec<u8>, Failed> {
    let algorithm = gcm(nonce, bound_to)?;
    let promise = subtle()?.decrypt_with_object_and_u8_array(&algorithm, key, sealed)?;
    Ok(Uint8Array::new(&JsFuture::from(promise).await?).to_vec())
}

/// A keyed hash: the same for the same bytes, and says nothing about them.
pub async fn name(key: &CryptoKey, bytes: &[u8]) -> Result<Vec<u8>, Failed> {
    let promise = subtle()?.sign_with_str_and_u8_array("HMAC", key, bytes)?;
    Ok(Uint8Array::new(&JsFuture::from(promise).await?).to_vec())
}

async fn generate(algorithm: &Object, uses: &[&str]) -> Result<CryptoKey, Failed> {
    let uses: Array = uses.iter().map(|word| JsValue::from_str(word)).collect();
    let promise = subtle()?.generate_key_with_object(algorithm, false, &uses)?;
    Ok(JsFuture::from(promise).await?.unchecked_into())
}

async fn import(bytes: &[u8], algorithm: &Object, uses: &[&str]) -> Result<CryptoKey, Failed> {
    let uses: Array = uses.iter().map(|word| JsValue::from_str(word)).collect();
    let bytes = Uint8Array::from(bytes);
    let promise = subtle()?.import_key_with_object("raw", &bytes, algorithm, false, &uses)?;
    Ok(JsFuture::from(promise).await?.unchecked_into())
}

fn gcm(nonce: &[u8], bound_to: &[u8]) -> Result<Object, Failed> {
    let algorithm = named("AES-GCM")?;
    Reflect::set(&algorithm, &"iv".into(), &Uint8Array::from(nonce))?;
    Reflect::set(&algorithm, &"additionalData".into(), &Uint8Array::from(bound_to))?;
    Ok(algorithm)
}

fn named(algorithm: &str) -> Result<Object, Failed> {
    let object = Object::new();
    Reflect::set(&object, &"name".into(), &algorithm.into())?;
    Ok(object)
}

fn subtle() -> Result<SubtleCrypto, Failed> {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    Ok(scope.crypto()?.subtle())
}
