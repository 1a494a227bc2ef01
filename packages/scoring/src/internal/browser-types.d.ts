/**
 * Names of browser types that onnxruntime-common's declarations mention. Nothing here has such a value; declaring the names keeps
 * the browser's globals out of this package, and `skipLibCheck` off.
 */
interface HTMLImageElement {}
interface ImageBitmap {}
interface ImageData {}
interface WebGLRenderingContext {}
interface WebGLTexture {}
