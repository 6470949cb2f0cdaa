//! A chosen picture becomes a small photo: turned as the camera was held, on white, and without what the
//! camera wrote beside it (place, time, device), because only the points of the picture are drawn anew.

use js_sys::Uint8Array;
use shared::attachment::{CHOSEN_BYTES_MAX, MediaType, PHOTO_BYTES_MAX, SHRINKS, Shrink};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
pub use web_sys::Blob;
use web_sys::{
    ImageBitmap, ImageEncodeOptions, OffscreenCanvas, OffscreenCanvasRenderingContext2d,
    WorkerGlobalScope,
};

use crate::bridge::PhotoTrouble;

impl From<JsValue> for PhotoTrouble {
    fn from(_: JsValue) -> Self {
        Self::Unreadable
    }
}

/// At most `PHOTO_BYTES_MAX` bytes of JPEG.
pub async fn shrink(chosen: &Blob) -> Result<Vec<u8>, PhotoTrouble> {
    #[expect(clippy::cast_precision_loss, reason = "a limit of some megabytes is exact")]
    if chosen.size() > CHOSEN_BYTES_MAX as f64 {
        return Err(PhotoTrouble::TooLarge);
    }
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    let decoded = JsFuture::from(scope.create_image_bitmap_with_blob(chosen)?).await?;
    let picture: ImageBitmap = decoded.unchecked_into();
    let mut small = Err(PhotoTrouble::TooLarge);
    for shrink in SHRINKS {
        let bytes = drawn(&picture, shrink).await?;
        if bytes.len() <= PHOTO_BYTES_MAX {
            small = Ok(bytes);
            break;
        }
    }
    picture.close();
    // A browser that knows no JPEG answers with something else.
    small.and_then(|bytes| match MediaType::Jpeg.begins(&bytes) {
        true => Ok(bytes),
        false => Err(PhotoTrouble::Unreadable),
    })
}

async fn drawn(picture: &ImageBitmap, shrink: Shrink) -> Result<Vec<u8>, PhotoTrouble> {
    let (width, height) = shrink.sides(picture.width(), picture.height());
    let canvas = OffscreenCanvas::new(width, height)?;
    let context = canvas.get_context("2d")?.ok_or(PhotoTrouble::Unreadable)?;
    let context: OffscreenCanvasRenderingContext2d = context.unchecked_into();
    let (width, height) = (f64::from(width), f64::from(height));
    // Where a picture lets something through, JPEG would be black.
    context.set_fill_style_str("#fff");
    context.fill_rect(0.0, 0.0, width, height);
    context.draw_image_with_image_bitmap_and_dw_and_dh(picture, 0.0, 0.0, width, height)?;
    let options = ImageEncodeOptions::new();
    options.set_type(MediaType::Jpeg.text());
    options.set_quality(shrink.quality);
    let blob = JsFuture::from(canvas.convert_to_blob_with_options(&options)?).await?;
    let blob: Blob = blob.unchecked_into();
    Ok(Uint8Array::new(&JsFuture::from(blob.array_buffer()).await?).to_vec())
}
