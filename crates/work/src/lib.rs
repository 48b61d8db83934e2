//! Blocking work that cannot swamp the async threads: so many at once, so many waiting, and a clear "full" beyond.
//!
//! A [`Gate`] stands before one kind of blocking work (password hashes, pictures, database reads). It lets a fixed
//! number run on tokio's blocking threads, keeps a fixed number waiting in order of arrival, and turns the rest away
//! at once, so that an overload is answered instead of queued.
//!
//! ```
//! # let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
//! # runtime.block_on(async {
//! use gigline_work::Gate;
//!
//! let gate = Gate::new("sums", 2, 16); // two at once, sixteen more may wait
//! let sum = gate.run(|| (1..=100).sum::<u32>()).await;
//! assert_eq!(sum, Ok(5050));
//! # });
//! ```

mod gate;

pub use gate::{Gate, GateError};
