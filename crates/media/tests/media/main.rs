//! What the crate promises to its callers, tried from outside.

#[cfg(test)]
mod directory;
#[cfg(test)]
#[cfg(feature = "s3")]
mod fake_s3;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod pictures;
#[cfg(test)]
#[cfg(feature = "s3")]
mod s3;
#[cfg(test)]
mod samples;
