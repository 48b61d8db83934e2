//! The codec, by itself and against another one.
