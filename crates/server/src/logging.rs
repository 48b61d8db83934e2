//! Starts the log: lines on the standard error, levels from the settings, and no alarm that a client can ring.

use log::{Level, Log, Metadata, Record, SetLoggerError};

use crate::settings::LogSettings;

/// Starts logging for the whole process; may be called once.
pub fn start(settings: &LogSettings) -> Result<(), SetLoggerError> {
    let lines = env_logger::Builder::new().parse_filters(&settings.filter).format_timestamp_micros().build();
    log::set_max_level(lines.filter());
    log::set_boxed_logger(Box::new(Calm(lines)))
}

/// The HTTP library calls every request that it cannot read, every client that hangs up, every one that is cut off for
/// reading too slowly, and every WebSocket's frame that is none, an error of its own.
struct Calm<L>(L);

impl<L: Log> Log for Calm<L> {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.0.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        if is_the_clients_doing(record) {
            let mut calm = Record::builder();
            calm.level(Level::Debug).target(record.target()).args(*record.args());
            self.0.log(&calm.module_path(record.module_path()).build());
        } else {
            self.0.log(record);
        }
    }

    fn flush(&self) {
        self.0.flush();
    }
}

/// How what it says of requests begins that are the client's doing.
const CLIENTS_DOING: [&str; 3] =
    ["stream error: ", "Response payload stream error: TooSlow", "Response payload stream error: Restless"];

fn is_the_clients_doing(record: &Record<'_>) -> bool {
    let says = || record.args().to_string();
    let at_fault = match record.target() {
        // What it says of WebSockets is about what came in.
        target if target.starts_with("actix_http::ws") => true,
        target => target.starts_with("actix_http::h1") && CLIENTS_DOING.iter().any(|words| says().starts_with(words)),
    };
    record.level() <= Level::Info && at_fault
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Default)]
    struct Heard(Mutex<Vec<(Level, String)>>);

    impl Log for Heard {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }

        fn log(&self, record: &Record<'_>) {
            self.0.lock().unwrap().push((record.level(), record.args().to_string()));
        }

        fn flush(&self) {}
    }

    #[test]
    fn nonsense_from_a_client_is_no_error_of_ours() {
        let log = Calm(Heard::default());
        let mut line = Record::builder();
        line.level(Level::Error).target("actix_http::h1::dispatcher");
        log.log(&line.args(format_args!("stream error: request parse error")).build());
        log.log(&line.args(format_args!("Response payload stream error: TooSlow")).build());
        log.log(&line.args(format_args!("Response payload stream error: Restless")).build());
        log.log(&line.args(format_args!("Response payload stream error: disk")).build());
        log.log(&line.target("gigline_http").args(format_args!("stream error: ours")).build());
        log.log(&line.target("actix_http::ws::codec").args(format_args!("Unfinished fragment Ping")).build());
        let heard: Vec<Level> = log.0.0.lock().unwrap().iter().map(|(level, _)| *level).collect();
        assert_eq!(heard, [Level::Debug, Level::Debug, Level::Debug, Level::Error, Level::Error, Level::Debug]);
    }
}
